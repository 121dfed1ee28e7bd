package org.example.restante;

import im.restante.http.HttpRequest;
import im.restante.http.HttpResource;
import im.restante.http.HttpResponse;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.LongAdder;
import org.osgi.service.component.annotations.Component;

/** How many messages have their verdict, at {@code /example/messages} of the listener for operators. It tells nobody's name. */
@Component(
        service = {HttpResource.class, MessageListener.class},
        property = {
            HttpResource.PATH + "=" + CounterPage.PATH,
            HttpResource.AUDIENCE + "=" + HttpResource.ADMIN,
            HttpResource.MAX_BODY_BYTES + ":Long=0"
        })
public final class CounterPage implements HttpResource, MessageListener {
    static final String PATH = "/example/messages";

    private final LongAdder decided = new LongAdder();

    @Override
    public void decided(MessageEvent event) {
        decided.increment();
    }

    @Override
    public CompletionStage<HttpResponse> handle(HttpRequest request) {
        if (!request.path().isEmpty()) {
            return HttpResponse.text(404, "only " + PATH + " is here\n").completed();
        }
        return switch (request.method()) {
            case "GET", "HEAD" ->
                HttpResponse.text(200, decided.sum() + " messages\n").completed();
            default -> HttpResponse.methodNotAllowed("GET", "HEAD").completed();
        };
    }
}
