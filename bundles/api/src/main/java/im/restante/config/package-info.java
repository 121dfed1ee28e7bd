/** Reading configuration values so that a bad one is refused with its PID, key, value and what would be right. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.config;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
