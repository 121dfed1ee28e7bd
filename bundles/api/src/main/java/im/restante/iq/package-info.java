/** Handlers of IQ stanzas that are addressed to the server or to the user's own account. */
@Export
@NullMarked
@Version("1.1.0")
package im.restante.iq;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
