package im.restante.internal.spool.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.internal.spool.SpoolSettings;
import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import im.restante.session.ProofPolicy;
import im.restante.spool.Envelope;
import im.restante.spool.OwnerSpool.State;
import im.restante.spool.Recipient;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** One owner's core, with its effects kept for a test to look at and to answer. Offers are answered at once, as the runner does. */
final class Core implements Moment {
    static final Jid ROMEO = Jid.of("romeo@localhost");
    static final Jid JULIET = Jid.of("juliet@localhost");
    private static final Jid DOMAIN = Jid.of("localhost");

    final OwnerCore core = new OwnerCore(ROMEO, DOMAIN);
    final List<Effect> effects = new ArrayList<>();
    final Map<Long, Verdict> verdicts = new HashMap<>();
    private final Map<String, Object> properties = new HashMap<>();
    private SpoolSettings settings = SpoolSettings.of(Map.of());
    private long lastId;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    /** A session that takes everything, or nothing. */
    static final class Session implements Recipient {
        private final Jid jid;
        boolean full;

        Session(String resource) {
            jid = Jid.of("romeo@localhost/" + resource);
        }

        @Override
        public Jid jid() {
            return jid;
        }

        @Override
        public boolean offer(Outbound stanza) {
            return !full;
        }

        @Override
        public CompletionStage<Void> sendStored(
                List<StoredMessage> messages, ProofPolicy proof, Consumer<Collection<Long>> proved) {
            throw new UnsupportedOperationException("the core calls nobody");
        }
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public long lastId(Jid owner) {
        return lastId;
    }

    @Override
    public SpoolSettings settings() {
        return settings;
    }

    @Override
    public boolean rulesAreRead() {
        return true;
    }

    Core set(String key, Object value) {
        properties.put(key, value);
        settings = SpoolSettings.of(properties);
        return this;
    }

    Core happens(Event event) {
        List<Effect> news = new ArrayList<>();
        core.next(event, this, news::add);
        for (Effect effect : news) {
            effects.add(effect);
            if (effect instanceof Effect.Offer offer) {
                List<Recipient> took = new ArrayList<>();
                Recipient refused = null;
                for (Recipient to : offer.to()) {
                    if (to.offer(offer.message().outbound())) {
                        took.add(to);
                    } else if (refused == null) {
                        refused = to;
                    }
                }
                happens(new Event.Offered(offer.message(), took, refused));
            } else if (effect instanceof Effect.OfferBuffered offer) {
                happens(new Event.BufferOffered(
                        offer.to().offer(null) ? offer.messages().size() : 0));
            } else if (effect instanceof Effect.Conclude conclude) {
                verdicts.put(conclude.message().id(), conclude.verdict());
            } else if (effect instanceof Effect.Withdraw withdraw) {
                if (withdraw.message().claim().withdraw()) {
                    happens(new Event.Withdrawn(withdraw.message()));
                }
            }
        }
        return this;
    }

    /** A session comes and has the answers to all it asked. */
    Core comes(Session session) {
        return happens(new Event.Available(session)).happens(new Event.Ready(session));
    }

    /** The same, and it has read its empty spool. */
    Core live(Session session) {
        comes(session);
        return pageRead();
    }

    Incoming arrives() {
        return arrives(null);
    }

    Incoming arrives(Recipient only) {
        String xml = "<message from='juliet@localhost/b' to='romeo@localhost'><body>b</body></message>";
        Element element = Element.builder(Namespaces.CLIENT, "message").build();
        Message message = new Message(element, Jid.of("juliet@localhost/b"), ROMEO, Message.Type.CHAT);
        Incoming incoming = new Incoming(
                new Envelope(message, JULIET, xml.getBytes(UTF_8), new StorageDecision.Keep("default: body"), null),
                only);
        incoming.arrive(new Arrival(++lastId, ROMEO, JULIET, now, only != null), new byte[0], DOMAIN);
        happens(new Event.Arrived(incoming));
        return incoming;
    }

    Core stored(Incoming message) {
        message.claim().begin();
        return happens(new Event.StoreAnswered(message, new Verdict.Stored("default: body")));
    }

    Core failed(Incoming message) {
        return happens(new Event.StoreAnswered(
                message, new Verdict.Failed("broken", StanzaError.of(StanzaError.Condition.RESOURCE_CONSTRAINT))));
    }

    /** The page asked for last shows rows of these ids. */
    Core pageRead(long... ids) {
        List<StoredMessage> rows = new ArrayList<>();
        for (long id : ids) {
            rows.add(row(id));
            lastId = Math.max(lastId, id);
        }
        return happens(new Event.PageRead(last(Effect.Read.class), rows, Set.of()));
    }

    static StoredMessage row(long id) {
        return StoredMessage.of(id, ROMEO, JULIET, Instant.EPOCH, "<message/>".getBytes(UTF_8));
    }

    static long[] ids(int from, int to) {
        long[] ids = new long[to - from + 1];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = from + i;
        }
        return ids;
    }

    /** The effects of one kind so far. */
    <T extends Effect> List<T> all(Class<T> kind) {
        return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    <T extends Effect> T last(Class<T> kind) {
        List<T> all = all(kind);
        if (all.isEmpty()) {
            throw new AssertionError("no " + kind.getSimpleName() + " in " + effects);
        }
        return all.get(all.size() - 1);
    }

    /** Ids handed over last. */
    List<Long> sent() {
        return last(Effect.Send.class).rows().stream().map(StoredMessage::id).toList();
    }

    Core acknowledged(Long... ids) {
        return happens(new Event.Acknowledged(last(Effect.Send.class), List.of(ids)));
    }

    /** All of the batch sent last. */
    Core acknowledged() {
        Effect.Send send = last(Effect.Send.class);
        return happens(new Event.Acknowledged(send, sent())).happens(new Event.BatchEnded(send, true));
    }

    Core removed() {
        return happens(new Event.RemoveAnswered(true));
    }

    /** A session ends. */
    Core leaves(Session session, Outbound... unsent) {
        return happens(
                new Event.Left(session, List.of(unsent), true, new CompletableFuture<>(), new CompletableFuture<>()));
    }

    State state() {
        return core.state();
    }
}
