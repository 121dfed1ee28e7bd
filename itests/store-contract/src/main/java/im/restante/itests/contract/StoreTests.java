package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageStore;
import im.restante.store.StoredMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** The store of a test, and what tests ask it. */
abstract class StoreTests {
    protected static final Jid ROMEO = Jid.of("romeo@example.org");
    protected static final Jid JULIET = Jid.of("juliet@example.org");
    protected static final Jid NURSE = Jid.of("nurse@example.org");
    protected static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123Z");
    static final long ALL = Long.MAX_VALUE;

    MessageStore store;

    /** A store on a place where nothing was stored before. Called before each test. */
    protected abstract MessageStore open() throws Exception;

    /** Closes {@code store}; what it has acknowledged stays. Called after each test, and before {@link #reopen()}. */
    protected abstract void close(MessageStore store) throws Exception;

    /** A store on the place of the last {@link #open()}, which was closed. */
    protected abstract MessageStore reopen() throws Exception;

    /** The store of the running test. */
    protected final MessageStore store() {
        return store;
    }

    @BeforeEach
    final void openStore() throws Exception {
        store = open();
    }

    @AfterEach
    final void closeStore() throws Exception {
        if (store != null) {
            close(store);
        }
    }

    void restart() throws Exception {
        close(store);
        store = null;
        store = reopen();
    }

    /** A message of {@link #JULIET} to {@link #ROMEO}. */
    protected static StoredMessage message(long id) {
        return message(id, ROMEO, JULIET);
    }

    protected static StoredMessage message(long id, Jid owner, Jid sender) {
        return message(id, owner, sender, "<message><body>" + id + "</body></message>");
    }

    protected static StoredMessage message(long id, Jid owner, Jid sender, String stanza) {
        return StoredMessage.of(id, owner, sender, NOON.plusMillis(id % 86_400_000), stanza.getBytes(UTF_8));
    }

    static StoredMessage expiring(long id, Jid owner, Instant at) {
        return StoredMessage.of(id, owner, JULIET, NOON, ("<message id='" + id + "'/>").getBytes(UTF_8))
                .withExpiresAt(at);
    }

    List<Long> evicted(CompletionStage<Appended> answer) {
        return assertInstanceOf(Appended.Stored.class, await(answer)).evicted();
    }

    CompletionStage<Appended> append(StoredMessage message, Admission admission) {
        return store.append(message, admission, Fence.HERE, Claim.NEVER_WITHDRAWN);
    }

    CompletionStage<Void> appendAll(List<StoredMessage> messages) {
        return store.appendAll(messages, Fence.HERE);
    }

    CompletionStage<Void> remove(Jid owner, Collection<Long> ids) {
        return store.remove(owner, ids, Fence.HERE);
    }

    void stored(StoredMessage message) {
        assertEquals(List.of(), evicted(append(message, Admission.UNLIMITED)));
    }

    static List<Long> ids(List<StoredMessage> messages) {
        return messages.stream().map(StoredMessage::id).toList();
    }

    List<Long> waiting(Jid owner) {
        return ids(await(store.page(owner, 0, 10_000, ALL)));
    }

    long counted(Jid owner, Jid sender) {
        return await(store.usage(owner, sender)).messages();
    }

    static void assertSame(StoredMessage expected, StoredMessage actual) {
        assertEquals(expected.id(), actual.id());
        assertEquals(expected.owner(), actual.owner());
        assertEquals(expected.sender(), actual.sender());
        assertEquals(expected.receivedAt(), actual.receivedAt());
        assertEquals(expected.expiresAt(), actual.expiresAt());
        assertEquals(expected.kind(), actual.kind());
        assertArrayEquals(expected.stanza(), actual.stanza());
    }

    /** Runs {@code work} in as many threads and fails if one of them does. */
    static void concurrently(int threads, Work work) throws InterruptedException {
        CountDownLatch start = new CountDownLatch(1);
        List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
        List<Thread> all = IntStream.range(0, threads)
                .mapToObj(number -> new Thread(() -> {
                    try {
                        start.await();
                        work.run(number);
                    } catch (Throwable e) {
                        failures.add(e);
                    }
                }))
                .toList();
        all.forEach(Thread::start);
        start.countDown();
        for (Thread thread : all) {
            thread.join();
        }
        assertEquals(List.of(), failures, () -> Arrays.toString(failures.get(0).getStackTrace()));
    }

    @FunctionalInterface
    interface Work {
        void run(int thread) throws Exception;
    }
}
