/** What the server answers over HTTP, for whoever adds a page, a metric or an upload: resources, and what they are asked and answer. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.http;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
