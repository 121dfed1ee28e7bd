/** How clients log in: SASL mechanisms (RFC 4422, RFC 6120 §6), which any bundle may add. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.sasl;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
