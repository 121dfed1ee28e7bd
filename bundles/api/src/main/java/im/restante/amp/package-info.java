/** What senders demand of the way their messages take (XEP-0079). */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.amp;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
