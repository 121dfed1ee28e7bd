/** Message store and user repository in SQL. An engine brings a {@link im.restante.store.jdbc.Dialect}, a {@link im.restante.store.jdbc.ConnectionSource} and its driver; the rest is here. */
@Export
@Version("1.0.0")
package im.restante.store.jdbc;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
