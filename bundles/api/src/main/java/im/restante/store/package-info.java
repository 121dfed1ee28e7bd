/** Where waiting messages live. A backend implements {@link im.restante.store.MessageStore}; nothing in this package knows SQL. Behaviour follows XEP-0160 §2; every backend passes {@code MessageStoreContract}. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
