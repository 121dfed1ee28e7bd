package im.restante.internal.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.health.HealthFinding.Level;
import im.restante.http.HttpRequest;
import im.restante.http.HttpResource;
import im.restante.http.HttpResponse;
import im.restante.internal.health.HealthChecks.Found;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * What a balancer or a supervisor asks: {@code GET /health/live}, whether the process should go on; {@code GET /health/ready}, whether
 * it does its work for everybody. 200 if so, else 503; the body is JSON and says why. It tells nothing of a user.
 */
@Component(
        property = {
            HttpResource.PATH + "=/health",
            HttpResource.AUDIENCE + "=" + HttpResource.ADMIN,
            HttpResource.MAX_BODY_BYTES + ":Long=0"
        })
public final class HealthPage implements HttpResource {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    private final HealthChecks checks;
    private final BooleanSupplier deadlock;

    @Activate
    public HealthPage(@Reference HealthChecks checks) {
        this(checks, () -> ManagementFactory.getThreadMXBean().findDeadlockedThreads() != null);
    }

    /** @param deadlock whether threads wait for each other for ever */
    HealthPage(HealthChecks checks, BooleanSupplier deadlock) {
        this.checks = checks;
        this.deadlock = deadlock;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        boolean live = request.path().equals("/live");
        if (!live && !request.path().equals("/ready")) {
            return HttpResponse.text(404, "only /health/live and /health/ready are here\n")
                    .completed();
        }
        return switch (request.method()) {
            case "GET", "HEAD" -> (live ? live() : ready()).completed();
            default -> HttpResponse.methodNotAllowed("GET", "HEAD").completed();
        };
    }

    private HttpResponse live() {
        return deadlock.getAsBoolean()
                ? json(UNAVAILABLE, "{\"status\":\"deadlocked\"}\n")
                : json(OK, "{\"status\":\"live\"}\n");
    }

    private HttpResponse ready() {
        List<Found> found = checks.findings();
        boolean ready = found.stream().noneMatch(one -> one.finding().level() == Level.NOT_READY);
        String findings = found.stream().map(HealthPage::json).collect(Collectors.joining(","));
        return json(
                ready ? OK : UNAVAILABLE,
                "{\"status\":\"" + (ready ? "ready" : "not-ready") + "\",\"findings\":[" + findings + "]}\n");
    }

    private static String json(Found one) {
        return "{\"check\":" + quoted(one.check()) + ",\"level\":"
                + quoted(one.finding().level().name().toLowerCase(Locale.ROOT).replace('_', '-')) + ",\"text\":"
                + quoted(one.finding().text()) + '}';
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

    private static HttpResponse json(int status, String body) {
        return HttpResponse.of(status).withBody("application/json", body.getBytes(UTF_8));
    }
}
