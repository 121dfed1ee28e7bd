package im.restante.streammanagement;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Printable;
import im.restante.session.Outcome;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import im.restante.xml.HeapBudget;
import im.restante.xml.Namespaces;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stanzas of one client whose verdict is still open, in the order of their arrival. An answer goes out only when everything
 * before it is final, since it tells the client that what it sent before is taken. A stanza that is final at once while nothing
 * is open costs two volatile writes and no lock. Answers and tasks are given out by one thread at a time, whoever finds that none
 * does it, and under no lock; one that fails ends the connection.
 */
public final class PendingOutcomes {
    private static final Logger LOG = LoggerFactory.getLogger(PendingOutcomes.class);

    /** Open verdicts at which the connection stops reading. */
    public static final int MAX_OPEN = 1_024;

    /**
     * Requests without an answer at which the connection stops reading: an answer may be two thousand times as large as what asks for
     * it, and is made whether it is read or not.
     */
    static final int MAX_REQUESTS = 8;

    /** Bytes of stanzas with an open verdict, and of answers that wait for it, at which the connection stops reading. */
    static final long MAX_BYTES = 1L << 20;

    /** Bytes of answers that wait for a verdict on what came before, beyond which the connection ends. */
    static final long MAX_ANSWER_BYTES = 2L << 20;

    private final Function<Element, byte[]> serializer;
    private final Consumer<byte[]> answers;
    private final Consumer<Throwable> failed;
    private final Runnable tooMuch;
    /** For answers that wait; under the lock. */
    private final HeapBudget heap;

    private final VerdictRoom room;
    private final LogLimits lines;
    private final Runnable wake = this::wake;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();
    private final ArrayDeque<Entry> open = new ArrayDeque<>(2);
    /** In the order of their numbers. */
    private final ArrayList<Barrier> barriers = new ArrayList<>(0);

    private volatile int openCount;
    private volatile long begun;
    private volatile long settled;
    private volatile boolean barred;
    private volatile boolean full;
    private boolean givingOut;
    private boolean woken;
    private boolean closing;
    private boolean released;
    private long openBytes;
    private int openRequests;
    private long answerBytes;
    /** Units of the room that the stanzas without a verdict have. */
    private int units;

    private static final class Entry {
        final long number;
        final long size;
        final int units;
        /** The IQ that is to be answered; null where no answer is owed. */
        final Element request;

        boolean settled;
        byte[] answer;

        Entry(long number, long size, Element request) {
            this.number = number;
            this.size = size;
            this.units = VerdictRoom.units(size);
            this.request = request == null ? null : withoutContent(request);
        }
    }

    private record Barrier(long number, Runnable task) {}

    /**
     * @param answers takes what is to be sent, in order
     * @param failed  told of what must end the connection: a stage that completed exceptionally, which is a fault of the session,
     *                or a task that threw
     * @param tooMuch told, instead, that answers beyond {@link #MAX_ANSWER_BYTES} or {@code heap} wait
     * @param heap    this connection's share for answers that wait; used by nobody else
     * @param streams what it shares with all others
     */
    public PendingOutcomes(
            Function<Element, byte[]> serializer,
            Consumer<byte[]> answers,
            Consumer<Throwable> failed,
            Runnable tooMuch,
            HeapBudget heap,
            ManagedStreams streams) {
        this(serializer, answers, failed, tooMuch, heap, streams.verdictRoom(), streams.lines());
    }

    PendingOutcomes(
            Function<Element, byte[]> serializer,
            Consumer<byte[]> answers,
            Consumer<Throwable> failed,
            Runnable tooMuch,
            HeapBudget heap,
            VerdictRoom room,
            LogLimits lines) {
        this.serializer = serializer;
        this.answers = answers;
        this.failed = failed;
        this.tooMuch = tooMuch;
        this.heap = heap;
        this.room = room;
        this.lines = lines;
    }

