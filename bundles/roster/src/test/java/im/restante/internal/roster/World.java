package im.restante.internal.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.roster.Directory;
import im.restante.stanza.Iq;
import im.restante.stanza.Presence;
import im.restante.store.Fence;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** The roster half with fake accounts and sessions around it; stanzas are written and read as text. */
final class World implements Directory {
    static final Jid ROMEO = Jid.of("romeo@restante.im");
    static final Jid JULIET = Jid.of("juliet@restante.im");
    static final Jid NURSE = Jid.of("nurse@restante.im");

    final FakeAccounts accounts =
            new FakeAccounts().with("romeo@restante.im", "juliet@restante.im", "nurse@restante.im");
    final XmlCodec codec = new HardenedXmlCodec();
    final RemovedAccountRelay removedAccounts = new RemovedAccountRelay();
    final AtomicLong nanos = new AtomicLong();
    final List<Client> clients = new CopyOnWriteArrayList<>();
    DirectWorkers workers;
    RosterService service;
    RosterHandler roster;
    BlockingHandler blocking;

    World() {
        restart();
    }

    /** Forgets all that is only in memory. */
    void restart() {
        clients.clear();
        if (service != null) {
            service.deactivate();
        }
        workers = new DirectWorkers(nanos);
        service = new RosterService(
                accounts,
                accounts,
                owner -> Fence.HERE,
                codec,
                Jid.of("restante.im"),
                removedAccounts,
                workers,
                nanos::get);
        service.directory = this;
        roster = new RosterHandler(service);
        blocking = new BlockingHandler(service);
    }

    @Override
    public List<LiveSession> sessions(Jid account) {
        List<LiveSession> found = new ArrayList<>();
        for (Client client : clients) {
            if (client.jid.bare().equals(account)) {
                found.add(client);
            }
        }
        return found;
    }

    @Override
    public void interested(Jid fullJid) {
        for (Client client : clients) {
            if (client.jid.equals(fullJid)) {
                client.interested = true;
            }
        }
    }

    /** Binds a resource and no more. */
    Client bind(Jid account, String resource) {
        Client client = new Client(account.withResource(resource));
        clients.add(client);
        await(service.opened(client));
        return client;
    }

    /** Binds, asks for the roster, sends presence, and forgets what came of it. */
    Client login(Jid account, String resource) {
        Client client = bind(account, resource);
        client.rosterGet(null);
        client.sends("<presence/>");
        client.received.clear();
        return client;
    }

    /** What an account has in its roster for another, as {@code subscription[?][ +request]}; "-" if nothing. */
    String state(Jid account, Jid contact) {
        await(service.carried().exceptionally(problem -> null)); // then it is as far as it can be
        return await(service.cache().read(account, cached -> {
            Contact known = cached.roster.contact(contact);
            return known.isNothing()
                    ? "-"
                    : known.subscription().attribute()
                            + (known.subscription().pendingOut() ? "?" : "")
                            + (known.request() == null ? "" : " +request")
                            + (known.listed() ? "" : " unlisted");
        }));
    }

    /** Makes two accounts see each other. */
    void befriend(Jid one, Jid other) {
        store(one, other, "both", "");
        store(other, one, "both", "");
    }

    /** Writes an item as the store would hold it; only while neither is in memory. */
    void store(Jid account, Jid contact, String subscription, String inside) {
        accounts.node(account, RosterCache.ROSTER_NODE)
                .put(
                        contact.toString(),
                        "<item xmlns='jabber:iq:roster' jid='" + contact + "' subscription='" + subscription + "'>"
                                + inside + "</item>");
    }

