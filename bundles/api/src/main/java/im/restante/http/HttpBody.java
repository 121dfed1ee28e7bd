package im.restante.http;

import java.io.IOException;
import java.io.OutputStream;
import org.osgi.annotation.versioning.ConsumerType;

/** Writes the body of a response while it is sent, for what is large or has no end, such as server-sent events. */
@ConsumerType
@FunctionalInterface
public interface HttpBody {
    /**
     * Writes the body. Called once, on a thread of the HTTP server, which it keeps to its end; not for HEAD. Bytes are sent when there are
     * some thousands of them, at {@code flush()}, and at the end.
     *
     * @param out fails with an {@link IOException} when the client is gone or reads too slowly, and when the resource has gone; the
     *     thread is interrupted then
     * @throws IOException ends the connection, so that the client knows that something is missing
     */
    void writeTo(OutputStream out) throws IOException;
}
