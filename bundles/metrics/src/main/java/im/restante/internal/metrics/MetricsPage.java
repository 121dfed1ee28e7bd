package im.restante.internal.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.http.HttpRequest;
import im.restante.http.HttpResource;
import im.restante.http.HttpResponse;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** What a Prometheus server fetches: {@code GET /metrics} of the listener for operators. It tells nobody's name. */
@Component(
        property = {
            HttpResource.PATH + "=/metrics",
            HttpResource.AUDIENCE + "=" + HttpResource.ADMIN,
            HttpResource.MAX_BODY_BYTES + ":Long=0"
        })
public final class MetricsPage implements HttpResource {
    private final MetricSources sources;

    @Activate
    public MetricsPage(@Reference MetricSources sources) {
        this.sources = sources;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        if (!request.path().isEmpty()) {
            return HttpResponse.text(404, "only /metrics is here\n").completed();
        }
        return switch (request.method()) {
            case "GET", "HEAD" ->
                HttpResponse.of(200)
                        .withBody(
                                TextFormat.CONTENT_TYPE,
                                TextFormat.of(sources.families()).getBytes(UTF_8))
                        .completed();
            default -> HttpResponse.methodNotAllowed("GET", "HEAD").completed();
        };
    }
}
