/** The seam between routing and rosters: presence and blocking asked of the roster, and who is connected asked of routing. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.roster;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
