package im.restante.internal.routing;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.account.Accounts;
import im.restante.amp.MessageRules;
import im.restante.config.ConfigException;
import im.restante.config.SettingsListener;
import im.restante.delivery.Delivery;
import im.restante.internal.support.Announcement;
import im.restante.internal.support.Dynamic;
import im.restante.internal.support.Listeners;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.ThreadWorkers;
import im.restante.internal.support.Workers;
import im.restante.iq.IqRouter;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.limit.Limits;
import im.restante.message.MessageListener;
import im.restante.offline.OfflineSettings;
import im.restante.roster.Rosters;
import im.restante.server.ServerInfo;
import im.restante.session.ClientConnection;
import im.restante.session.ClientSession;
import im.restante.session.Outbound;
import im.restante.session.Retrieval;
import im.restante.session.SessionInfo;
import im.restante.session.SessionManager;
import im.restante.session.Spools;
import im.restante.session.TooManyResourcesException;
import im.restante.spool.OwnerSpools;
import im.restante.stanza.Message;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.StreamCondition;
import im.restante.xml.XmlCodec;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
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
        service = {SessionManager.class, Spools.class, Retrieval.class},
        configurationPid = OfflineSettings.PID)
public final class DefaultSessionManager implements SessionManager, Spools, Retrieval {
    private static final Logger LOG = LoggerFactory.getLogger(DefaultSessionManager.class);

    /** How long the predecessor of a session may take to end. */
    private static final Duration CONFLICT_PATIENCE = Duration.ofSeconds(10);

    /** A session whose client sent no stanza for that long may have to make room for another of its account. */
    static final Duration IDLE = Duration.ofMinutes(5);

    private final Accounts accounts;
    private final Rosters rosters;
    private final OwnerSpools spools;
    private final Registry registry;
    private final ServerStanzaSender sender;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    private final Workers workers;
    private final Dynamic<Delivery> delivery;
    private final Router router;
    private volatile RoutingSettings settings;
    private final Listeners<MessageListener> listeners = new Listeners<>("message listener", System::nanoTime);
    private final Announcement<SettingsListener, String> inForce = new Announcement<>(
            "settings listener",
            () -> settings().toString(),
            (listener, values) -> listener.inForce("routing", OfflineSettings.PID, values));
    private volatile IqRouter iqRouter;
    private volatile MessageRules rules;
    private volatile Limits limits;

    /** @throws ConfigException for a value that is not usable */
    @Activate
    public DefaultSessionManager(
            @Reference ServerInfo server,
            @Reference XmlCodec codec,
            @Reference Accounts accounts,
            @Reference Rosters rosters,
            @Reference OwnerSpools spools,
            @Reference Registry registry,
            @Reference ServerStanzaSender sender,
            Map<String, Object> properties) {
        this(
                server.domain(),
                codec,
                accounts,
                rosters,
                spools,
                registry,
                sender,
                Clock.systemUTC(),
                System::nanoTime,
                new ThreadWorkers("routing"),
                RoutingSettings.of(properties));
    }

    DefaultSessionManager(
            Jid domain,
            XmlCodec codec,
            Accounts accounts,
            Rosters rosters,
            OwnerSpools spools,
            Registry registry,
            ServerStanzaSender sender,
            Clock clock,
            LongSupplier nanoTime,
            Workers workers,
            RoutingSettings settings) {
        this.accounts = accounts;
        this.rosters = rosters;
        this.spools = spools;
        this.registry = registry;
        this.sender = sender;
        this.clock = clock;
        this.workers = workers;
        this.settings = settings;
        registry.spools(spools);
        this.delivery = new Dynamic<>(workers);
        this.router = new Router(
                domain,
                codec,
                accounts,
                rosters,
                registry,
                spools,
                delivery,
                () -> iqRouter,
                sender::answered,
                () -> rules,
                listeners,
                () -> this.settings,
                workers,
                new Deadlines(workers, nanoTime, () -> this.settings.storeTimeout()));
    }

