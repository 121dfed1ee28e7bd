package im.restante.http;

import java.io.InputStream;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** A request as a {@link HttpResource} sees it. All but the body may be used by several threads. */
@ProviderType
public interface HttpRequest {
    /** {@code GET}, {@code HEAD}, {@code POST}, {@code PUT}, {@code DELETE}, {@code PATCH} or {@code OPTIONS}. */
    String method();

    /**
     * What stands behind the resource's own path, decoded once (RFC 3986 §2.1, UTF-8): empty, {@code /}, or {@code /} and more. It has
     * no segment {@code .} or {@code ..}, no empty segment but the last, no backslash, and no control character; a slash that was
     * encoded is refused before. So it may name a file below a folder.
     */
    String path();

    /** The query as it was sent, without the {@code ?}; empty if there was none. */
    String rawQuery();

    /** The first value of a parameter of the query ({@code a=1&b=2}), decoded once, {@code +} as a blank. */
    default Optional<String> parameter(String name) {
        return parameters(name).stream().findFirst();
    }

    /** All values of a parameter of the query, in their order; empty if there is none. */
    List<String> parameters(String name);

    /** The first value of a header field, whose name is matched whatever its case. */
    default Optional<String> header(String name) {
        return headers(name).stream().findFirst();
    }

    /** All values of a header field, in their order, each as it was sent. */
    List<String> headers(String name);

    /**
     * The body, empty if there is none; the server closes it. Reading waits for the client, and fails with an {@link java.io.IOException}
     * if the client sends too slowly or is gone, or if the body is larger than {@link HttpResource#MAX_BODY_BYTES}: then the client
     * is told 413, whatever the resource answers. For one thread at a time.
     */
    InputStream body();

    /** The length of the body in bytes as the client announced it, at most {@link HttpResource#MAX_BODY_BYTES}; -1 if it did not. */
    long contentLength();

    /** The address at the other end of the connection; that of a proxy, if there is one. */
    InetAddress peer();

    /** Whether the connection is encrypted (TLS). */
    boolean isEncrypted();

    /** The host and, unless it is the usual one, the port that the client asked, from the field {@code Host}; empty with HTTP/1.0. */
    String host();
}