    /** The reader hands over the next stanza. Reader's thread only. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void begin() {
        begun = begun + 1;
    }

    /**
     * What {@link #begin} announced is under way. Never blocks. Reader's thread only.
     *
     * @param request the stanza if it is an IQ: it is answered by an error where its answer cannot be written; else null
     */
    public void add(CompletionStage<Outcome> stage, long size, Element request) {
        CompletableFuture<Outcome> future = stage.toCompletableFuture();
        if (openCount == 0 && future.isDone() && !future.isCompletedExceptionally()) {
            byte[] answer = answer(future.join(), request);
            if (answer != null) {
                answers.accept(answer);
            }
            settled = begun;
            if (barred) {
                giveOut();
            }
            return;
        }
        Entry entry = new Entry(begun, size, request);
        boolean counts;
        lock.lock();
        try {
            open.add(entry);
            openBytes += size;
            openRequests += request == null ? 0 : 1;
            openCount = open.size();
            counts = !released;
            units += counts ? entry.units : 0;
        } finally {
            lock.unlock();
        }
        if (counts) {
            room.take(entry.units);
        }
        future.whenComplete((outcome, failure) -> settle(entry, outcome, failure));
    }

    /**
     * Blocks while too much is open: of this connection, or of all together if this one has more than its share. Returns at once
     * after {@link #close}. Reader's thread only.
     */
    public void awaitRoom() throws InterruptedException {
        if (openCount == 0) {
            return;
        }
        while (mustWait()) {
            room.await(wake);
            try {
                awaitWoken();
            } finally {
                room.leave(wake);
            }
        }
        full = false;
    }

    /** Waits out what is this connection's own; answers whether it has to wait for the others, too. */
    private boolean mustWait() throws InterruptedException {
        lock.lock();
        try {
            while (!closing && hasReachedItsBounds()) {
                full = true;
                fewer.await();
            }
            woken = false;
            return isOverItsShare();
        } finally {
            lock.unlock();
        }
    }

    private boolean hasReachedItsBounds() {
        return open.size() >= MAX_OPEN || openBytes >= MAX_BYTES || openRequests >= MAX_REQUESTS;
    }

