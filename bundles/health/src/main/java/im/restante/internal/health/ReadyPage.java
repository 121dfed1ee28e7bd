package im.restante.internal.health;

import im.restante.health.HealthFinding.Level;
import im.restante.http.HttpRequest;
import im.restante.http.HttpResource;
import im.restante.http.HttpResponse;
import im.restante.internal.health.HealthChecks.Found;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * What a balancer asks: {@code GET /health/ready}, whether the server does its work for everybody. 200 if so, else 503; the body is JSON
 * and says why. It tells nothing of a user.
 */
@Component(
        property = {
            HttpResource.PATH + "=/health/ready",
            HttpResource.AUDIENCE + "=" + HttpResource.ADMIN,
            HttpResource.MAX_BODY_BYTES + ":Long=0"
        })
public final class ReadyPage implements HttpResource {
    private final HealthChecks checks;

    @Activate
    public ReadyPage(@Reference HealthChecks checks) {
        this.checks = checks;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        return HealthJson.answer(request, this::ready);
    }

    private HttpResponse ready() {
        List<Found> found = checks.findings();
        boolean ready = found.stream().noneMatch(one -> one.finding().level() == Level.NOT_READY);
        String findings = found.stream().map(ReadyPage::json).collect(Collectors.joining(","));
        return HealthJson.of(
                ready ? HealthJson.OK : HealthJson.UNAVAILABLE,
                "{\"status\":\"" + (ready ? "ready" : "not-ready") + "\",\"findings\":[" + findings + "]}\n");
    }

    private static String json(Found one) {
        return "{\"check\":" + HealthJson.quoted(one.check()) + ",\"level\":"
                + HealthJson.quoted(
                        one.finding().level().name().toLowerCase(Locale.ROOT).replace('_', '-')) + ",\"text\":"
                + HealthJson.quoted(one.finding().text()) + '}';
    }
}
