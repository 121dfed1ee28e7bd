/** Typed, read-only views of the three stanzas (RFC 6120 §8) and their errors. */
@Export
@NullMarked
@Version("1.0.0")
package im.restante.stanza;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
