package im.restante.internal.session;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.account.Accounts;
import im.restante.account.UserRepository;
import im.restante.amp.MessageRules;
import im.restante.config.ConfigException;
import im.restante.delivery.Delivery;
import im.restante.internal.session.owner.ArrivalIds;
import im.restante.internal.session.owner.Blocks;
import im.restante.internal.session.owner.Dynamic;
import im.restante.internal.session.owner.Owner;
import im.restante.internal.session.owner.Owners;
import im.restante.internal.session.owner.SpoolSettings;
import im.restante.internal.session.owner.ThreadWorkers;
import im.restante.internal.session.owner.Workers;
import im.restante.iq.IqRouter;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import im.restante.session.ClientLink;
import im.restante.session.ClientSession;
import im.restante.session.Outbound;
import im.restante.session.Retrieval;
import im.restante.session.SessionInfo;
import im.restante.session.SessionManager;
import im.restante.session.Spools;
import im.restante.stanza.Message;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.why.StanzaIds;
import im.restante.why.Witness;
import im.restante.xml.Element;
import im.restante.xml.StreamCondition;
import im.restante.xml.XmlCodec;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
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

/** Binds resources and keeps the sessions, while the services around them come and go. */
@Component(
        service = {SessionManager.class, Spools.class, Retrieval.class, StanzaIds.class},
        configurationPid = SpoolSettings.PID)
public final class SessionHost implements SessionManager, Spools, Retrieval, StanzaIds {
    private static final Logger LOG = LoggerFactory.getLogger(SessionHost.class);

    /** How long the predecessor of a session may take to end. */
    private static final Duration CONFLICT_PATIENCE = Duration.ofSeconds(10);

    /** How long the first sessions wait for a store that is not ready. */
    private static final Duration FLOOR_PATIENCE = Duration.ofSeconds(1);

    private final Jid domain;
    private final Accounts accounts;
    private final RosterSide roster;
    private final Registry registry;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Workers workers;
    private final ArrivalIds ids = new ArrivalIds();
    private final Dynamic<Delivery> delivery;
    private final Dynamic<UserRepository> users;
    private final Owners owners;
    private final Router router;
    private volatile IqRouter iqRouter;
    private volatile MessageRules rules;
    private CompletableFuture<Void> key; // guarded by random: one at a time makes it
    private final AtomicReference<CompletableFuture<Void>> floorAsked = new AtomicReference<>();
    private volatile boolean floorKnown;

    /** @throws ConfigException for a value that is not usable */
    @Activate
    public SessionHost(
            @Reference ServerInfo server,
            @Reference XmlCodec codec,
            @Reference Accounts accounts,
            @Reference RosterSide roster,
            @Reference Registry registry,
            Map<String, Object> properties) {
        this(
                server.domain(),
                codec,
                accounts,
                roster,
                registry,
                Clock.systemUTC(),
                new ThreadWorkers(),
                SpoolSettings.of(properties));
    }

    SessionHost(
            Jid domain,
            XmlCodec codec,
            Accounts accounts,
            RosterSide roster,
            Registry registry,
            Clock clock,
            Workers workers,
            SpoolSettings settings) {
        this.domain = domain;
        this.accounts = accounts;
        this.roster = roster;
        this.registry = registry;
        this.clock = clock;
        this.workers = workers;
        this.delivery = new Dynamic<>(workers);
        this.users = new Dynamic<>(workers);
        this.owners =
                new Owners(domain, clock, ids, workers, codec, delivery, new KnownBlocks(), () -> rules, settings);
        this.router = new Router(
                domain, codec, accounts, roster, registry, owners, delivery, () -> iqRouter, () -> rules, workers);
    }

    Owners owners() {
        return owners;
    }

    /** The answer is there for an owner who has a session; it is not waited for. */
    private final class KnownBlocks implements Blocks {
        @Override
        public boolean blocksAnybody(Jid owner) {
            return known(roster.blocksAnybody(owner));
        }

        @Override
        public boolean blocks(Jid owner, Jid sender) {
            return known(roster.blocks(owner, sender));
        }

        private static boolean known(CompletionStage<Boolean> asked) {
            CompletableFuture<Boolean> answer = asked.toCompletableFuture();
            return answer.isDone() && !answer.isCompletedExceptionally() && answer.join();
        }
    }

    @Modified
    void modified(Map<String, Object> properties) {
        try {
            owners.settings(SpoolSettings.of(properties));
        } catch (ConfigException e) {
            LOG.error("{}; the settings in force stay", e.getMessage());
        }
    }

