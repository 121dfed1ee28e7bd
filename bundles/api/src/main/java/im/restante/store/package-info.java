/**
 * Where messages live: those that wait for their owners (XEP-0160 §2), and those that are kept in archives (XEP-0313 §2). A backend
 * implements {@link im.restante.store.MessageStore} or {@link im.restante.store.MessageArchive}, or both; nothing in this package knows
 * SQL. Every backend passes {@code MessageStoreContract}, {@code ArchiveContract} or both.
 */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
