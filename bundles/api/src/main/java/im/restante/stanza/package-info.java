/** Typed, read-only views of the three stanzas (RFC 6120 §8) and their errors. */
@Export
@Version("1.1.0")
package im.restante.stanza;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
