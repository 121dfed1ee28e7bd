/**
 * Which messages are kept after they were delivered (XEP-0313): an {@link im.restante.archive.ArchivePolicy} decides, and a
 * {@link im.restante.store.MessageArchive} keeps them.
 */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.archive;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