    private void awaitWoken() throws InterruptedException {
        lock.lock();
        try {
            while (!woken && isOverItsShare()) {
                full = true;
                fewer.await();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isOverItsShare() {
        return !closing && units > VerdictRoom.SHARE && room.isFull();
    }

    private void wake() {
        lock.lock();
        try {
            woken = true;
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Blocks until nothing is open. @return false if that took longer than the time given, or after {@link #release} */
    public boolean awaitEmpty(long seconds) throws InterruptedException {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(seconds);
            full = !open.isEmpty();
            while (!released && !open.isEmpty() && left > 0) {
                left = fewer.awaitNanos(left);
            }
            return open.isEmpty();
        } finally {
            full = false;
            lock.unlock();
        }
    }

    /** How many stanzas {@link #begin} has announced. Reader's thread only. */
    long begun() {
        return begun;
    }

    /** How many of them, without a gap, are final. */
    long settled() {
        return settled;
    }

    /** Whether the reader waits here rather than for the client. */
    public boolean full() {
        return full;
    }

    /** As {@link im.restante.session.ClientConnection#afterPending}. */
    public void afterPending(Runnable task) {
        afterPending(Long.MAX_VALUE, task);
    }

    /**
     * As above, for what came first only.
     *
     * @param number of the last stanza to wait for; more than has come: all that has
     */
    void afterPending(long number, Runnable task) {
        lock.lock();
        try {
            if (closing) {
                return;
            }
            long upTo = Math.min(number, begun);
            int at = barriers.size();
            while (at > 0 && barriers.get(at - 1).number > upTo) {
                at--;
            }
            barriers.add(at, new Barrier(upTo, task));
            barred = true;
        } finally {
            lock.unlock();
        }
        giveOut();
    }

    /** Nothing more is read: the reader waits for no room any more, and no task runs. Verdicts are still waited for. */
    public void close() {
        lock.lock();
        try {
            closing = true;
            barriers.clear();
            barred = false;
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The connection ends: as {@link #close}, and whatever is open is waited for no longer and takes no room. */
    public void release() {
        int given;
        lock.lock();
        try {
            closing = true;
            released = true;
            barriers.clear();
            barred = false;
            given = units;
            units = 0;
            heap.give((int) answerBytes);
            answerBytes = 0;
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
        room.give(given);
    }

    private void settle(Entry entry, Outcome outcome, Throwable failure) {
        byte[] answer = null;
        Throwable fault = failure;
        try {
            answer = failure == null ? answer(outcome, entry.request) : null;
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            fault = e;
        }
        int given;
        boolean fits;
        lock.lock();
        try {
            fits = answer == null || released || keep(answer.length);
            entry.settled = fault == null && fits; // else it stays open: what follows is never called taken
            entry.answer = fits ? answer : null;
            given = released ? 0 : entry.units;
            units -= given;
        } finally {
            lock.unlock();
        }
        room.give(given);
        if (fault != null) {
            failed.accept(fault);
        } else if (fits) {
            giveOut();
        } else {
            tooMuch.run();
        }
    }

    /** Under the lock. */
    private boolean keep(int size) {
        if (answerBytes > 0 && answerBytes + size > MAX_ANSWER_BYTES || !heap.take(size)) {
            return false;
        }
        answerBytes += size;
        openBytes += size;
        return true;
    }

    /** Bytes of the answer; null if there is none. What cannot be written, a third party's mostly, becomes an error. */
    private byte[] answer(Outcome outcome, Element request) {
        if (!(outcome instanceof Outcome.Answer answer)) {
            return null;
        }
        try {
            return serializer.apply(answer.stanza());
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            if (request == null) {
                throw e;
            }
            LogLimit limit = lines.of("answer");
            if (limit.isDue()) {
                LOG.error(
                        "an answer cannot be written, the client is told so: {}{}",
                        Printable.line(answer.stanza().attribute("id")),
                        limit.more(),
                        e);
            }
            return serializer.apply(failure(request, answer.stanza()));
        }
    }

    /** What is needed of a request: the rest may be large, and its verdict may be open for long. */
    private static Element withoutContent(Element request) {
        return Element.builder(request.namespace(), request.name())
                .attribute("id", request.attribute("id"))
                .build();
    }

    /** RFC 6120 §8.3.3.6, from and to whom the answer was; what was asked is not repeated, for it may be at fault. */
    private static Element failure(Element request, Element answer) {
        Element.Builder error = Element.builder(Namespaces.CLIENT, "iq").attribute("type", "error");
        error.attribute("id", request.attribute("id"));
        error.attribute("from", answer.attribute("from"));
        error.attribute("to", answer.attribute("to"));
        return error.child(StanzaError.of(StanzaError.Condition.INTERNAL_SERVER_ERROR)
                        .toElement())
                .build();
    }

    /** Gives out what is due, unless somebody does already, who then sees it. */
    private void giveOut() {
        try {
            while (true) {
                Runnable task = null;
                Entry entry = null;
                lock.lock();
                try {
                    if (givingOut) {
                        return;
                    }
                    advance();
                    if (!barriers.isEmpty() && barriers.get(0).number <= settled) {
                        task = barriers.remove(0).task;
                    } else if (!open.isEmpty() && open.peek().settled) {
                        entry = open.peek();
                    } else {
                        barred = !barriers.isEmpty();
                        fewer.signalAll();
                        return;
                    }
                    givingOut = true;
                } finally {
                    lock.unlock();
                }
                if (task != null) {
                    task.run();
                } else {
                    answers.accept(entry.answer);
                }
                lock.lock();
                try {
                    givingOut = false;
                    if (entry != null) {
                        remove(entry);
                    }
                } finally {
                    lock.unlock();
                }
            }
        } catch (Throwable e) { // nothing is given out any more: what follows would tell that this was done
            OutOfMemory.endsProcess(e);
            failed.accept(e);
        }
    }

    /** What is final and has no answer needs nobody. */
    private void advance() {
        Entry first = open.peek();
        while (first != null && first.settled && first.answer == null) {
            remove(first);
            first = open.peek();
        }
    }

    private void remove(Entry first) {
        open.poll();
        openBytes -= first.size;
        openRequests -= first.request == null ? 0 : 1;
        if (first.answer != null && !released) {
            heap.give(first.answer.length);
            answerBytes -= first.answer.length;
            openBytes -= first.answer.length;
        }
        settled = first.number;
        openCount = open.size();
    }
}
