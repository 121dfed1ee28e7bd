package im.restante.http;

import java.io.IOException;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Answers the HTTP requests (RFC 9110) below one path, for one audience. Register it as a service with the properties {@link #PATH} and
 * {@link #AUDIENCE}. The resource whose path is the longest prefix of the request's path is asked, segment by segment: {@code /a}
 * answers {@code /a} and {@code /a/b}, not {@code /ab}. Of several with the same path and audience the one of the highest
 * {@code service.ranking} is asked.
 *
 * <p>The two audiences have a listener each, and a resource is reachable through that of its own audience only.
 * <b>An {@value #ADMIN} resource must find out itself who asks:</b> the listener logs nobody in. Its address is the loopback address by
 * default, which every user and every program of the machine can reach, and every page in a browser of the machine can send requests to.
 * The listener refuses what a browser sends for pages of other sites, and requests to a host name that is not configured (421); it cannot
 * refuse another program.
 *
 * <p>The listener bounds what a client can take: the size and the number of header fields, how slowly a client may send or read (the
 * end of the connection), the size of the body (413), and the requests to one resource at a time (503). It
 * answers 500 if the resource throws, and 503 if it has no answer after 30 seconds; both are logged. When the service is unregistered,
 * requests that have begun may go on for 5 seconds; after that they are answered 503, or their connection ends.
 */
@ConsumerType
@FunctionalInterface
public interface HttpResource {
    /**
     * Service property, required: a {@code String} such as {@code /metrics}. {@code /} answers what nobody else does. Segments are made
     * of ASCII letters, digits, {@code -}, {@code .}, {@code _} and {@code ~}; there is no slash at the end.
     */
    String PATH = "http.path";

    /** Service property, required: a {@code String}, {@value #ADMIN} or {@value #PUBLIC}. */
    String AUDIENCE = "http.audience";

    /** The audience of operators: the listener of {@code host} and {@code port}. */
    String ADMIN = "admin";

    /** The audience of everybody: the listener of {@code public-host} and {@code public-port}, which is off by default. */
    String PUBLIC = "public";

    /**
     * Service property, optional: the largest body of a request in bytes, a {@code Long} or {@code Integer} of 0 or more. Without it,
     * {@value #DEFAULT_MAX_BODY_BYTES}.
     */
    String MAX_BODY_BYTES = "http.max-body-bytes";

    /** See {@link #MAX_BODY_BYTES}. */
    long DEFAULT_MAX_BODY_BYTES = 65_536;

    /**
     * Answers a request. The methods GET, HEAD, POST, PUT, DELETE, PATCH and OPTIONS come here; a resource answers those it does not
     * know with {@link HttpResponse#methodNotAllowed}. HEAD may be answered as GET: the body is left out.
     *
     * <p>Called on a thread of the HTTP server, by several at once, under no lock. It may wait for a disk or a store. The 30 seconds for
     * an answer begin anew with every part of the body that is read; at their end the thread is interrupted. Where the answer takes long,
     * return a stage and complete it later.
     *
     * @param request may be used until the stage completes, its body too
     * @return completes with the answer, on any thread; exceptionally: 500
     * @throws IOException if the body cannot be read any more, or something of the resource fails: 500
     */
    CompletionStage<HttpResponse> handle(HttpRequest request) throws IOException;
}
