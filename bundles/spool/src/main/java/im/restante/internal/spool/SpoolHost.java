package im.restante.internal.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static java.util.stream.Collectors.toSet;

import im.restante.amp.MessageRules;
import im.restante.config.ConfigException;
import im.restante.config.SettingsListener;
import im.restante.delivery.Delivery;
import im.restante.delivery.Verdict;
import im.restante.home.Homes;
import im.restante.home.IdSource;
import im.restante.home.ServerSecrets;
import im.restante.internal.spool.core.Event;
import im.restante.internal.support.Announcement;
import im.restante.internal.support.Dynamic;
import im.restante.internal.support.MemoryBudget;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.ThreadWorkers;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import im.restante.limit.Limits;
import im.restante.message.MessageListener;
import im.restante.message.StanzaIds;
import im.restante.metric.MetricSink;
import im.restante.metric.MetricSource;
import im.restante.offline.OfflineSettings;
import im.restante.roster.Rosters;
import im.restante.server.ServerInfo;
import im.restante.spool.Envelope;
import im.restante.spool.OwnerSpool;
import im.restante.spool.OwnerSpools;
import im.restante.spool.Recipient;
import im.restante.spool.SpoolPurge;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Clock;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The spools of all owners as a service, while the services around them come and go. It needs nothing of routing, which needs it
 * in order to start.
 */
@Component(
        service = {OwnerSpools.class, StanzaIds.class, SpoolPurge.class, IdSource.class, MetricSource.class},
        configurationPid = OfflineSettings.PID)
public final class SpoolHost implements OwnerSpools, StanzaIds, SpoolPurge, IdSource, MetricSource {
    private static final Logger LOG = LoggerFactory.getLogger(SpoolHost.class);

    /** The secret behind stanza-ids, so that they stay the same over a restart. */
    private static final String STANZA_ID_KEY = "stanza-id-key";

    private final Jid domain;
    private final Workers workers;
    private final Dynamic<Delivery> delivery;
    private final Dynamic<ServerSecrets> secrets;
    private final Owners owners;
    private final Announcement<SettingsListener, String> inForce;
    private final ByHand byHand;
    private final Purging purging;
    private final IdKeeper ids;
    private volatile MessageRules rules;
    private volatile Limits limits;
    private final AtomicReference<CompletableFuture<Void>> key = new AtomicReference<>();

    /** @throws ConfigException for a value that is not usable */
    @Activate
    public SpoolHost(
            @Reference ServerInfo server,
            @Reference Rosters rosters,
            @Reference Homes homes,
            Map<String, Object> properties) {
        this(
                server.domain(),
                rosters,
                homes,
                Clock.systemUTC(),
                new ThreadWorkers("spool"),
                SpoolSettings.of(properties));
    }

    /** For tests, which have a clock and workers of their own. */
    public SpoolHost(Jid domain, Rosters rosters, Homes homes, Clock clock, Workers workers, SpoolSettings settings) {
        this.domain = domain;
        this.workers = workers;
        this.delivery = new Dynamic<>(workers);
        this.secrets = new Dynamic<>(workers);
        this.owners = new Owners(
                domain,
                clock,
                new PartitionIds(homes),
                workers,
                delivery,
                new RosterBlocks(rosters),
                () -> rules,
                this::drainBudget,
                settings);
        this.byHand = new ByHand(owners);
        this.purging = new Purging(owners);
        this.ids = new IdKeeper(owners);
        this.inForce = new Announcement<>(
                "settings listener",
                () -> owners.configured().toString(),
                (listener, values) -> listener.inForce("spool", OfflineSettings.PID, values));
    }

    /** A third of the budget for stanzas. */
    private long drainBudget() {
        Limits now = limits;
        long wanted;
        try {
            wanted = now == null ? -1 : now.memoryBudgetBytes();
        } catch (Throwable e) { // of a third party, or one that goes
            OutOfMemory.endsProcess(e);
            LOG.debug("asking for the budget of memory", e);
            wanted = -1;
        }
        return MemoryBudget.bytes(wanted) / 3;
    }

    /** Changed settings; if one is not usable, all that are in force stay. */
    @Modified
    public void modified(Map<String, Object> properties) {
        try {
            SpoolSettings changed = SpoolSettings.of(properties);
            owners.settings(changed);
            inForce.changed();
        } catch (ConfigException e) {
            if (delivery.now() == null) { // else it has said so
                LOG.error("{}; the settings in force stay", e.getMessage());
            }
        }
    }

