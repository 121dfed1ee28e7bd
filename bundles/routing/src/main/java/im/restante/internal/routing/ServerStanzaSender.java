package im.restante.internal.routing;

import static im.restante.stanza.StanzaError.Condition.RESOURCE_CONSTRAINT;
import static im.restante.stanza.StanzaError.Condition.SERVICE_UNAVAILABLE;

import im.restante.delivery.Verdict;
import im.restante.internal.support.ThreadWorkers;
import im.restante.internal.support.Threads;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import im.restante.route.LocalRoute;
import im.restante.server.ServerInfo;
import im.restante.server.StanzaSender;
import im.restante.stanza.Iq;
import im.restante.stanza.Message;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Takes what bundles send in the server's name, checks it, and hands it to the router that is there. A component below the rest of
 * routing, which tells it of its router, so that whoever routing itself refers to, such as a message listener, may refer to it. Stanzas
 * are routed in {@value #LANES} lanes by their recipient; one tick looks at all that have no answer.
 */
@Component(
        immediate = true,
        service = {StanzaSender.class, ServerStanzaSender.class})
public final class ServerStanzaSender implements StanzaSender {
    static final Duration TICK = Duration.ofMillis(100);

    /** Accounts that share one wait for one another's lookups. A power of two. */
    private static final int LANES = 64;

    private static final StanzaError FULL = StanzaError.of(
                    RESOURCE_CONSTRAINT, "Too many stanzas of the server itself have no answer yet")
            .later();
    private static final StanzaError STOPPED =
            StanzaError.of(SERVICE_UNAVAILABLE, "The server stops").later();
    private static final StanzaError NO_ROUTER =
            StanzaError.of(SERVICE_UNAVAILABLE, "Routing is not there").later();

    private final ServerInfo server;
    private final LocalRoute here;
    private final XmlCodec codec;
    private final Workers workers;
    private final Workers callbacks;
    /** For the tick alone: a lane that stands keeps no deadline from coming. */
    private final Workers clock = new ThreadWorkers("stanza-sender-clock");

    private final LongSupplier nanoTime;
    private final SecureRandom random = new SecureRandom();
    private final OwnLane[] lanes = new OwnLane[LANES];

    /** Those whose sender has no answer yet. */
    private final Set<OwnStanza<?>> open = ConcurrentHashMap.newKeySet();

    private final ConcurrentHashMap<String, Question> questions = new ConcurrentHashMap<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private final AtomicBoolean ticking = new AtomicBoolean();
    private volatile Router router;
    private volatile Duration patience = Duration.ofSeconds(5);
    private volatile boolean closed;

    @Activate
    public ServerStanzaSender(@Reference ServerInfo server, @Reference XmlCodec codec) {
        this(
                server,
                codec,
                System::nanoTime,
                new ThreadWorkers("stanza-sender"),
                new ThreadWorkers("stanza-sender-callbacks"));
    }

    ServerStanzaSender(ServerInfo server, XmlCodec codec, LongSupplier nanoTime, Workers workers, Workers callbacks) {
        this.server = server;
        this.here = new LocalRoute(server.domain());
        this.codec = codec;
        this.nanoTime = nanoTime;
        this.workers = workers;
        this.callbacks = callbacks;
        for (int i = 0; i < LANES; i++) {
            lanes[i] = new OwnLane(this::router, workers);
        }
    }

    private Router router() {
        return router;
    }

    /** Routing has started. What waited for it is routed. */
    void attach(Router present) {
        router = present;
        for (OwnLane lane : lanes) {
            lane.start();
        }
    }

    /** Routing has stopped: what this router was given, and has no answer, gets none from it any more. */
    void detach(Router former) {
        if (router == former) {
            router = null;
        }
        patience = former.swapTimeout();
        for (OwnLane lane : lanes) {
            lane.forget(former);
        }
        open.stream().filter(one -> one.isWith(former)).forEach(one -> one.fail("routing stopped", STOPPED));
    }

    @Deactivate
    void deactivate() {
        closed = true;
        open.forEach(one -> one.fail("the server stops", STOPPED));
        workers.close();
        callbacks.close();
        clock.close();
        if (!open.isEmpty()) { // those whose callbacks did not get a thread any more
            Threads.daemons("restante-stanza-sender-last")
                    .newThread(() -> open.forEach(this::tellSender))
                    .start();
        }
    }

    @Override
    public CompletionStage<Verdict> send(Message message) {
        Message whole = Message.of(message.addressed(from(message), to(message)).element());
        return sent(new OwnMessage(whole, size(whole, "message"), nanoTime.getAsLong(), this::settled));
    }

    @Override
    public CompletionStage<Verdict> send(Presence presence) {
        Presence whole =
                Presence.of(presence.addressed(from(presence), to(presence)).element());
        if (whole.type() != Presence.Type.AVAILABLE
                && whole.type() != Presence.Type.UNAVAILABLE
                && whole.type() != Presence.Type.ERROR) {
            throw new IllegalArgumentException(
                    "a presence of the server must be available, unavailable or an error, got " + whole.type());
        }
        return sent(new OwnPresence(whole, size(whole, "presence"), nanoTime.getAsLong(), this::settled));
    }

    @Override
    public CompletionStage<Iq> ask(Iq request, Duration timeout) {
        if (timeout.isNegative() || timeout.isZero() || timeout.compareTo(LONGEST_QUESTION) > 0) {
            throw new IllegalArgumentException(
                    "timeout must be longer than zero and at most " + LONGEST_QUESTION + ", got " + timeout);
        }
        byte[] id = new byte[16];
        random.nextBytes(id);
        Iq whole = Iq.of(request.addressed(from(request), to(request))
                .element()
                .withAttribute("id", Base64.getUrlEncoder().withoutPadding().encodeToString(id)));
        if (!whole.isRequest() || whole.element().children().size() != 1) {
            throw new IllegalArgumentException("a request must be of type get or set and have exactly one child");
        }
        return sent(new Question(whole, timeout, size(whole, "iq"), nanoTime.getAsLong(), this::settled));
    }

    private Jid from(Stanza stanza) {
        Jid from = stanza.from() == null ? here.domain() : stanza.from();
        if (!from.equals(here.domain())
                && !from.domain().endsWith('.' + here.domain().domain())) {
            throw new IllegalArgumentException(
                    "from must be " + here.domain() + " or an address at a sub-domain of it, got " + from);
        }
        return from;
    }

    private static Jid to(Stanza stanza) {
        if (stanza.to() == null) {
            throw new IllegalArgumentException("to is missing");
        }
        return stanza.to();
    }

    private int size(Stanza stanza, String name) {
        if (!stanza.element().is(Namespaces.CLIENT, name)) {
            throw new IllegalArgumentException("it is no <" + name + "/> of " + Namespaces.CLIENT);
        }
        byte[] written;
        try {
            written = codec.serialize(stanza.element(), Namespaces.CLIENT);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("the " + name + " cannot be written: " + e.getMessage(), e);
        }
        int most = server.maxStanzaBytes();
        if (written.length > most) {
            throw new IllegalArgumentException("the " + name + " must have at most " + most
                    + " bytes (max-stanza-bytes), it has " + written.length);
        }
        return written.length;
    }

    private <T> CompletionStage<T> sent(OwnStanza<T> stanza) {
        boolean isTooMany = waiting.incrementAndGet() > MOST_WAITING;
        if (bytes.addAndGet(stanza.bytes()) > MOST_BYTES || isTooMany) { // and nothing of it is kept
            waiting.decrementAndGet();
            bytes.addAndGet(-stanza.bytes());
            return CompletableFuture.completedStage(
                    stanza.failed("too many stanzas of the server have no answer yet", FULL));
        }
        if (stanza instanceof Question question) {
            questions.put(question.id(), question);
        }
        open.add(stanza);
        lanes[lane(stanza.stanza().to())].add(stanza);
        tickAgain();
        if (closed) { // since it was looked at last, or before
            stanza.fail("the server stops", STOPPED);
            tellSender(stanza);
        }
        return stanza.answer();
    }

    private static int lane(Jid to) {
        int hash = to.bare().hashCode();
        return (hash ^ hash >>> 16) & LANES - 1;
    }

    /** Takes the answer to a question; false if nobody asked it, or somebody else. */
    boolean answered(Iq answer) {
        Question question = questions.get(answer.id());
        if (question == null || !question.isAnsweredBy(answer)) {
            return false;
        }
        question.settle(answer);
        return true;
    }

    private void settled(OwnStanza<?> stanza) {
        if (stanza instanceof Question question) {
            questions.remove(question.id());
        }
        callbacks.execute(() -> tellSender(stanza));
    }

    /** Once or twice, the latter when the server stops. */
    private void tellSender(OwnStanza<?> stanza) {
        if (open.remove(stanza)) {
            waiting.decrementAndGet();
            bytes.addAndGet(-stanza.bytes());
        }
        stanza.tellSender();
    }

    /** How many wait for a router, or for their turn to be given to it. */
    int queued() {
        return Stream.of(lanes).mapToInt(OwnLane::size).sum();
    }

    private void tickAgain() {
        if (!open.isEmpty() && ticking.compareAndSet(false, true)) {
            clock.after(TICK, this::tick);
        }
    }

    private void tick() {
        try {
            long now = nanoTime.getAsLong();
            StanzaError noRouter = router == null ? NO_ROUTER : null;
            open.forEach(one -> one.tick(now, patience.toNanos(), noRouter));
            List.of(lanes).forEach(OwnLane::purge);
        } finally {
            ticking.set(false);
            tickAgain();
        }
    }
}
