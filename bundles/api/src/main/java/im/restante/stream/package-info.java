/** What travels on a client's stream and is no stanza, for whoever adds to it. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.stream;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
