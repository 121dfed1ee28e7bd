/** What becomes of messages, for whoever wants to know: listeners, and the ids by which clients know a message. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.message;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
