package im.restante.internal.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import im.restante.http.HttpResource;
import im.restante.http.HttpResponse;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;

/** Sends responses of one audience, with the header fields that each has. Safe for concurrent use. */
final class Responder {
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private static final Map<String, String> FOR_ALL = Map.of(
            "Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'",
            "Referrer-Policy", "same-origin");

    private static final Map<String, String> FOR_ADMIN =
            Map.of("Cache-Control", "no-store", "Cross-Origin-Resource-Policy", "same-origin");

    private final boolean admin;
    private final ScheduledExecutorService timer;
    private final Bounds bounds;

    Responder(String audience, ScheduledExecutorService timer, Bounds bounds) {
        this.admin = audience.equals(HttpResource.ADMIN);
        this.timer = timer;
        this.bounds = bounds;
    }

    /** Sends a response in the place of a resource, and ends the connection: what may still come on it is nobody's. */
    void refuse(HttpExchange exchange, HttpResponse response) throws IOException {
        exchange.getResponseHeaders().set("Connection", "close");
        send(exchange, response, null, bounds.linger());
    }

    /**
     * Sends a response to its end.
     *
     * @param writer lets the resource write the body; null: it is one of ours
     * @throws IOException if the connection must end without more
     */
    void send(HttpExchange exchange, HttpResponse response, Answering writer) throws IOException {
        send(exchange, response, writer, bounds.grace());
    }

    /**
     * Reads what is left of a request's body. Where a response has no body, the JDK's server would do so itself, and forget to take the
     * connection from its list if the client is gone.
     *
     * @return false if there is more than anybody needs to read
     */
    private static boolean drained(InputStream body) throws IOException {
        byte[] sink = new byte[8_192];
        int left = JdkServer.DRAINED_BYTES;
        for (int count = 0; count >= 0 && left > 0; count = body.read(sink)) {
            left -= count;
        }
        return left > 0;
    }

    private void send(HttpExchange exchange, HttpResponse response, Answering writer, Duration grace)
            throws IOException {
        Headers fields = exchange.getResponseHeaders();
        FOR_ALL.forEach(fields::set);
        if (admin) {
            FOR_ADMIN.forEach(fields::set);
        }
        response.headers().forEach(one -> fields.remove(one.getKey()));
        response.headers().forEach(one -> fields.add(one.getKey(), one.getValue()));
        fields.set("X-Content-Type-Options", "nosniff");

        boolean head = exchange.getRequestMethod().equals("HEAD");
        boolean bodiless = response.status() == NO_CONTENT || response.status() == NOT_MODIFIED;
        if (head && !bodiless && response.length() >= 0) {
            fields.set("Content-Length", Long.toString(response.length()));
        }
        boolean nothing = head || bodiless || response.length() == 0;
        ClientWait wait = new ClientWait(timer, grace, bounds.bytesPerSecond());
        boolean goesOn = false;
        wait.begin();
        try {
            goesOn = nothing && !drained(exchange.getRequestBody());
            // For the JDK's server, -1 is no body and 0 is one of unknown length.
            exchange.sendResponseHeaders(response.status(), nothing ? -1 : Math.max(0, response.length()));
        } finally {
            wait.end(0);
        }
        if (goesOn) {
            throw new IOException("the client sends more than anybody reads");
        }
        if (nothing) {
            exchange.close();
            return;
        }
        ResponseOutput out = new ResponseOutput(exchange.getResponseBody(), wait, response.length());
        if (writer == null) {
            response.body().writeTo(out);
            out.complete();
        } else {
            writer.write(response, out);
        }
    }
}
