package im.restante.internal.spool;

import static im.restante.itests.support.Eventually.eventually;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Delivery;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.internal.support.Dynamic;
import im.restante.internal.support.ThreadWorkers;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.session.Outbound;
import im.restante.session.ProofPolicy;
import im.restante.spool.Envelope;
import im.restante.spool.OwnerSpool;
import im.restante.spool.Recipient;
import im.restante.stanza.Message;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an owner's runner makes of calls that throw whatever they like: a verdict, and the next message is handled. */
class OwnersTest {
    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final Jid JULIET = Jid.of("juliet@localhost");

    private final HeldWorkers workers = new HeldWorkers();
    private final Dynamic<Delivery> delivery = new Dynamic<>(workers);
    private final List<Long> removed = new CopyOnWriteArrayList<>();
    private volatile Throwable thrown;
    private volatile boolean blocksUnreadable;
    private volatile List<StoredMessage> rows = List.of();
    private volatile List<StoredMessage> poison;
    private volatile long drainBudget = Long.MAX_VALUE;
    private final Map<Jid, Long> pageBytes = new ConcurrentHashMap<>();
    private final Owners owners = new Owners(
            Jid.of("localhost"),
            Clock.systemUTC(),
            new PartitionIds(owner -> new Fence(owner.equals(JULIET) ? 1 : 0, 0)),
            workers,
            delivery,
            new Blocks() {
                @Override
                public CompletionStage<Boolean> blocksAnybody(Jid owner) {
                    return completedFuture(false);
                }

                @Override
                public CompletionStage<Set<Jid>> blocked(Jid owner, List<StoredMessage> messages) {
                    return blocksUnreadable ? failedFuture(new StoreException("down")) : completedFuture(Set.of());
                }
            },
            () -> null,
            () -> drainBudget,
            waitingForSwaps(60));

    private static SpoolSettings waitingForSwaps(int seconds) {
        return SpoolSettings.of(Map.of("swap-timeout-seconds", Integer.toString(seconds)));
    }