    @Deactivate
    void deactivate() {
        for (Session session : registry.all()) {
            session.close(StreamCondition.SYSTEM_SHUTDOWN, null);
            registry.close(session);
            registry.release(session);
        }
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
    void setDelivery(Delivery service) {
        delivery.set(service);
    }

    void unsetDelivery(Delivery service) {
        delivery.unset(service);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setUserRepository(UserRepository service) {
        users.set(service);
    }

    void unsetUserRepository(UserRepository service) {
        users.unset(service);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setIqRouter(IqRouter service) {
        iqRouter = service;
    }

    void unsetIqRouter(IqRouter service) {
        if (iqRouter == service) {
            iqRouter = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setWitness(Witness service) {
        owners.witness(service);
    }

    void unsetWitness(Witness service) {
        if (owners.witness() == service) { // a successor is bound before
            owners.witness(Witness.NONE);
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setRules(MessageRules service) {
        rules = service;
    }

    void unsetRules(MessageRules service) {
        if (rules == service) {
            rules = null;
        }
    }

    @Override
    public String stanzaId(Jid owner, long arrivalId) {
        return owners.stanzaId(owner, arrivalId);
    }

    @Override
    public boolean isOnItsWay(Jid owner, long id) {
        return owners.isOnItsWay(owner, id);
    }

    @Override
    public CompletionStage<Optional<StoredMessage>> notice(Message message) {
        Jid account = message.to().bare();
        return key().thenCompose(known -> floor())
                .thenCompose(known -> accounts.exists(account))
                .thenApply(exists ->
                        exists ? Optional.of(owners.notice(account, router.ownParcel(message))) : Optional.empty());
    }

    @Override
    public void arrived(Jid owner) {
        owners.arrived(owner);
    }

    @Override
    public void arrived() {
        owners.arrived();
    }

    @Override
    public void hold(Jid session) {
        Session asker = registry.find(session);
        if (asker != null) {
            asker.hold();
        }
    }

    @Override
    public CompletionStage<Long> count(Jid owner) {
        return owners.with(owner, Owner::count);
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes) {
        return owners.with(owner, state -> state.page(afterId, rows, bytes));
    }

    @Override
    public CompletionStage<Void> send(Jid session, List<Element> messages) {
        Session reader = registry.find(session);
        if (reader == null) {
            return failedFuture(new IOException("the session has ended"));
        }
        List<Outbound> copies = messages.stream()
                .map(message -> Outbound.of(router.serialize(message)))
                .toList();
        return reader.sendCopies(copies, owners.settings().proof().timeout());
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, List<StoredMessage> messages, Jid by) {
        return owners.with(owner, state -> state.remove(messages, by));
    }

    @Override
    public CompletionStage<Void> purge(Jid owner, Jid by) {
        return owners.with(owner, state -> state.purge(by));
    }

    @Override
    public CompletionStage<ClientSession> bind(Jid account, String resource, ClientLink link) {
        Jid full;
        try {
            full = account.bare().withResource(resource == null ? newResource() : resource);
        } catch (InvalidJidException e) {
            return failedFuture(e);
        }
        return key().thenCompose(known -> floor())
                .thenCompose(known -> accounts.exists(account))
                .thenCompose(exists -> exists
                        ? take(full, link)
                        : failedFuture(new StoreException("the account " + account.bare() + " is gone")))
                .thenCompose(session -> roster.opened(session).handle((loaded, problem) -> {
                    if (problem != null) {
                        session.forget();
                        return CompletableFuture.<ClientSession>failedFuture(problem);
                    }
                    registry.open(session);
                    return CompletableFuture.<ClientSession>completedFuture(session);
                }))
                .thenCompose(stage -> stage);
    }

    /** Takes the name, when whoever has it has gone. */
    private CompletionStage<Session> take(Jid full, ClientLink link) {
        Session session = new Session(full, link, clock.instant(), router, owners.pin(full.bare()));
        Session before = registry.take(session);
        if (before == null) {
            return completedFuture(session);
        }
        session.owner().unpin();
        LOG.debug(
                "{} is bound anew, its predecessor from {} ends",
                full,
                before.link().remote());
        before.close(StreamCondition.CONFLICT, "Replaced by a new connection of the same resource");
        workers.after(CONFLICT_PATIENCE, () -> {
            if (!before.over().isDone()) {
                LOG.warn(
                        "the connection of {} from {} did not end in time",
                        full,
                        before.link().remote());
                registry.close(before);
                before.owner().left(before, List.of()).durable().whenComplete((done, problem) -> before.forget());
            }
        });
        return before.over().thenComposeAsync(gone -> take(full, link), workers);
    }

    private String newResource() {
        byte[] bytes = new byte[9];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    /** Completes when the server key is known; nobody can be bound before. */
    private CompletionStage<Void> key() {
        synchronized (random) {
            if (key == null || key.isCompletedExceptionally()) {
                key = users.await(owners.settings().swapTimeout())
                        .thenCompose(repository -> repository == null
                                ? failedFuture(new StoreException("there is no user repository"))
                                : ServerKey.of(repository, domain))
                        .thenAccept(owners::stanzaIdKey)
                        .toCompletableFuture();
            }
            return key;
        }
    }

    /**
     * Completes when ids are above those in the stores. While that cannot be known, for want of a store, the clock alone gives
     * the order: the first to bind wait a moment, later ones only ask.
     */
    private CompletionStage<Void> floor() {
        Delivery now = delivery.now();
        if (floorKnown || now == null) {
            return completedFuture(null);
        }
        CompletableFuture<Void> asked = new CompletableFuture<>();
        CompletableFuture<Void> first = floorAsked.compareAndExchange(null, asked);
        if (first != null && !first.isDone()) {
            return first;
        }
        now.largestId().whenComplete((largest, problem) -> {
            if (problem != null) {
                LOG.warn("the largest id in the stores is not known yet: {}", problem.toString());
            } else if (largest > 0) {
                ids.above(largest);
                floorKnown = true;
            }
            asked.complete(null);
        });
        if (first != null) {
            return first; // done: nobody waits a second time
        }
        workers.after(FLOOR_PATIENCE, () -> asked.complete(null));
        return asked;
    }

    @Override
    public List<SessionInfo> sessions() {
        return registry.all().stream()
                .map(Session::info)
                .sorted(Comparator.comparing(SessionInfo::jid))
                .toList();
    }
}
