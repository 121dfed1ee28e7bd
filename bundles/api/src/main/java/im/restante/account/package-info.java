/** Users, their credentials and their settings. A backend implements {@link im.restante.account.UserRepository}. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.account;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
