/** What travels on a client's stream and is no stanza, for whoever adds to it. */
@Export
@Version("1.0.0")
package im.restante.stream;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
