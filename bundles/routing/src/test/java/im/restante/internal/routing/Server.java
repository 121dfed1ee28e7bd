package im.restante.internal.routing;

import static im.restante.itests.support.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.account.Accounts;
import im.restante.amp.MessageRules;
import im.restante.home.ServerSecrets;
import im.restante.internal.amp.AmpRules;
import im.restante.internal.spool.SpoolHost;
import im.restante.internal.spool.SpoolSettings;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.internal.support.ThreadWorkers;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import im.restante.message.MessageListener;
import im.restante.roster.Directory;
import im.restante.roster.Rosters;
import im.restante.server.ServerInfo;
import im.restante.session.ClientSession;
import im.restante.session.CloseReason;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.store.Fence;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Routing and the spool together, with fakes around them, and the words the tests speak. */
final class Server implements AutoCloseable {
    static final Jid DOMAIN = Jid.of("localhost");
    static final Jid ROMEO = Jid.of("romeo@localhost");
    static final Jid JULIET = Jid.of("juliet@localhost");
    static final XmlCodec CODEC = new HardenedXmlCodec();
    static final ServerInfo INFO = new Info();

    final Registry registry = new Registry();
    final FakeRoster roster = new FakeRoster();
    final FakeDelivery delivery;
    final FakeUsers users;
    final Set<Jid> existing = ConcurrentHashMap.newKeySet();
    final SpoolHost spool;
    final DefaultSessionManager host;

    /** How long messages are held at the end of a drain: a machine may stand still for longer than that. */
    volatile Duration handover = PatientWorkers.HANDOVER;

    /** What bundles send in the name of {@link #DOMAIN} by. */
    final ServerStanzaSender sender;

    /** What the spool's clock says. */
    volatile Clock clock = Clock.systemUTC();

    /** Nanoseconds that routing's clock is ahead. */
    final AtomicLong passed = new AtomicLong();

    Server() {
        this(new FakeDelivery(), new FakeUsers(), Map.of());
    }

    Server(Map<String, String> properties) {
        this(new FakeDelivery(), new FakeUsers(), properties);
    }

    /** A server on what an earlier one left. */
    Server(FakeDelivery delivery, FakeUsers users, Map<String, String> given) {
        Map<String, String> properties = patient(given);
        this.delivery = delivery;
        this.users = users;
        existing.addAll(List.of(ROMEO, JULIET));
        spool = new SpoolHost(
                DOMAIN,
                roster,
                owner -> Fence.HERE,
                new TestClock(),
                new PatientWorkers(),
                SpoolSettings.of(properties));
        sender = sender(() -> System.nanoTime() + passed.get());
        host = new DefaultSessionManager(
                DOMAIN,
                CODEC,
                accounts(),
                roster,
                spool,
                registry,
                sender,
                Clock.systemUTC(),
                () -> System.nanoTime() + passed.get(),
                new ThreadWorkers("routing"),
                RoutingSettings.of(properties));
        setDelivery();
        spool.setSecrets(users);
        host.activate();
    }

    static ServerStanzaSender sender(LongSupplier nanoTime) {
        return new ServerStanzaSender(
                INFO, CODEC, nanoTime, new ThreadWorkers("sender"), new ThreadWorkers("callbacks"));
    }

    private final class TestClock extends Clock {
        @Override
        public Instant instant() {
            return clock.instant();
        }

        @Override
        public ZoneId getZone() {
            return clock.getZone();
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return clock.withZone(zone);
        }
    }

    /** The workers, which hold messages for as long as the test says. */
    private final class PatientWorkers implements Workers {
        private static final Duration HANDOVER = Duration.ofMillis(500);

        private final Workers real = new ThreadWorkers("spool");

        @Override
        public void execute(Runnable task) {
            real.execute(task);
        }

