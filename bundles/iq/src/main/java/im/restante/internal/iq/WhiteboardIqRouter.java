package im.restante.internal.iq;

import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Printable;
import im.restante.iq.IqHandler;
import im.restante.iq.IqRouter;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.store.StoreException;
import im.restante.xml.Element;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each request to the {@link IqHandler} of highest ranking among those that are for its payload and for whom it is
 * addressed to. Handlers come and go; one that breaks or does not answer costs its own request, no other.
 */
@Component(service = IqRouter.class, immediate = true)
public final class WhiteboardIqRouter implements IqRouter {
    private static final Logger LOG = LoggerFactory.getLogger(WhiteboardIqRouter.class);

    /** A handler that waits for a store gives up long before. */
    private static final Duration DEADLINE = Duration.ofSeconds(30);

    private static final Set<String> EVERYBODYS_SCOPE = Set.of(IqHandler.SERVER, IqHandler.OWN);

    private final Duration deadline;
    private final Map<Object, Bound> bound = new HashMap<>(); // by service.id; guarded by this
    private volatile Map<Payload, List<Bound>> byPayload = Map.of(); // highest ranking first

    /** What a handler says it handles. */
    private record Payload(String namespace, String element) {}

    /** @param deadline zero for none */
    private record Bound(
            IqHandler handler,
            long serviceId,
            int ranking,
            List<Payload> payloads,
            Set<String> scope,
            Duration deadline,
            Lines lines) {}

    /** What is said about one handler, each kind once a minute: who asks decides how often it fails. */
    private record Lines(LogLimit store, LogLimit silence, LogLimit failure, LogLimit nonsense) {
        Lines() {
            this(minute(), minute(), minute(), minute());
        }

        private static LogLimit minute() {
            return LogLimit.perMinute(System::nanoTime);
        }
    }

    @Activate
    public WhiteboardIqRouter() {
        this(DEADLINE);
    }

