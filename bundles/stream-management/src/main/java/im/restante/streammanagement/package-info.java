/**
 * What a stream owes both sides: what goes out to a client within bounds and which of it the client has proved, which verdicts on what
 * came in are open, and stream management (XEP-0198) with resumption. Knows no socket, no negotiation and no store.
 */
@Export
@Version("1.0.0")
package im.restante.streammanagement;

import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