    /** Everything it refers to is bound: what bundles send goes out from here on. */
    @Activate
    void activate() {
        sender.attach(router);
    }

    Router router() {
        return router;
    }

    @Modified
    void modified(Map<String, Object> properties) {
        try {
            RoutingSettings changed = RoutingSettings.of(properties);
            settings = changed;
            inForce.changed();
        } catch (ConfigException e) {
            LOG.debug("{}; the delivery, or the spool, has said so", e.getMessage());
        }
    }

    @Deactivate
    void deactivate() {
        registry.spools(null);
        for (Session session : registry.all()) {
            session.close(StreamCondition.SYSTEM_SHUTDOWN, null);
            registry.close(session);
            registry.release(session);
        }
        workers.close();
        sender.detach(router); // last: what the workers dropped has its verdict now
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
    void setIqRouter(IqRouter service) {
        iqRouter = service;
    }

    void unsetIqRouter(IqRouter service) {
        if (iqRouter == service) {
            iqRouter = null;
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addMessageListener(MessageListener listener) {
        listeners.add(listener);
    }

    void removeMessageListener(MessageListener listener) {
        listeners.remove(listener);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void addSettingsListener(SettingsListener listener) {
        inForce.add(listener);
    }

    void removeSettingsListener(SettingsListener listener) {
        inForce.remove(listener);
    }

    private RoutingSettings settings() {
        return settings;
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

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setLimits(Limits service) {
        limits = service;
    }

    void unsetLimits(Limits service) {
        if (limits == service) {
            limits = null;
        }
    }

    @Override
    public CompletionStage<Set<Long>> onTheirWay(Jid owner, Collection<Long> ids) {
        return spools.onTheirWay(owner, ids);
    }

    @Override
    public CompletionStage<Optional<StoredMessage>> notice(Message message) {
        Jid account = message.to().bare();
        return spools.ready()
                .thenCompose(known -> accounts.exists(account))
                .thenApply(exists -> exists ? notice(account, message) : Optional.empty());
    }

    private Optional<StoredMessage> notice(Jid account, Message message) {
        if (!registry.removals().enter(account)) {
            return Optional.empty();
        }
        try {
            return Optional.of(spools.notice(account, router.ownEnvelope(message)));
        } finally {
            registry.removals().exit(account);
        }
    }

    @Override
    public CompletionStage<Boolean> hasAccount(Jid owner) {
        return accounts.exists(owner);
    }

    @Override
    public void arrived(Jid owner) {
        spools.arrived(owner);
    }

    @Override
    public void arrived() {
        spools.arrived();
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
        return spools.count(owner);
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes) {
        return spools.page(owner, afterId, rows, bytes);
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
        return reader.sendCopies(copies, settings.proofTimeout());
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, List<StoredMessage> messages, Jid by) {
        return spools.remove(owner, messages, by);
    }

    @Override
    public CompletionStage<Void> purge(Jid owner, Jid by) {
        return spools.purge(owner, by);
    }

    @Override
    public CompletionStage<ClientSession> bind(Jid account, String resource, ClientConnection link) {
        Jid full;
        try {
            full = account.bare().withResource(resource == null ? newResource() : resource);
        } catch (InvalidJidException e) {
            return failedFuture(e);
        }
        long since = registry.removals().now();
        return spools.ready()
                .thenCompose(known -> existing(full))
                .thenCompose(exists -> take(full, link))
                .thenCompose(session -> opened(session).handle((loaded, problem) -> {
                    if (problem != null) {
                        session.forget();
                        return CompletableFuture.<ClientSession>failedFuture(problem);
                    }
                    registry.open(session);
                    return registry.removals().keepsOut(account.bare(), since)
                            ? stillThere(session)
                            : CompletableFuture.<ClientSession>completedFuture(session);
                }))
                .thenCompose(stage -> stage)
                .thenApply(session -> {
                    registry.announce(session.jid());
                    return session;
                });
    }

    /** Fails if there is no such account, or it is being removed. */
    private CompletionStage<Void> existing(Jid account) {
        return accounts.exists(account.bare())
                .thenCompose(exists -> exists && !registry.removals().isClosed(account.bare())
                        ? completedFuture(null)
                        : failedFuture(new StoreException("the account " + account.bare() + " is gone")));
    }

    /** A session whose account was, or is being, removed while it was bound: whoever removes it may not have seen it. */
    private CompletionStage<ClientSession> stillThere(Session session) {
        return existing(session.jid())
                .handle((exists, problem) -> {
                    if (problem == null) {
                        return CompletableFuture.<ClientSession>completedFuture(session);
                    }
                    session.accountRemoved();
                    session.forget();
                    return CompletableFuture.<ClientSession>failedFuture(problem);
                })
                .thenCompose(stage -> stage);
    }

    private CompletionStage<Void> opened(Session session) {
        try {
            return rosters.opened(session);
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            return failedFuture(e);
        }
    }

    /** Takes the name, when whoever has it has gone. */
    private CompletionStage<Session> take(Jid full, ClientConnection link) {
        Jid account = full.bare();
        Session before = registry.named(full);
        if (before == null) {
            int most = maxResources(account);
            if (!registry.enter(account, most)) {
                return makeRoom(account, most).thenComposeAsync(gone -> take(full, link), workers);
            }
            Session session = new Session(full, link, clock.instant(), router, spools.pin(account));
            before = registry.take(session);
            if (before == null) {
                return completedFuture(session);
            }
            session.owner().unpin();
            registry.leave(account);
        }
        return end(before, StreamCondition.CONFLICT, "Replaced by a new connection of the same resource")
                .thenComposeAsync(gone -> take(full, link), workers);
    }

    private int maxResources(Jid account) {
        Limits present = limits;
        try {
            return present == null ? -1 : present.maxResources(account);
        } catch (Throwable e) { // a third party's
            OutOfMemory.endsProcess(e);
            LOG.error(
                    "{} failed; {} may bind any number of resources",
                    present.getClass().getName(),
                    account,
                    e);
            return -1;
        }
    }

    /** Ends the oldest session of the account that is idle. */
    private CompletionStage<Void> makeRoom(Jid account, int most) {
        return Arrays.stream(registry.of(account))
                .filter(session -> session.isIdle(IDLE))
                .min(Comparator.comparing(Session::since))
                .map(idle -> end(idle, StreamCondition.CONFLICT, "Idle, and another resource of the account was bound"))
                .orElseGet(() -> failedFuture(new TooManyResourcesException(account, most)));
    }

    /** @return completes when its name is free */
    private CompletionStage<Void> end(Session before, StreamCondition condition, String why) {
        Jid full = before.jid();
        LOG.debug("{} from {} ends: {}", full, before.link().remote(), why);
        before.close(condition, why);
        workers.after(CONFLICT_PATIENCE, () -> {
            if (!before.over().isDone()) {
                LogLimit limit = router.lines().of("conflict");
                if (limit.isDue()) {
                    LOG.warn(
                            "the connection of {} from {} did not end in time{}",
                            full,
                            before.link().remote(),
                            limit.more());
                }
                registry.close(before);
                before.owner().left(before, List.of()).durable().whenComplete((done, problem) -> before.forget());
            }
        });
        return before.over();
    }

    private String newResource() {
        byte[] bytes = new byte[9];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().encodeToString(bytes);
    }

    @Override
    public List<SessionInfo> sessions() {
        return registry.all().stream()
                .map(Session::info)
                .sorted(Comparator.comparing(SessionInfo::jid))
                .toList();
    }

    @Override
    public CompletionStage<Boolean> end(Jid session, StreamCondition condition, String text) {
        Session open = registry.find(session);
        return open == null
                ? completedFuture(false)
                : end(open, condition, text).thenApplyAsync(ended -> true, workers);
    }
}