    OwnersTest() {
        owners.stanzaIds(new StanzaIdCipher(new byte[32]));
        delivery.set((Delivery) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Delivery.class}, (proxy, method, arguments) -> {
                    if (thrown != null) {
                        throw thrown;
                    }
                    return switch (method.getName()) {
                        case "store" -> {
                            ((Claim) arguments[3]).begin();
                            yield completedFuture(new Verdict.Stored("kept"));
                        }
                        case "page" -> {
                            pageBytes.put((Jid) arguments[0], (Long) arguments[3]);
                            yield completedFuture(
                                    poison != null && (Long) arguments[1] < 1
                                            ? poison
                                            : rows.stream()
                                                    .filter(row -> row.id() > (Long) arguments[1])
                                                    .toList());
                        }
                        case "remove" -> {
                            removed.addAll(((Collection<?>) arguments[1])
                                    .stream().map(Long.class::cast).toList());
                            yield completedFuture(null);
                        }
                        default -> throw new UnsupportedOperationException(method.getName());
                    };
                }));
    }

    @AfterEach
    void stop() {
        workers.close();
    }

    /** Workers that can be told to let tasks wait. */
    private static final class HeldWorkers implements Workers {
        private final Workers real = new ThreadWorkers("test");
        private List<Runnable> held; // null: nothing is held

        synchronized void hold() {
            held = new ArrayList<>();
        }

        void letGo() {
            List<Runnable> tasks;
            synchronized (this) {
                tasks = held;
                held = null;
            }
            tasks.forEach(Runnable::run);
        }

        @Override
        public void execute(Runnable task) {
            synchronized (this) {
                if (held != null) {
                    held.add(task);
                    return;
                }
            }
            real.execute(task);
        }

        @Override
        public void after(Duration delay, Runnable task) {
            real.after(delay, task);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    private static Envelope envelope() {
        Element element = Element.builder(Namespaces.CLIENT, "message").build();
        Message message = new Message(element, Jid.of("juliet@localhost/b"), ROMEO, Message.Type.CHAT);
        return new Envelope(
                message,
                JULIET,
                "<message>x</message>".getBytes(UTF_8),
                new StorageDecision.Keep("default: body"),
                null);
    }

    private Verdict sent() throws Exception {
        return owners.deliver(ROMEO, envelope(), null).toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    /** A session that takes what it is given, or throws. */
    private static final class Session implements Recipient {
        volatile Throwable thrown;
        /** The next batch fails without a word. */
        volatile boolean failsOnce;

        final List<Long> got = new ArrayList<>();

        @Override
        public Jid jid() {
            return Jid.of("romeo@localhost/orchard");
        }

        @Override
        public boolean offer(Outbound stanza) {
            throwIt();
            return true;
        }

        @Override
        public CompletionStage<Void> sendStored(
                List<StoredMessage> messages, ProofPolicy proof, Consumer<Collection<Long>> proved) {
            throwIt();
            if (failsOnce) {
                failsOnce = false;
                return failedFuture(new IOException("made up"));
            }
            List<Long> ids = messages.stream().map(StoredMessage::id).toList();
            synchronized (got) {
                got.addAll(ids);
            }
            proved.accept(ids);
            return completedFuture(null);
        }

        private void throwIt() {
            if (thrown instanceof Error error) {
                throw error;
            }
            if (thrown instanceof RuntimeException exception) {
                throw exception;
            }
        }
    }

    private static StoredMessage row(long id) {
        return StoredMessage.of(id, ROMEO, JULIET, Instant.EPOCH, new byte[] {1});
    }

    @Test
    void anErrorOfTheStoreIsAVerdictAndTheNextMessageHasOneToo() throws Exception {
        thrown = new StackOverflowError("made up");
        assertInstanceOf(Verdict.Failed.class, sent());
        thrown = new NoClassDefFoundError("made up");
        assertInstanceOf(Verdict.Failed.class, sent());
        thrown = null;
        assertEquals(new Verdict.Stored("kept"), sent());
        assertTrue(owners.isForgotten(ROMEO));
    }

    @Test
    void anErrorOfASessionSendsTheMessageIntoTheSpool() throws Exception {
        Session session = new Session();
        OwnerSpool spool = owners.pin(ROMEO);
        spool.available(session).run();
        eventually(() -> spool.state() == OwnerSpool.State.LIVE);
        session.thrown = new LinkageError("made up");
        assertEquals(new Verdict.Stored("kept"), sent());
        assertEquals(new Verdict.Stored("kept"), sent());
    }

    /** A page holds several batches: behind one that failed none of them may go out, or the order is lost. */
    @Test
    void behindABatchThatFailedNothingOfThePageGoesOut() {
        SpoolSettings settings = waitingForSwaps(60);
        rows = LongStream.rangeClosed(1, 3L * settings.batchRows())
                .mapToObj(OwnersTest::row)
                .toList();
        Session session = new Session();
        session.failsOnce = true;
        OwnerSpool spool = owners.pin(ROMEO);
        spool.available(session).run();
        eventually(() -> !session.failsOnce);
        spool.available(session)
                .run(); // asks again, as a session may; the event comes behind what the first had for consequence
        eventually(() -> {
            synchronized (session.got) {
                return !session.got.isEmpty();
            }
        });
        synchronized (session.got) {
            assertEquals(1L, session.got.get(0), "the oldest first");
        }
    }

    /** A session that takes its mail and acknowledges nothing. */
    private static final class Deaf implements Recipient {
        private final List<StoredMessage> got = new ArrayList<>();

        @Override
        public Jid jid() {
            return Jid.of("romeo@localhost/deaf");
        }

        @Override
        public boolean offer(Outbound stanza) {
            return true;
        }

        @Override
        public synchronized CompletionStage<Void> sendStored(
                List<StoredMessage> messages, ProofPolicy proof, Consumer<Collection<Long>> acknowledged) {
            got.addAll(messages);
            return new CompletableFuture<>();
        }

        synchronized long bytes() {
            return got.stream().mapToLong(StoredMessage::sizeBytes).sum();
        }
    }

    @Test
    void whileDrainsHoldMoreThanTheirBudgetEachGoesOnWithASmallWindow() {
        drainBudget = 2 << 20;
        rows = List.of(StoredMessage.of(1, ROMEO, JULIET, Instant.EPOCH, new byte[3 << 20]));
        Deaf deaf = new Deaf();
        OwnerSpool romeo = owners.pin(ROMEO);
        romeo.available(deaf).run();
        eventually(() -> deaf.bytes() == 3 << 20);
        eventually(() -> owners.drained.held() == 3 << 20);

        rows = LongStream.rangeClosed(10, 90)
                .mapToObj(id -> StoredMessage.of(id, JULIET, ROMEO, Instant.EPOCH, new byte[1_024]))
                .toList();
        Deaf juliets = new Deaf();
        OwnerSpool juliet = owners.pin(JULIET);
        juliet.available(juliets).run();
        eventually(() -> juliets.bytes() > 0);
        assertEquals(DrainHeap.GRANTED / 2, pageBytes.get(JULIET));
        assertTrue(juliets.bytes() <= DrainHeap.GRANTED, () -> juliets.bytes() + " bytes on their way");

        rows = List.of();
        romeo.left(deaf, List.of());
        juliet.left(juliets, List.of());
        eventually(() -> owners.drained.held() == 0);
        pageBytes.clear();
        Session another = new Session();
        romeo.available(another).run();
        eventually(
                () -> pageBytes.getOrDefault(ROMEO, 0L) == owners.configured().pageBytes());
    }

    @Test
    void anErrorWhileAPageIsReadIsTriedAgain() {
        rows = List.of(row(1));
        thrown = new StackOverflowError("made up");
        Session session = new Session();
        OwnerSpool spool = owners.pin(ROMEO);
        spool.available(session).run();
        thrown = null;
        eventually(() -> List.of(1L).equals(removed));
        assertEquals(List.of(1L), session.got);
        rows = List.of();
        eventually(() -> spool.state() == OwnerSpool.State.LIVE);
    }

    /** Looks right from outside, and throws when the core looks into it, the first time. */
    private static final class Poisoned extends AbstractList<StoredMessage> {
        private final List<StoredMessage> rows;
        private final AtomicBoolean poisoned = new AtomicBoolean(true);

        Poisoned(List<StoredMessage> rows) {
            this.rows = rows;
        }

        @Override
        public StoredMessage get(int index) {
            if (index == 0 && poisoned.getAndSet(false)) {
                throw new StackOverflowError("made up");
            }
            return rows.get(index);
        }

        @Override
        public int size() {
            return rows.size();
        }
    }

    @Test
    void aDrainGoesOnThoughTheCoreItselfFailedAtItsPage() {
        rows = List.of(row(1), row(2));
        poison = new Poisoned(rows);
        Session session = new Session();
        OwnerSpool spool = owners.pin(ROMEO);
        spool.available(session).run();
        eventually(() -> removed.size() == 2);
        assertEquals(List.of(1L, 2L), session.got);
        poison = null;
        rows = List.of();
        eventually(() -> spool.state() == OwnerSpool.State.LIVE);
    }

    @Test
    void nothingIsHandedOverWhileTheBlockListCannotBeRead() {
        rows = List.of(row(1));
        blocksUnreadable = true;
        Session session = new Session();
        OwnerSpool spool = owners.pin(ROMEO);
        spool.available(session).run();
        assertFalse(spool.state() == OwnerSpool.State.LIVE);
        synchronized (session.got) {
            assertEquals(List.of(), session.got);
        }
        blocksUnreadable = false;
        eventually(() -> List.of(1L).equals(removed));
    }

    @Test
    void aListenerThatThrowsKeepsNoVerdictBack() throws Exception {
        owners.listeners.add(new MessageListener() {
            @Override
            public void decided(MessageEvent event) {
                throw new StackOverflowError("made up");
            }
        });
        assertEquals(new Verdict.Stored("kept"), sent());
    }

    @Test
    void whileNoDeliveryIsThereMessagesWaitInTheirOrderAndThenHaveAVerdict() throws Exception {
        Delivery gone = delivery.now();
        delivery.unset(gone);
        CompletableFuture<Verdict> first =
                owners.deliver(ROMEO, envelope(), null).toCompletableFuture();
        CompletableFuture<Verdict> second =
                owners.deliver(ROMEO, envelope(), null).toCompletableFuture();
        assertFalse(first.isDone() || second.isDone());
        delivery.set(gone);
        assertEquals(new Verdict.Stored("kept"), first.get(20, TimeUnit.SECONDS));
        assertEquals(new Verdict.Stored("kept"), second.get(20, TimeUnit.SECONDS));
        delivery.unset(gone);
        owners.settings(waitingForSwaps(1));
        assertInstanceOf(Verdict.Failed.class, sent());
    }

    @Test
    void aDeliveryThatComesAndGoesAtOnceSendsNobodyAway() throws Exception {
        Delivery swapped = delivery.now();
        delivery.unset(swapped);
        CompletableFuture<Verdict> waiting =
                owners.deliver(ROMEO, envelope(), null).toCompletableFuture();
        workers.hold();
        delivery.set(swapped);
        delivery.unset(swapped);
        workers.letGo(); // whoever waited for it learns that it came, when it is gone again
        assertFalse(waiting.isDone());
        delivery.set(swapped);
        assertEquals(new Verdict.Stored("kept"), waiting.get(20, TimeUnit.SECONDS));
    }

    /** A delivery whose answers are given by the test. */
    private static final class HeldDelivery {
        /** A message with the answer that the test owes it; one object, so that whoever sees it sees both. */
        record Question(Claim claim, CompletableFuture<Verdict> answer) {
            void stored() {
                answer.complete(new Verdict.Stored("kept"));
            }
        }

        final List<Question> questions = new CopyOnWriteArrayList<>();
        final Delivery service = (Delivery) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Delivery.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("equals")) {
                        return proxy == arguments[0];
                    }
                    Question question = new Question((Claim) arguments[3], new CompletableFuture<>());
                    questions.add(question);
                    return question.answer();
                });

        void stop(int message) {
            questions.get(message).answer().completeExceptionally(StoreException.nothingChanged("delivery stops"));
        }
    }

    @Test
    void whatADeliveryThatStopsGivesBackGoesToTheNextInItsOrder() throws Exception {
        HeldDelivery old = new HeldDelivery();
        delivery.set(old.service);
        List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            verdicts.add(owners.deliver(ROMEO, envelope(), null).toCompletableFuture());
        }
        eventually(() -> old.questions.size() == 3);
        HeldDelivery next = new HeldDelivery();
        delivery.set(next.service);
        verdicts.add(owners.deliver(ROMEO, envelope(), null).toCompletableFuture());
        old.stop(2);
        old.stop(1);
        assertEquals(List.of(), next.questions, "the first is still with the one that stops");
        old.questions.get(0).stored();
        eventually(() -> next.questions.size() == 3);
        assertEquals(
                old.questions.subList(1, 3).stream()
                        .map(HeldDelivery.Question::claim)
                        .toList(),
                next.questions.subList(0, 2).stream()
                        .map(HeldDelivery.Question::claim)
                        .toList(),
                "the order in which they came");
        next.questions.forEach(HeldDelivery.Question::stored);
        for (CompletableFuture<Verdict> verdict : verdicts) {
            assertEquals(new Verdict.Stored("kept"), verdict.get(20, TimeUnit.SECONDS));
        }
    }

    @Test
    void aDeliveryThatSaysItStopsAndStaysIsAskedAgain() throws Exception {
        HeldDelivery stays = new HeldDelivery();
        delivery.set(stays.service);
        CompletableFuture<Verdict> verdict =
                owners.deliver(ROMEO, envelope(), null).toCompletableFuture();
        eventually(() -> stays.questions.size() == 1);
        stays.stop(0);
        eventually(() -> stays.questions.size() == 2); // after a second
        stays.questions.get(1).stored();
        assertEquals(new Verdict.Stored("kept"), verdict.get(20, TimeUnit.SECONDS));
    }

    @Test
    void whatADeliveryThatStopsMayHaveStoredIsNeverToldAsFailed() throws Exception {
        HeldDelivery old = new HeldDelivery();
        delivery.set(old.service);
        CompletableFuture<Verdict> doubtful =
                owners.deliver(ROMEO, envelope(), null).toCompletableFuture();
        CompletableFuture<Verdict> waiting =
                owners.deliver(ROMEO, envelope(), null).toCompletableFuture();
        eventually(() -> old.questions.size() == 2);
        delivery.unset(old.service);
        owners.settings(waitingForSwaps(1));
        assertTrue(old.questions.get(0).claim().begin());
        old.questions.get(0).answer().completeExceptionally(new StoreException("not known"));
        old.stop(1);
        assertInstanceOf(Verdict.Failed.class, waiting.get(20, TimeUnit.SECONDS));
        assertFalse(doubtful.isDone());
        HeldDelivery next = new HeldDelivery();
        delivery.set(next.service);
        eventually(() -> next.questions.size() == 1);
        next.questions.get(0).stored();
        assertEquals(new Verdict.Stored("kept"), doubtful.get(20, TimeUnit.SECONDS));
    }

    @Test
    void aQuestionThatADeliveryFailsAsItStopsIsAskedOfTheNext() throws Exception {
        Delivery works = delivery.now();
        Delivery stops = (Delivery) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Delivery.class}, (proxy, method, arguments) -> {
                    delivery.set(works);
                    return failedFuture(new StoreException("delivery is being stopped"));
                });
        delivery.set(stops);
        assertEquals(
                List.of(),
                owners.ask(now -> now.page(ROMEO, 0, 1, 1))
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS));
    }

    @Test
    void manyWhoPostAtOnceAllHaveTheirVerdictAndTheOwnerIsForgottenAfterwards() throws Exception {
        List<CompletableFuture<Verdict>> verdicts = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread thread = new Thread(() -> {
                for (int j = 0; j < 2_000; j++) {
                    CompletableFuture<Verdict> verdict =
                            owners.deliver(ROMEO, envelope(), null).toCompletableFuture();
                    synchronized (verdicts) {
                        verdicts.add(verdict);
                    }
                    owners.isForgotten(ROMEO); // gives it up now and then
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        for (CompletableFuture<Verdict> verdict : verdicts) {
            assertEquals(new Verdict.Stored("kept"), verdict.get(20, TimeUnit.SECONDS));
        }
        assertEquals(16_000, verdicts.size());
        eventually(() -> owners.isForgotten(ROMEO));
    }

    /** Its clock was an hour ahead. Romeo's partition stays where it was. */
    @Test
    void whatAnotherNodeStoredInAPartitionThatWasTakenOverWaitsForItsOwnerToo() throws Exception {
        long ahead = ArrivalIds.of(Instant.now().plus(Duration.ofHours(1)).toEpochMilli());
        owners.ids.floor(1, ahead);
        rows = List.of(StoredMessage.of(ahead, JULIET, ROMEO, Instant.EPOCH, new byte[] {1}));
        assertEquals(
                rows,
                new ByHand(owners)
                        .page(JULIET, 0, 10, 1_000)
                        .toCompletableFuture()
                        .get(20, TimeUnit.SECONDS));
        assertEquals(
                ahead,
                new Purging(owners).waitingUpTo(JULIET).toCompletableFuture().get(20, TimeUnit.SECONDS));
        assertTrue(new Purging(owners).waitingUpTo(ROMEO).toCompletableFuture().get(20, TimeUnit.SECONDS) < ahead);
        new ByHand(owners).purge(JULIET, JULIET).toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertEquals(List.of(ahead), removed);
    }

    /** Another node gave them, and this one never heard of a floor: nothing may come in front of them. */
    @Test
    void aPageRaisesTheFloorOfItsOwnersPartitionAlone() {
        long ahead = ArrivalIds.of(Instant.now().plus(Duration.ofHours(1)).toEpochMilli());
        rows = List.of(row(ahead));
        Session session = new Session();
        OwnerSpool spool = owners.pin(ROMEO);
        spool.available(session).run();
        eventually(() -> List.of(ahead).equals(removed));
        assertTrue(owners.ids.next(ROMEO, Instant.now()) > ahead);
        assertTrue(owners.ids.next(JULIET, Instant.now()) < ahead);
    }
}