        @Override
        public void after(Duration delay, Runnable task) {
            real.after(delay.equals(HANDOVER) ? handover : delay, task);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    /** With timeouts that no machine reaches by standing still for some seconds, unless the test gives them. */
    static Map<String, String> patient(Map<String, String> given) {
        Map<String, String> properties = new HashMap<>();
        properties.put("swap-timeout-seconds", "25");
        properties.put("store-timeout-seconds", "25");
        properties.putAll(given);
        return properties;
    }

    /** The delivery comes. */
    void setDelivery() {
        spool.setDelivery(delivery);
        host.setDelivery(delivery);
    }

    /** The delivery goes. */
    void unsetDelivery() {
        host.unsetDelivery(delivery);
        spool.unsetDelivery(delivery);
    }

    void addMessageListener(MessageListener listener) {
        spool.addMessageListener(listener);
        host.addMessageListener(listener);
    }

    void removeMessageListener(MessageListener listener) {
        spool.removeMessageListener(listener);
        host.removeMessageListener(listener);
    }

    void setRules(MessageRules rules) {
        spool.setRules(rules);
        host.setRules(rules);
    }

    /** Other settings come into force. */
    void modified(Map<String, Object> properties) {
        spool.modified(properties);
        host.modified(properties);
    }

    private Accounts accounts() {
        return accounts(existing);
    }

    static Accounts accounts(Set<Jid> existing) {
        return (Accounts) Proxy.newProxyInstance(
                Server.class.getClassLoader(), new Class<?>[] {Accounts.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("exists")) {
                        return completedFuture(existing.contains(((Jid) arguments[0]).bare()));
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    /** Rules of messages mean something from here on. */
    Server withRules() {
        setRules(new AmpRules(INFO, CODEC));
        return this;
    }

    /** Whether an account is given at once what comes, which no state says where there is a journal. Needs rules. */
    boolean isDirect(Jid account) {
        Jid asker = Jid.of("asker@localhost");
        existing.add(asker);
        Client client = connect(asker, null);
        client.say("<message to='" + account + "' type='chat'><body>?</body><amp xmlns='" + MessageRules.NAMESPACE
                + "'><rule condition='deliver' value='stored' action='drop'/>"
                + "<rule condition='deliver' value='direct' action='alert'/></amp></message>");
        boolean direct = client.link.last() != null;
        client.end(CloseReason.ORDERLY);
        return direct;
    }

    Client connect(Jid account, String resource) {
        return connect(account, resource, new FakeLink());
    }

    Client connect(Jid account, String resource, FakeLink link) {
        return new Client(get(host.bind(account, resource, link)), link);
    }

    /** Connected, available with that priority, and live. */
    Client live(Jid account, String resource, int priority) {
        Client client = connect(account, resource);
        client.available(priority);
        if (priority >= 0) {
            eventually(() -> state(client).equals("LIVE"));
        }
        return client;
    }

    String state(Client client) {
        return host.sessions().stream()
                .filter(s -> s.jid().equals(client.session.jid()))
                .findFirst()
                .orElseThrow()
                .state()
                .name();
    }

    @Override
    public void close() {
        host.deactivate();
        spool.deactivate();
        sender.deactivate();
    }

    /** What the server says of itself. */
    private record Info() implements ServerInfo {
        @Override
        public Jid domain() {
            return DOMAIN;
        }

        @Override
        public String name() {
            return "Restante";
        }

        @Override
        public String version() {
            return "0";
        }

        @Override
        public Instant startedAt() {
            return Instant.EPOCH;
        }

        @Override
        public int maxStanzaBytes() {
            return 10_000;
        }
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static Element xml(String text) {
        try {
            return CODEC.parse(text.getBytes(UTF_8), Namespaces.CLIENT);
        } catch (XmlStreamException e) {
            throw new AssertionError(e);
        }
    }

    static Element xml(byte[] bytes) {
        return xml(new String(bytes, UTF_8));
    }

    /** A client at the other end of a fake connection. */
    static final class Client {
        final ClientSession session;
        final FakeLink link;

        Client(ClientSession session, FakeLink link) {
            this.session = session;
            this.link = link;
        }

        Jid jid() {
            return session.jid();
        }

        CompletionStage<Outcome> send(String stanza) {
            return session.accept(Stanza.of(xml(stanza)).orElseThrow());
        }

        /** Sends, and waits for the verdict. */
        Outcome say(String stanza) {
            return get(send(stanza));
        }

        Outcome chat(Object to, String body) {
            return say("<message to='" + to + "' type='chat' id='" + body + "'><body>" + body + "</body></message>");
        }

        void available(int priority) {
            say("<presence><priority>" + priority + "</priority></presence>");
        }

        void end(CloseReason how) {
            get(endLater(how));
        }

        CompletionStage<Void> endLater(CloseReason how) {
            return session.ended(how, link.cut());
        }

        List<String> bodies() {
            return link.bodies();
        }
    }

    /** Presence and blocking without rules. */
    static final class FakeRoster implements Rosters {
        final Set<String> blocked = ConcurrentHashMap.newKeySet();
        final Map<Jid, Presence> last = new ConcurrentHashMap<>();
        final Map<Jid, Element> closed = new ConcurrentHashMap<>();
        volatile CompletableFuture<Boolean> answer = completedFuture(false);
        volatile boolean strangers;
        volatile Consumer<Directory.LiveSession> onOpened = session -> {};
        volatile Runnable onPresence = () -> {};
        volatile Runnable onClosed = () -> {};

        @Override
        public CompletionStage<Void> opened(Directory.LiveSession session) {
            onOpened.accept(session);
            return completedFuture(null);
        }

        @Override
        public CompletionStage<Void> presence(Directory.LiveSession session, Presence presence, boolean wasAvailable) {
            onPresence.run();
            last.put(session.jid(), presence);
            return completedFuture(null);
        }

        @Override
        public CompletionStage<Void> closed(Directory.LiveSession session, Element lastPresence) {
            onClosed.run();
            if (lastPresence != null) {
                closed.put(session.jid(), lastPresence);
            }
            return completedFuture(null);
        }

        @Override
        public CompletionStage<Boolean> blocks(Jid owner, Jid other) {
            return blocked.contains(owner + " " + other.bare()) ? completedFuture(true) : answer;
        }

        @Override
        public CompletionStage<Boolean> blocksAnybody(Jid owner) {
            return completedFuture(blocked.stream().anyMatch(pair -> pair.startsWith(owner + " ")));
        }

        @Override
        public CompletionStage<Boolean> maySeePresence(Jid account, Jid viewer) {
            return completedFuture(!strangers || account.equals(viewer));
        }

        @Override
        public Stanza answerForBlocked(Stanza stanza) {
            return marked(stanza, "their-block");
        }

        @Override
        public Stanza answerForBlocking(Stanza stanza) {
            return marked(stanza, "my-block");
        }

        private static Stanza marked(Stanza stanza, String mark) {
            return Stanza.of(Element.builder(Namespaces.CLIENT, stanza.element().name())
                            .attribute("id", mark)
                            .attribute("from", stanza.from().toString())
                            .build())
                    .orElseThrow();
        }
    }

    /** Secrets that stay when the server starts again. */
    static final class FakeUsers implements ServerSecrets {
        private final Map<String, String> kept = new ConcurrentHashMap<>();

        @Override
        public CompletionStage<String> secret(Jid domain, String name) {
            byte[] made = new byte[32];
            ThreadLocalRandom.current().nextBytes(made);
            return completedFuture(kept.computeIfAbsent(
                    domain + " " + name, key -> Base64.getEncoder().encodeToString(made)));
        }
    }

    /** Unwritten storable messages as a link would give them back. */
    static List<Outbound> storable(List<Outbound> stanzas) {
        return stanzas.stream().filter(Outbound::storable).toList();
    }
}
