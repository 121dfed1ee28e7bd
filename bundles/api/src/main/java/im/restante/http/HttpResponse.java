package im.restante.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The answer to a request. Immutable: each {@code with...} makes another one.
 *
 * <p>The server adds {@code Date}, what frames the body, {@code X-Content-Type-Options: nosniff}, and, unless the response has them,
 * {@code Content-Security-Policy: default-src 'none'; frame-ancestors 'none'} and {@code Referrer-Policy: same-origin}; for the audience
 * {@value HttpResource#ADMIN} also {@code Cache-Control: no-store} and {@code Cross-Origin-Resource-Policy: same-origin}. A page with
 * scripts or styles replaces the policy by one that names them.
 */
public final class HttpResponse {
    private static final int LOWEST_STATUS = 200;
    private static final int HIGHEST_STATUS = 599;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    /** Set by the server alone: they are about the connection and the framing of the body. */
    private static final Set<String> RESERVED = Set.of(
            "connection",
            "content-length",
            "date",
            "keep-alive",
            "proxy-connection",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "x-content-type-options");

    private static final HttpBody NOTHING = out -> {};

    private final int status;
    private final List<Map.Entry<String, String>> headers;
    private final HttpBody body;
    private final long length;

    private HttpResponse(int status, List<Map.Entry<String, String>> headers, HttpBody body, long length) {
        this.status = status;
        this.headers = headers;
        this.body = body;
        this.length = length;
    }

    /**
     * A response without a body.
     *
     * @param status 200 to 599
     */
    public static HttpResponse of(int status) {
        if (status < LOWEST_STATUS || status > HIGHEST_STATUS) {
            throw new IllegalArgumentException("a final status is 200 to 599, not " + status);
        }
        return new HttpResponse(status, List.of(), NOTHING, 0);
    }

    /** A response whose body is text, in UTF-8. */
    public static HttpResponse text(int status, String text) {
        return of(status)
                .withBody(
                        "text/plain; charset=utf-8",
                        requireNonNull(text, "text").getBytes(UTF_8));
    }

    /**
     * 405 with the methods that are allowed (RFC 9110 §15.5.6).
     *
     * @param allowed such as {@code "GET", "HEAD"}
     */
    public static HttpResponse methodNotAllowed(String... allowed) {
        return text(405, "method not allowed\n").with("Allow", String.join(", ", allowed));
    }

    /**
     * The same with that body.
     *
     * @param contentType such as {@code application/json}
     */
    public HttpResponse withBody(String contentType, byte[] bytes) {
        byte[] kept = bytes.clone();
        return withBody(contentType, kept.length, out -> out.write(kept));
    }

    /**
     * The same with a body that is written while it is sent.
     *
     * @param contentType such as {@code text/event-stream}
     * @param bytes       its exact length; -1 if it is not known before
     * @throws IllegalArgumentException for a length below -1, or a status that has no body (204, 304)
     */
    public HttpResponse withBody(String contentType, long bytes, HttpBody written) {
        if (bytes < -1) {
            throw new IllegalArgumentException("a length is -1 or more, not " + bytes);
        }
        if (status == NO_CONTENT || status == NOT_MODIFIED) {
            throw new IllegalArgumentException("there is no body with the status " + status);
        }
        return new HttpResponse(status, headers, requireNonNull(written, "written"), bytes)
                .with("Content-Type", contentType);
    }

    /**
     * The same with that header field, in the place of all of this name.
     *
     * @throws IllegalArgumentException if the name is not a token (RFC 9110 §5.6.2) or is the server's own, or if the value has anything
     *     but printable ASCII characters and blanks: so nobody's input can begin another field
     */
    public HttpResponse with(String name, String value) {
        List<Map.Entry<String, String>> others = new ArrayList<>(headers);
        others.removeIf(one -> one.getKey().equalsIgnoreCase(name));
        return plus(others, name, value);
    }

    /** The same with one more header field, as with several {@code Set-Cookie}. Otherwise as {@link #with}. */
    public HttpResponse adding(String name, String value) {
        return plus(new ArrayList<>(headers), name, value);
    }

    private HttpResponse plus(List<Map.Entry<String, String>> fields, String name, String value) {
        if (!isToken(name) || RESERVED.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("a response cannot set a header field of this name");
        }
        if (!value.chars().allMatch(c -> c >= ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("the value of " + name + " has a character that is not printable ASCII");
        }
        fields.add(Map.entry(name, value.strip()));
        return new HttpResponse(status, List.copyOf(fields), body, length);
    }

    private static boolean isToken(String name) {
        return !name.isEmpty()
                && name.chars()
                        .allMatch(c -> c >= '0' && c <= '9'
                                || c >= 'a' && c <= 'z'
                                || c >= 'A' && c <= 'Z'
                                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
    }

    public int status() {
        return status;
    }

    /** Names and values, in the order in which they were added. */
    public List<Map.Entry<String, String>> headers() {
        return headers;
    }

    /** The first value of a header field, whose name is matched whatever its case. */
    public Optional<String> header(String name) {
        return headers.stream()
                .filter(one -> one.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    public HttpBody body() {
        return body;
    }

    /** The length of the body in bytes; -1 if it is not known before. */
    public long length() {
        return length;
    }

    /** For a resource that answers at once: a stage that has completed with this. */
    public CompletionStage<HttpResponse> completed() {
        return CompletableFuture.completedFuture(this);
    }
}
