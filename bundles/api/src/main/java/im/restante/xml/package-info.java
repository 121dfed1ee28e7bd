/** Immutable XML elements and the service that turns bytes into them and back. Nothing here knows a stanza. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.xml;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
