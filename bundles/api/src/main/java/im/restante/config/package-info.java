/** Reading configuration values so that a bad one is refused with its PID, key, value and what would be right. */
@Export
@Version("1.0.0")
package im.restante.config;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
