package im.restante.internal.administration;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.admin.AdministrationException.Reason;
import im.restante.admin.ServerFigures;
import im.restante.admin.ServerStatistics;
import im.restante.admin.SessionDetails;
import im.restante.admin.StoreFigures;
import im.restante.delivery.ChosenStore;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import im.restante.session.SessionManager;
import im.restante.store.StoreStatistics;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToLongFunction;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Figures, from whoever has them at the moment. */
@Component(service = ServerStatistics.class)
public final class CollectedStatistics implements ServerStatistics {
    /** One store that does not answer must not hide the others. */
    static final Duration STORE_PATIENCE = Duration.ofSeconds(5);

    private final Questions questions;
    private final PresentStores present;
    private final Clock clock;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ServerInfo server;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile SessionManager manager;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ChosenStore chosen;

    @Activate
    public CollectedStatistics(@Reference Questions questions, @Reference PresentStores stores) {
        this(questions, stores, Clock.systemUTC());
    }

    CollectedStatistics(Questions questions, PresentStores stores, Clock clock) {
        this.questions = questions;
        this.present = stores;
        this.clock = clock;
    }

    private record OfStore(
            String store, int ranking, boolean isChosen, Optional<StoreStatistics> statistics, Optional<String> problem)
            implements StoreFigures {}

    private record Figures(
            Jid domain,
            String name,
            String version,
            String javaVersion,
            Instant startedAt,
            Duration uptime,
            List<? extends SessionDetails> all,
            List<StoreFigures> stores)
            implements ServerFigures {
        @Override
        public int sessions() {
            return all.size();
        }

        @Override
        public int available() {
            return (int) all.stream().filter(SessionDetails::isAvailable).count();
        }

        @Override
        public int suspended() {
            return (int) all.stream()
                    .filter(one -> one.state() == SessionDetails.State.SUSPENDED)
                    .count();
        }

        @Override
        public int connectedAccounts() {
            return (int) all.stream().map(one -> one.jid().bare()).distinct().count();
        }

        @Override
        public OptionalLong messages() {
            return sum(StoreStatistics::messages);
        }

        @Override
        public OptionalLong bytes() {
            return sum(StoreStatistics::bytes);
        }

        private OptionalLong sum(ToLongFunction<StoreStatistics> figure) {
            long sum = 0;
            for (StoreFigures store : stores) {
                long its = store.statistics().map(figure::applyAsLong).orElse(-1L);
                if (its < 0) {
                    return OptionalLong.empty();
                }
                sum += its;
            }
            return OptionalLong.of(sum);
        }
    }

    @Override
    public CompletionStage<ServerFigures> figures() {
        ServerInfo info = server;
        if (info == null) {
            return Questions.refuse(Reason.UNAVAILABLE, "the server is not ready: is the bundle c2s running?");
        }
        return stores().thenCompose(known -> questions
                .ask(manager, "sessions are", asked -> completedFuture(List.copyOf(asked.sessions())))
                .thenApply(sessions -> new Figures(
                        info.domain(),
                        info.name(),
                        info.version(),
                        Runtime.version().toString(),
                        info.startedAt(),
                        Duration.between(info.startedAt(), clock.instant()),
                        sessions,
                        known)));
    }

    @Override
    public CompletionStage<List<StoreFigures>> stores() {
        ChosenStore now = chosen;
        String takesNew = now == null ? null : now.id();
        List<CompletableFuture<StoreFigures>> asked = present.inOrder().stream()
                .map(store -> figures(store, store.id().equals(takesNew)).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> asked.stream().map(CompletableFuture::join).toList());
    }

    /** Never fails. */
    private CompletionStage<StoreFigures> figures(PresentStores.Named store, boolean takesNew) {
        return questions
                .ask(store.store(), "figures are", STORE_PATIENCE, asked -> asked.statistics())
                .handle((statistics, problem) -> problem == null
                        ? new OfStore(store.id(), store.ranking(), takesNew, Optional.of(statistics), Optional.empty())
                        : new OfStore(
                                store.id(),
                                store.ranking(),
                                takesNew,
                                Optional.empty(),
                                Optional.of(
                                        Questions.told(problem, STORE_PATIENCE).getMessage())));
    }
}