    /** The server, or this bundle, stops. */
    @Deactivate
    public void deactivate() {
        workers.close();
        if (owners.unstored() > 0) {
            LOG.error(
                    "{} messages that came back from sessions were not taken by the store, and are lost",
                    owners.unstored());
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    public void setDelivery(Delivery service) {
        delivery.set(service);
    }

    public void unsetDelivery(Delivery service) {
        delivery.unset(service);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    public void setSecrets(ServerSecrets service) {
        secrets.set(service);
    }

    public void unsetSecrets(ServerSecrets service) {
        secrets.unset(service);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addMessageListener(MessageListener listener) {
        owners.listeners.add(listener);
    }

    public void removeMessageListener(MessageListener listener) {
        owners.listeners.remove(listener);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    public void addSettingsListener(SettingsListener listener) {
        inForce.add(listener);
    }

    public void removeSettingsListener(SettingsListener listener) {
        inForce.remove(listener);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    public void setLimits(Limits service) {
        limits = service;
    }

    public void unsetLimits(Limits service) {
        if (limits == service) {
            limits = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    public void setRules(MessageRules service) {
        rules = service;
    }

    public void unsetRules(MessageRules service) {
        if (rules == service) {
            rules = null;
        }
    }

    /** Messages that came back from sessions and are not in a store: lost if the server ends now. */
    public long unstored() {
        return owners.unstored();
    }

    /** Whether nothing is remembered of an owner, or can be forgotten at once. */
    public boolean isForgotten(Jid owner) {
        return owners.isForgotten(owner);
    }

    @Override
    public String stanzaId(Jid owner, long arrivalId) {
        StanzaIdCipher cipher = owners.stanzaIds();
        return cipher == null ? null : new String(cipher.encrypt(owner, arrivalId), US_ASCII);
    }

    @Override
    public OptionalLong arrivalId(Jid owner, String stanzaId) {
        StanzaIdCipher cipher = owners.stanzaIds();
        return cipher == null ? OptionalLong.empty() : cipher.decrypt(owner, stanzaId);
    }

    @Override
    public boolean isStanzaId(Jid owner, long arrivalId, String stanzaId) {
        StanzaIdCipher cipher = owners.stanzaIds();
        if (cipher == null) {
            return false;
        }
        OptionalLong known = cipher.decrypt(owner, stanzaId);
        return known.isPresent() ? known.getAsLong() == arrivalId : cipher.isOfFormerForm(owner, arrivalId, stanzaId);
    }

    @Override
    public long next(Jid owner, Instant arrived) {
        return owners.ids.next(owner, arrived);
    }

    @Override
    public long last(Jid owner) {
        return owners.ids.last(owner);
    }

    @Override
    public CompletionStage<Void> floor(int part, long floor) {
        return ids.floor(part, floor);
    }

    @Override
    public void report(MetricSink sink) {
        owners.figures.report(sink);
    }

    @Override
    public OwnerSpool pin(Jid owner) {
        return owners.pin(owner);
    }

    @Override
    public CompletionStage<Verdict> deliver(Jid owner, Envelope envelope, Recipient only) {
        return owners.deliver(owner, envelope, only);
    }

    @Override
    public void expire(Jid owner, Envelope envelope) {
        owners.post(owner, new Event.DeadlinePassed(envelope));
    }

    @Override
    public CompletionStage<Void> discard(Jid owner) {
        return owners.discard(owner);
    }

    @Override
    public StoredMessage notice(Jid owner, Envelope envelope) {
        return owners.notice(owner, envelope);
    }

    @Override
    public Instant now() {
        return owners.now();
    }

    @Override
    public CompletionStage<Set<Long>> onTheirWay(Jid owner, Collection<Long> messages) {
        return owners.ask(
                owner, core -> messages.stream().filter(core::isOnItsWay).collect(toSet()));
    }

    @Override
    public void arrived(Jid owner) {
        owners.post(owner, new Event.RowsCame());
    }

    @Override
    public void arrived() {
        owners.postToAll(Event.RowsCame::new);
    }

    @Override
    public CompletionStage<Long> count(Jid owner) {
        return byHand.count(owner);
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes) {
        return byHand.page(owner, afterId, rows, bytes);
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, List<StoredMessage> messages, Jid by) {
        return byHand.remove(owner, messages, by);
    }

    @Override
    public CompletionStage<Void> purge(Jid owner, Jid by) {
        return byHand.purge(owner, by);
    }

    @Override
    public CompletionStage<Long> waitingUpTo(Jid owner) {
        return ids.floor().thenCompose(known -> purging.waitingUpTo(owner));
    }

    @Override
    public CompletionStage<Step> step(Jid owner, long after, long upTo, Predicate<StoredMessage> wanted, String by) {
        return purging.step(owner, after, upTo, wanted, by);
    }

    @Override
    public CompletionStage<Void> ready() {
        return key().thenCompose(known -> ids.ready());
    }

    /** Completes when the server key is known; one at a time asks for it. */
    private CompletionStage<Void> key() {
        CompletableFuture<Void> before = key.get();
        if (before != null && !before.isCompletedExceptionally()) {
            return before;
        }
        CompletableFuture<Void> mine = new CompletableFuture<>();
        if (!key.compareAndSet(before, mine)) {
            return key.get();
        }
        secrets.await(owners.settings().swapTimeout())
                .thenCompose(present -> present == null
                        ? failedFuture(new StoreException("nobody keeps the secrets of the server"))
                        : present.secret(domain, STANZA_ID_KEY))
                .thenAccept(kept ->
                        owners.stanzaIds(new StanzaIdCipher(Base64.getDecoder().decode(kept))))
                .whenComplete((known, problem) -> {
                    if (problem == null) {
                        mine.complete(null);
                    } else {
                        mine.completeExceptionally(problem);
                    }
                });
        return mine;
    }
}
