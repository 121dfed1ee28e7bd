package im.restante.internal.delivery;

import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.filter.MessageFilter;
import im.restante.filter.Opinion;
import im.restante.itests.support.FakeReference;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.quota.QuotaExceededStrategy;
import im.restante.quota.QuotaService;
import im.restante.quota.Terms;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageStore;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/** A delivery whose time stands still until told, and whose workers are the caller's thread. */
final class Fixture {
    private static final AtomicLong NEXT_SERVICE = new AtomicLong();

    static final Jid ROMEO = Jid.of("romeo@example.org");
    static final Jid JULIET = Jid.of("juliet@example.org");
    static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");
    static final StanzaError TOLD = StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE, "queue is full");

    /** Keeps what has a body, a receipt or a payload. */
    static final MessageFilter FILTER = message -> message.hasBody()
                    || message.element().child(Namespaces.RECEIPTS, "received").isPresent()
                    || message.element().child("urn:xmpp:omemo:2", "encrypted").isPresent()
            ? Opinion.keep("kept")
            : Opinion.skip("skipped");

    static final QuotaService QUOTA = quota(message -> Optional.of(TOLD));

    final AtomicLong nanos = new AtomicLong();
    final OwnerGate gate = new OwnerGate();
    final OwedMessages owed = owed();
    final SpoolDelivery delivery;
    private volatile boolean closing;

    Fixture(Map<String, ?> values) {
        delivery = new SpoolDelivery(
                values,
                gate,
                owed,
                owner -> Fence.HERE,
                Runnable::run,
                this::nanoTime,
                Clock.fixed(NOW, ZoneOffset.UTC));
    }

    Fixture() {
        this(Map.of());
    }

    /** One that carries on the caller's thread, at once. */
    static OwedMessages owed() {
        DirectWorkers workers = new DirectWorkers();
        return new OwedMessages(owner -> Fence.HERE, workers, workers.nanos::get);
    }

    private long nanoTime() {
        return closing ? nanos.addAndGet(Duration.ofSeconds(1).toNanos()) : nanos.get();
    }

    /** Closes the delivery; its patience passes at once. */
    void closeAtOnce() {
        closing = true;
        delivery.close();
    }

    /** With filter and quota. */
    Fixture judging() {
        delivery.bindFilter(FILTER);
        delivery.bindQuota(QUOTA);
        return this;
    }

    /** A reference to a store of that id; of those with the same ranking the one made first is the better. */
    static FakeReference<MessageStore> reference(String id, int ranking) {
        return new FakeReference<>(NEXT_SERVICE.incrementAndGet(), ranking, Map.of(MessageStore.ID, id));
    }

    FakeReference<MessageStore> bind(String id, int ranking, MemoryStore store) {
        FakeReference<MessageStore> reference = Fixture.reference(id, ranking);
        owed.bindStore(reference, store);
        delivery.bindStore(reference, store);
        return reference;
    }

    void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        delivery.tick();
    }

    /** Judges and stores. */
    CompletionStage<Verdict> store(long id, Message message) {
        return store(id, message, new Claim());
    }

    CompletionStage<Verdict> store(long id, Message message, Claim claim) {
        StorageDecision decision = delivery.judge(message, ROMEO);
        return delivery.store(message, row(id), (StorageDecision.Keep) decision, claim);
    }

    static QuotaService quota(java.util.function.Function<Message, Optional<StanzaError>> answer) {
        QuotaExceededStrategy strategy = new QuotaExceededStrategy() {
            @Override
            public Admission.OnFull onFull() {
                return Admission.OnFull.REFUSE;
            }

            @Override
            public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
                return answer.apply(message);
            }
        };
        Terms terms = new Terms(Admission.of(100, Admission.OnFull.REFUSE), strategy);
        return (owner, sender) -> CompletableFuture.completedFuture(terms);
    }

    static StoredMessage row(long id) {
        return row(id, ROMEO, 10);
    }

    static StoredMessage row(long id, Jid owner, int bytes) {
        return StoredMessage.of(id, owner, JULIET, NOW, new byte[bytes]);
    }

    /** @param children names as {@link #child} knows them, parted by blanks */
    static Message message(String type, String children) {
        Element.Builder message = Element.builder(Namespaces.CLIENT, "message")
                .attribute("from", "juliet@example.org/balcony")
                .attribute("to", "romeo@example.org")
                .attribute("type", type);
        for (String name : children.split(" ")) {
            if (!name.isEmpty()) {
                message.child(child(name));
            }
        }
        return Message.of(message.build());
    }

    static Message chat() {
        return message("chat", "body");
    }

    static Message receipt() {
        return message("chat", "receipt store");
    }

    private static Element child(String name) {
        return switch (name) {
            case "body" -> Element.of(Namespaces.CLIENT, "body", "O Romeo");
            case "empty-body" -> Element.of(Namespaces.CLIENT, "body");
            case "thread" -> Element.of(Namespaces.CLIENT, "thread", "t1");
            case "receipt" -> Element.of(Namespaces.RECEIPTS, "received");
            case "displayed" -> Element.of(Namespaces.MARKERS, "displayed");
            case "active" -> Element.of(Namespaces.CHAT_STATES, "active");
            case "store" -> Element.of(Namespaces.HINTS, "store");
            case "stanza-id" -> Element.of(Namespaces.STANZA_ID, "stanza-id");
            case "delay" -> Element.of(Namespaces.DELAY, "delay");
            case "nick" -> Element.of("http://jabber.org/protocol/nick", "nick", "Jule");
            case "encrypted" -> Element.of("urn:xmpp:omemo:2", "encrypted");
            case "anything" -> Element.of("urn:example:anything", "anything");
            default -> throw new IllegalArgumentException(name);
        };
    }
}
