package im.restante.internal.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import im.restante.http.HttpResponse;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.OutOfMemory;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What each request of one audience passes, from the header fields to the resource that answers it. Safe for concurrent use. */
final class Reception {
    private static final Logger LOG = LoggerFactory.getLogger(Reception.class);

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS");
    private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
    private static final Pattern DIGITS = Pattern.compile("\\d{1,18}");
    private static final Pattern HOST = Pattern.compile("(?:\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._~-]+)(?::\\d{0,5})?");

    private final String audience;
    private final Resources resources;
    private final Responder responder;
    private final Bounds bounds;
    private final Executor threads;
    private final ScheduledExecutorService timer;
    private final LogLimits lines = new LogLimits(System::nanoTime);
    private final Set<Answering> running = ConcurrentHashMap.newKeySet();
    private volatile AdminGate gate; // null: everybody may pass
    private volatile boolean closing;

    /** A request that is refused, with the answer. */
    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final transient HttpResponse response;

        RefusedException(int status, String text) {
            this(HttpResponse.text(status, text + '\n'));
        }

        RefusedException(HttpResponse response) {
            super(null, null, false, false);
            this.response = response;
        }
    }

    Reception(String audience, Resources resources, Bounds bounds, Executor threads, ScheduledExecutorService timer) {
        this.audience = audience;
        this.resources = resources;
        this.responder = new Responder(audience, timer, bounds);
        this.bounds = bounds;
        this.threads = threads;
        this.timer = timer;
    }

    /** Whom the administration lets pass from now on. @param gate null: everybody */
    void gate(AdminGate other) {
        gate = other;
    }

    /**
     * Answers a request.
     *
     * @throws IOException the JDK's server closes the connection; so it does for whatever else goes wrong here
     */
    void handle(HttpExchange exchange, boolean encrypted) throws IOException {
        try {
            answer(exchange, encrypted);
        } catch (RefusedException e) {
            responder.refuse(exchange, e.response);
        } catch (RuntimeException | Error e) {
            OutOfMemory.endsProcess(e);
            if (lines.of("reception").isDue()) {
                LOG.error("an HTTP request failed, and its connection was ended; please report it", e);
            }
            throw new IOException(e);
        }
    }

    private void answer(HttpExchange exchange, boolean encrypted) throws IOException, RefusedException {
        Function<String, List<String>> fields = fields(exchange.getRequestHeaders());
        String host = checkFraming(exchange, fields);
        String method = exchange.getRequestMethod();
        if (!METHODS.contains(method)) {
            throw new RefusedException(501, "this method is not known here");
        }
        URI target = exchange.getRequestURI();
        if (!isForUs(target, host)) {
            throw new RefusedException(
                    400, "the target of the request must be a path, or name the host of the field Host");
        }
        String path;
        Map<String, List<String>> query;
        try {
            path = Percent.path(target.getRawPath());
            query = Percent.query(target.getRawQuery());
        } catch (BadRequestException e) {
            throw new RefusedException(400, e.getMessage());
        }
        AdminGate now = gate;
        HttpResponse refusal = now == null ? null : now.refusal(method, host, fields);
        if (refusal != null) {
            throw new RefusedException(refusal);
        }
        List<String> length = fields.apply("Content-Length");
        boolean chunked = !fields.apply("Transfer-Encoding").isEmpty();
        long announced = chunked ? -1 : length.isEmpty() ? 0 : Long.parseLong(length.get(0));
        boolean asked = false;
        while (!asked) {
            Served served = resources.find(audience, path);
            if (served == null) {
                responder.send(exchange, HttpResponse.text(404, "there is nothing here\n"), null);
                return;
            }
            if (announced > served.mostBodyBytes()) {
                throw new RefusedException(Answering.tooLarge());
            }
            RequestBody body = new RequestBody(
                    exchange.getRequestBody(),
                    new ClientWait(timer, bounds.grace(), bounds.bytesPerSecond()),
                    served.mostBodyBytes());
            ReceivedRequest request = new ReceivedRequest(
                    method,
                    served.below(path),
                    target.getRawQuery() == null ? "" : target.getRawQuery(),
                    query,
                    fields,
                    body,
                    announced,
                    exchange.getRemoteAddress().getAddress(),
                    encrypted,
                    host);
            asked = run(exchange, new Answering(served, request, body, bounds, lines));
        }
    }

    /** A path, or an URI with the host that {@code Host} names (RFC 9112 §3.2). What begins with two slashes would be neither. */
    private static boolean isForUs(URI target, String host) {
        String scheme = target.getScheme();
        String authority = target.getRawAuthority();
        return target.getRawFragment() == null
                && (scheme == null
                        ? authority == null
                        : scheme.matches("(?i)https?") && host.equalsIgnoreCase(authority));
    }

    /** @return false if the resource has gone since it was found: who is there now? */
    private boolean run(HttpExchange exchange, Answering one) throws IOException, RefusedException {
        switch (one.begin()) {
            case FULL -> {
                if (lines.of("full").isDue()) {
                    LOG.warn(
                            "{} is at work on {} requests; further ones are answered 503",
                            one,
                            bounds.requestsAtATime());
                }
                throw new RefusedException(Answering.UNAVAILABLE, "too many requests at a time; try again later");
            }
            case GONE -> {
                return false;
            }
            case BEGUN -> {}
        }
        running.add(one);
        try {
            if (closing) { // asked after adding: either this thread sees it, or close() sees the request
                one.cut();
            }
            one.run(exchange, responder, threads);
            return true;
        } finally {
            running.remove(one);
        }
    }

    /**
     * What the JDK's server lets pass although it could be understood in two ways, for one behind a proxy (RFC 9112 §11.2).
     *
     * @return the value of the field Host; empty if there is none
     */
    private static String checkFraming(HttpExchange exchange, Function<String, List<String>> fields)
            throws RefusedException {
        String protocol = exchange.getProtocol();
        if (!protocol.equals("HTTP/1.1") && !protocol.equals("HTTP/1.0")) {
            throw new RefusedException(505, "this version of HTTP is not known here");
        }
        for (String name : exchange.getRequestHeaders().keySet()) {
            if (name == null || !TOKEN.matcher(name).matches()) {
                throw new RefusedException(400, "a header field has a name that is none");
            }
        }
        List<String> length = fields.apply("Content-Length");
        List<String> encoding = fields.apply("Transfer-Encoding");
        if (length.size() + encoding.size() > 1
                || !length.isEmpty() && !DIGITS.matcher(length.get(0)).matches()) {
            throw new RefusedException(400, "the length of the body is not clear");
        }
        List<String> host = fields.apply("Host");
        if (host.size() > 1
                || host.isEmpty() && protocol.equals("HTTP/1.1")
                || !host.isEmpty() && !HOST.matcher(host.get(0)).matches()) {
            throw new RefusedException(400, "there must be one field Host, with a host");
        }
        return host.isEmpty() ? "" : host.get(0);
    }

    private static Function<String, List<String>> fields(Headers headers) {
        return name -> {
            List<String> values = headers.get(name);
            return values == null ? List.of() : List.copyOf(values);
        };
    }

    /** From now on every request is answered 503; what is sent without an end breaks off. */
    void close() {
        closing = true;
        running.stream().filter(Answering::isEndless).forEach(Answering::cut);
    }

    /** What has not ended by now does not go on. */
    void cut() {
        running.forEach(Answering::cut);
    }

    boolean isIdle() {
        return running.isEmpty();
    }
}
