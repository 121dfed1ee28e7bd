/** Commands that a client finds at the server and carries out by filling in forms (XEP-0050). */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.command;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