    Element parse(String xml) {
        try {
            return codec.parse(xml.getBytes(StandardCharsets.UTF_8), Namespaces.CLIENT);
        } catch (XmlStreamException e) {
            throw new IllegalArgumentException(xml, e);
        }
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("no answer in 5 s, or a failure", e);
        }
    }

    /** One session, with everything it was sent. */
    final class Client implements LiveSession {
        final Jid jid;
        final ConcurrentLinkedQueue<Element> received = new ConcurrentLinkedQueue<>();
        volatile Element presence;
        volatile boolean interested;

        /** What waits until an answer that is held back has gone; null: answers go at once. */
        volatile List<Runnable> held;

        Client(Jid jid) {
            this.jid = jid;
        }

        @Override
        public Jid jid() {
            return jid;
        }

        @Override
        public Element presence() {
            return presence;
        }

        @Override
        public boolean interested() {
            return interested;
        }

        @Override
        public void send(Element stanza) {
            received.add(stanza);
        }

        @Override
        public void afterPending(Runnable task) {
            if (held == null) {
                task.run();
            } else {
                held.add(task);
            }
        }

        /** What the routing half does with a presence, as far as it matters here. */
        CompletableFuture<Void> begin(String xml) {
            Presence stamped = Presence.of(parse(xml)).addressed(jid, null);
            boolean was = presence != null;
            if (stamped.to() == null && stamped.type() == Presence.Type.AVAILABLE) {
                presence = stamped.element();
            } else if (stamped.to() == null && stamped.type() == Presence.Type.UNAVAILABLE) {
                presence = null;
            }
            return service.presence(this, stamped, was).toCompletableFuture();
        }

        void sends(String xml) {
            await(begin(xml));
        }

        void subscription(String type, Jid to) {
            sends("<presence type='" + type + "' to='" + to + "'/>");
        }

        /** Goes without a word. */
        void drops() {
            Element last = presence;
            clients.remove(this);
            presence = null;
            await(service.closed(this, last));
        }

        Iq asks(String xml) {
            Iq request = Iq.of(parse(xml)).addressed(jid, null);
            boolean isRoster = request.payload().orElseThrow().namespace().equals(Namespaces.ROSTER);
            return await(isRoster ? roster.handle(request) : blocking.handle(request));
        }

        Iq rosterGet(String ver) {
            String attribute = ver == null ? "" : " ver='" + ver + "'";
            return asks("<iq type='get' id='g'><query xmlns='jabber:iq:roster'" + attribute + "/></iq>");
        }

        Iq rosterSet(String item) {
            return asks("<iq type='set' id='s'><query xmlns='jabber:iq:roster'>" + item + "</query></iq>");
        }

        /** As {@link #rosterSet}, where the store may not answer. */
        void rosterSetOrFails(String item) {
            Iq request = Iq.of(parse("<iq type='set' id='s'><query xmlns='jabber:iq:roster'>" + item + "</query></iq>"))
                    .addressed(jid, null);
            await(roster.handle(request).handle((answer, problem) -> null));
        }

        Iq block(String command, String... jids) {
            StringBuilder items = new StringBuilder();
            for (String blocked : jids) {
                items.append("<item jid='").append(blocked).append("'/>");
            }
            return asks("<iq type='set' id='b'><" + command + " xmlns='urn:xmpp:blocking'>" + items + "</" + command
                    + "></iq>");
        }

        /** All since the last call, one line each, see {@link World#line}. */
        List<String> got() {
            List<String> lines = new ArrayList<>();
            for (Element next = received.poll(); next != null; next = received.poll()) {
                lines.add(line(next));
            }
            return lines;
        }

        void gets(String... lines) {
            assertEquals(List.of(lines), got(), () -> "at " + jid);
        }
    }

    /** A stanza in short: {@code available from/x}, {@code subscribe from}, {@code push jid both?}, {@code error condition}. */
    static String line(Element stanza) {
        if (stanza.name().equals("presence")) {
            String type = stanza.attribute("type");
            String condition = stanza.child(Namespaces.CLIENT, "error")
                    .flatMap(Element::firstChild)
                    .map(Element::name)
                    .orElse("");
            String from = stanza.attribute("from").replace("@restante.im", "");
            return (type == null ? "available" : type) + " " + from + (condition.isEmpty() ? "" : " " + condition);
        }
        Element payload = stanza.firstChild().orElseThrow();
        Element item = payload.firstChild().orElse(null);
        if (!payload.namespace().equals(Namespaces.ROSTER)) {
            return payload.name()
                    + (item == null ? "" : " " + item.attribute("jid").replace("@restante.im", ""));
        }
        return "push " + item.attribute("jid").replace("@restante.im", "") + " " + item.attribute("subscription")
                + (item.attribute("ask") == null ? "" : "?");
    }

    /** The condition of an error answer; "result" for a result. */
    static String outcome(Iq answer) {
        return answer.type() == Iq.Type.RESULT
                ? "result"
                : answer.element()
                        .child(Namespaces.CLIENT, "error")
                        .flatMap(Element::firstChild)
                        .map(Element::name)
                        .orElseThrow();
    }
}
