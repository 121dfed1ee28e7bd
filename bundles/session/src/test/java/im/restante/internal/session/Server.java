package im.restante.internal.session;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Accounts;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.internal.amp.AmpRules;
import im.restante.internal.session.owner.SpoolSettings;
import im.restante.internal.session.owner.ThreadWorkers;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import im.restante.session.ClientSession;
import im.restante.session.Ending;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** The whole session bundle with fakes around it, and the words the tests speak. */
final class Server implements AutoCloseable {
    static final Jid DOMAIN = Jid.of("localhost");
    static final Jid ROMEO = Jid.of("romeo@localhost");
    static final Jid JULIET = Jid.of("juliet@localhost");
    static final XmlCodec CODEC = new HardenedXmlCodec();

    final Registry registry = new Registry();
    final FakeRoster roster = new FakeRoster();
    final FakeDelivery delivery;
    final FakeUsers users;
    final Set<Jid> existing = ConcurrentHashMap.newKeySet();
    final SessionHost host;

    Server() {
        this(new FakeDelivery(), new FakeUsers(), Map.of());
    }

    Server(Map<String, String> properties) {
        this(new FakeDelivery(), new FakeUsers(), properties);
    }

    /** A server on what an earlier one left. */
    Server(FakeDelivery delivery, FakeUsers users, Map<String, String> properties) {
        this.delivery = delivery;
        this.users = users;
        existing.addAll(List.of(ROMEO, JULIET));
        host = new SessionHost(
                DOMAIN,
                CODEC,
                accounts(),
                roster,
                registry,
                Clock.systemUTC(),
                new ThreadWorkers(),
                SpoolSettings.of(properties));
        host.setDelivery(delivery);
        host.setUserRepository(users);
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
        ServerInfo info = (ServerInfo) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {ServerInfo.class}, (proxy, method, arguments) -> DOMAIN);
        host.setRules(new AmpRules(info, CODEC));
        return this;
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
                .state();
    }

    @Override
    public void close() {
        host.deactivate();
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static void eventually(BooleanSupplier condition) {
        long end = System.nanoTime() + 30_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not in time");
            LockSupport.parkNanos(500_000); // whoever it waits for needs the processor and the locks
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

        void end(Ending how) {
            get(endLater(how));
        }

        CompletionStage<Void> endLater(Ending how) {
            return session.ended(how, link.cut());
        }

        List<String> bodies() {
            return link.bodies();
        }
    }

    /** Presence and blocking without rules. */
    static final class FakeRoster implements RosterSide {
        final Set<String> blocked = ConcurrentHashMap.newKeySet();
        final Map<Jid, Presence> last = new ConcurrentHashMap<>();
        final Map<Jid, Element> closed = new ConcurrentHashMap<>();
        volatile CompletableFuture<Boolean> answer = completedFuture(false);
        volatile boolean strangers;

        @Override
        public CompletionStage<Void> opened(Directory.LiveSession session) {
            return completedFuture(null);
        }

        @Override
        public CompletionStage<Void> presence(Directory.LiveSession session, Presence presence, boolean wasAvailable) {
            last.put(session.jid(), presence);
            return completedFuture(null);
        }

        @Override
        public CompletionStage<Void> closed(Directory.LiveSession session, Element lastPresence) {
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

    /** A repository in memory that knows the few calls made here. */
    static final class FakeUsers implements UserRepository {
        private final Map<Jid, Map<String, String>> values = new HashMap<>();

        @Override
        public synchronized CompletionStage<Boolean> create(Jid user, java.util.Collection<Setting> settings) {
            if (values.containsKey(user)) {
                return completedFuture(false);
            }
            values.put(user, new HashMap<>());
            return write(user, settings);
        }

        @Override
        public CompletionStage<Boolean> exists(Jid user) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Boolean> remove(Jid user) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<Jid>> users(Jid after, int max) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<List<String>> nodes(Jid user) {
            throw new UnsupportedOperationException();
        }

        @Override
        public synchronized CompletionStage<Map<String, String>> values(Jid user, String node) {
            return completedFuture(Map.copyOf(values.getOrDefault(user, Map.of())));
        }

        @Override
        public synchronized CompletionStage<Boolean> write(Jid user, java.util.Collection<Setting> settings) {
            settings.forEach(s -> values.get(user).put(s.key(), s.value()));
            return completedFuture(true);
        }
    }

    /** Unwritten storable messages as a link would give them back. */
    static List<Outbound> storable(List<Outbound> stanzas) {
        return stanzas.stream().filter(Outbound::storable).toList();
    }
}
