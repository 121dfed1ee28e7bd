package im.restante.internal.health;

import im.restante.http.HttpRequest;
import im.restante.http.HttpResource;
import im.restante.http.HttpResponse;
import java.lang.management.ManagementFactory;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * What a supervisor asks: {@code GET /health/live}, whether the process should go on. By itself, so that whoever waits for {@link
 * ReadyPage} takes no place from it.
 */
@Component(
        property = {
            HttpResource.PATH + "=/health/live",
            HttpResource.AUDIENCE + "=" + HttpResource.ADMIN,
            HttpResource.MAX_BODY_BYTES + ":Long=0"
        })
public final class LivePage implements HttpResource {
    private final BooleanSupplier deadlock;

    @Activate
    public LivePage() {
        this(() -> ManagementFactory.getThreadMXBean().findDeadlockedThreads() != null);
    }

    /** @param deadlock whether threads wait for each other for ever */
    LivePage(BooleanSupplier deadlock) {
        this.deadlock = deadlock;
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        return HealthJson.answer(
                request,
                () -> deadlock.getAsBoolean()
                        ? HealthJson.of(HealthJson.UNAVAILABLE, "{\"status\":\"deadlocked\"}\n")
                        : HealthJson.of(HealthJson.OK, "{\"status\":\"live\"}\n"));
    }
}
