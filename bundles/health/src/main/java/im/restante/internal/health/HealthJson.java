package im.restante.internal.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.http.HttpRequest;
import im.restante.http.HttpResponse;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** How the two pages answer. */
final class HealthJson {
    static final int OK = 200;
    static final int UNAVAILABLE = 503;

    private HealthJson() {}

    /** @param page is there for GET and HEAD of exactly its path */
    static CompletionStage<HttpResponse> answer(HttpRequest request, Supplier<HttpResponse> page) {
        if (!request.path().isEmpty()) {
            return HttpResponse.text(404, "only /health/live and /health/ready are here\n")
                    .completed();
        }
        return switch (request.method()) {
            case "GET", "HEAD" -> page.get().completed();
            default -> HttpResponse.methodNotAllowed("GET", "HEAD").completed();
        };
    }

    static HttpResponse of(int status, String body) {
        return HttpResponse.of(status).withBody("application/json", body.getBytes(UTF_8));
    }

    /** A string of JSON (RFC 8259 §7). */
    static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c > '~') { // a lone surrogate has no UTF-8
                quoted.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }
}
