/**
 * Data forms (XEP-0004): what somebody is asked, checked answers, and results. Values alone; for whoever asks by a form, such as
 * {@link im.restante.command.AdHocCommand}.
 */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.form;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
