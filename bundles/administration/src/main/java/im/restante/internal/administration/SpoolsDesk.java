package im.restante.internal.administration;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.admin.Purge;
import im.restante.admin.PurgeRequest;
import im.restante.admin.SpoolAdministration;
import im.restante.admin.SpoolDetails;
import im.restante.admin.StoreShare;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import im.restante.spool.SpoolPurge;
import im.restante.store.SenderUsage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** What waits, as the stores that are there at the moment know it, and its removal by the spool. */
@Component(service = SpoolAdministration.class)
public final class SpoolsDesk implements SpoolAdministration {
    private static final String MISSING = "waiting messages are";

    private final Questions questions;
    private final PresentStores stores;
    private final Set<RunningPurge> running = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile SpoolPurge spools;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ServerInfo server;

    @Activate
    public SpoolsDesk(@Reference Questions questions, @Reference PresentStores stores) {
        this.questions = questions;
        this.stores = stores;
    }

    @Deactivate
    void deactivate() {
        stopped = true;
        running.forEach(this::breakOff);
    }

    private void breakOff(RunningPurge purge) {
        purge.breakOff(new AdministrationException(
                Reason.UNAVAILABLE, "the administration bundle has stopped; start it again for the rest"));
    }

    private record Share(String store, Usage usage, List<SenderUsage> senders) implements StoreShare {}

    private record Details(Jid owner, List<StoreShare> stores) implements SpoolDetails {
        @Override
        public long messages() {
            return stores.stream().mapToLong(one -> one.usage().messages()).sum();
        }

        @Override
        public OptionalLong bytes() {
            return stores.stream().anyMatch(one -> one.usage().bytes() < 0)
                    ? OptionalLong.empty()
                    : OptionalLong.of(stores.stream()
                            .mapToLong(one -> one.usage().bytes())
                            .sum());
        }

        @Override
        public Optional<Instant> oldest() {
            List<Usage> full = stores.stream()
                    .map(StoreShare::usage)
                    .filter(usage -> usage.messages() > 0)
                    .toList();
            return full.stream().anyMatch(usage -> usage.oldest() == null)
                    ? Optional.empty()
                    : full.stream().map(Usage::oldest).min(Instant::compareTo);
        }
    }

    @Override
    public CompletionStage<SpoolDetails> spool(Jid owner, int senders) {
        AdministrationException nonsense = Checks.account(owner);
        if (nonsense == null) {
            nonsense = Checks.number("the number of senders", senders, 0, MOST_SENDERS);
        }
        if (nonsense != null) {
            return failedFuture(nonsense);
        }
        List<PresentStores.Named> present = stores.inOrder();
        if (present.isEmpty()) {
            return Questions.refuse(Reason.UNAVAILABLE, "no message store is present");
        }
        List<CompletableFuture<StoreShare>> shares = present.stream()
                .map(store -> share(store, owner, senders).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(shares.toArray(CompletableFuture<?>[]::new))
                .handle((all, problem) -> problem == null
                        ? CompletableFuture.<SpoolDetails>completedFuture(new Details(
                                owner,
                                shares.stream().map(CompletableFuture::join).toList()))
                        : CompletableFuture.<SpoolDetails>failedFuture(
                                Questions.told(problem, AdministrationException.DEADLINE)))
                .thenCompose(stage -> stage);
    }

    private CompletionStage<StoreShare> share(PresentStores.Named store, Jid owner, int senders) {
        return questions
                .ask(store.store(), MISSING, asked -> asked.usage(owner))
                .thenCompose(usage -> {
                    CompletionStage<List<SenderUsage>> from = usage.messages() == 0 || senders == 0
                            ? completedFuture(List.of())
                            : questions.ask(store.store(), MISSING, asked -> asked.senders(owner, senders));
                    return from.thenApply(its -> new Share(store.id(), usage, List.copyOf(its)));
                });
    }

    @Override
    public Purge purge(PurgeRequest request) {
        RunningPurge purge = new RunningPurge(request, questions, () -> spools);
        running.add(purge);
        purge.end().whenComplete((done, problem) -> running.remove(purge));
        ServerInfo info = server;
        if (stopped) {
            breakOff(purge);
        } else if (info != null
                && !request.owner().domain().equals(info.domain().domain())) {
            purge.breakOff(Checks.invalid("this server has the domain " + info.domain() + ", and no mail of "
                    + request.owner().domain()));
        } else {
            purge.begin();
        }
        return purge;
    }
}
