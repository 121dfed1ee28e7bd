/** XMPP addresses (RFC 7622), prepared once when they are made, so that equal addresses are equal strings. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.jid;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
