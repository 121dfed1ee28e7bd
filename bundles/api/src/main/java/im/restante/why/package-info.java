/** What became of messages, remembered for a while, so that an operator can ask why. */
@Export
@Version("1.1.0")
package im.restante.why;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
