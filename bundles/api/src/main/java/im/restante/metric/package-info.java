/** Figures of a running server, for whoever watches it: sources that tell them, and what they tell. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.metric;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
