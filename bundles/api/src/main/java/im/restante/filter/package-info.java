/** Which messages are kept. Who decides is open (services); what can be decided is closed ({@link im.restante.filter.Opinion}). */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.filter;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