    WhiteboardIqRouter(Duration deadline) {
        this.deadline = deadline;
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindHandler(IqHandler handler, Map<String, Object> properties) {
        Bound made = bound(handler, properties);
        if (made.payloads().isEmpty()) {
            LOG.error(
                    "IQ handler with service.id={} is never asked: it lacks the service property {} or {}",
                    made.serviceId(),
                    IqHandler.NAMESPACE,
                    IqHandler.ELEMENT);
        }
        bound.put(properties.get("service.id"), made);
        reorder();
    }

    synchronized void updatedHandler(IqHandler handler, Map<String, Object> properties) {
        bindHandler(handler, properties);
    }

    synchronized void unbindHandler(IqHandler handler, Map<String, Object> properties) {
        bound.remove(properties.get("service.id"));
        reorder();
    }

    @Override
    public CompletionStage<Iq> route(Iq request) {
        List<Element> payloads = request.element().children();
        if (!request.isRequest() || request.id() == null || payloads.size() != 1) { // RFC 6120 §8.2.3
            return answer(request, Condition.BAD_REQUEST);
        }
        Element payload = payloads.get(0);
        String scope = scope(request);
        for (Bound candidate : byPayload.getOrDefault(new Payload(payload.namespace(), payload.name()), List.of())) {
            if (candidate.scope().contains(scope)) {
                return ask(candidate, request);
            }
        }
        return answer(request, Condition.SERVICE_UNAVAILABLE);
    }

    private CompletionStage<Iq> ask(Bound handler, Iq request) {
        CompletableFuture<Iq> answer = new CompletableFuture<>();
        try {
            handler.handler().handle(request).whenComplete((value, failure) -> {
                if (failure == null) {
                    answer.complete(value);
                } else {
                    answer.completeExceptionally(failure);
                }
            });
        } catch (Throwable e) { // a LinkageError when bundles are exchanged
            OutOfMemory.endsProcess(e);
            answer.completeExceptionally(e);
        }
        if (!answer.isDone() && !handler.deadline().isZero()) {
            answer.orTimeout(handler.deadline().toMillis(), TimeUnit.MILLISECONDS);
        }
        return answer.handle((value, failure) -> {
            if (failure != null) {
                return request.error(failed(handler, request, failure));
            }
            if (value == null || value.type() != Iq.Type.RESULT && value.type() != Iq.Type.ERROR) {
                if (handler.lines().nonsense().isDue()) {
                    LOG.error(
                            "{} gave no answer but {}{}",
                            name(handler, request),
                            value == null ? null : value.type(),
                            handler.lines().nonsense().more());
                }
                return request.error(StanzaError.of(Condition.INTERNAL_SERVER_ERROR));
            }
            return value;
        });
    }

    private StanzaError failed(Bound handler, Iq request, Throwable failure) {
        Throwable cause = Failures.unwrap(failure);
        if (cause instanceof StoreException) {
            if (handler.lines().store().isDue()) {
                LOG.warn(
                        "{} could not do its work: {}{}",
                        name(handler, request),
                        cause.getMessage(),
                        handler.lines().store().more());
            }
            return StanzaError.of(Condition.RESOURCE_CONSTRAINT, "The server's store does not answer; try again later");
        }
        if (cause instanceof TimeoutException) {
            if (handler.lines().silence().isDue()) {
                LOG.error(
                        "{} did not answer within {}{}",
                        name(handler, request),
                        handler.deadline(),
                        handler.lines().silence().more());
            }
        } else if (handler.lines().failure().isDue()) {
            LOG.error(
                    "{} failed{}",
                    name(handler, request),
                    handler.lines().failure().more(),
                    cause);
        }
        return StanzaError.of(Condition.INTERNAL_SERVER_ERROR);
    }

    private static String name(Bound handler, Iq request) {
        return "IQ handler with service.id=" + handler.serviceId() + ", asked "
                + Printable.line(request.payload().orElse(null)) + " by " + request.from() + ",";
    }

    private static CompletionStage<Iq> answer(Iq request, Condition condition) {
        return CompletableFuture.completedFuture(request.error(StanzaError.of(condition)));
    }

    private static String scope(Iq request) {
        Jid to = request.to();
        if (to != null && to.local() == null) {
            return IqHandler.SERVER; // also if it is the server that asks
        }
        return to == null || to.equals(request.from().bare()) ? IqHandler.OWN : IqHandler.OTHER;
    }

    private Bound bound(IqHandler handler, Map<String, Object> properties) {
        List<Payload> payloads = new ArrayList<>();
        for (String namespace : texts(properties.get(IqHandler.NAMESPACE))) {
            for (String element : texts(properties.get(IqHandler.ELEMENT))) {
                payloads.add(new Payload(namespace, element));
            }
        }
        List<String> scope = texts(properties.get(IqHandler.SCOPE));
        return new Bound(
                handler,
                properties.get("service.id") instanceof Long id ? id : Long.MAX_VALUE,
                properties.get("service.ranking") instanceof Integer ranking ? ranking : 0,
                payloads,
                scope.isEmpty() ? EVERYBODYS_SCOPE : Set.copyOf(scope),
                properties.get(IqHandler.DEADLINE_SECONDS) instanceof Integer seconds
                        ? Duration.ofSeconds(seconds)
                        : deadline,
                new Lines());
    }

    /** A service property may be one text, an array or a collection. */
    private static List<String> texts(Object property) {
        if (property instanceof String one) {
            return List.of(one);
        }
        if (property instanceof String[] several) {
            return Arrays.asList(several);
        }
        return property instanceof Collection<?> several
                ? several.stream().map(String::valueOf).toList()
                : List.of();
    }

    /** Of equal ranking the oldest service comes first, as the framework has it. */
    private void reorder() {
        Map<Payload, List<Bound>> ordered = new HashMap<>();
        bound.values().stream()
                .sorted(Comparator.comparingInt(Bound::ranking).reversed().thenComparingLong(Bound::serviceId))
                .forEach(handler -> handler.payloads()
                        .forEach(payload -> ordered.computeIfAbsent(payload, p -> new ArrayList<>())
                                .add(handler)));
        byPayload = ordered;
    }
}
