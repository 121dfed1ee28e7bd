package im.restante.streammanagement;

import static java.nio.charset.StandardCharsets.US_ASCII;

import im.restante.internal.support.OutOfMemory;
import im.restante.session.Outbound;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
import im.restante.streammanagement.Proofs.Batch;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits to be written to one client. Nobody who queues ever blocks: whoever finds the queue idle starts a task that drains
 * it, up to {@value #BATCH_BYTES} bytes a write, and ends when it is empty. An idle connection has no thread and no buffer here.
 */
public final class OutboundQueue {
    private static final Logger LOG = LoggerFactory.getLogger(OutboundQueue.class);

    /** Most bytes of one write. */
    static final int BATCH_BYTES = 16 * 1024;

    private static final byte[] REQUEST = ("<r xmlns='" + ManagementXml.NAMESPACE + "'/>").getBytes(US_ASCII);
    private static final int FEW = 4;
    private static final int MANY = 64;
    private static final long WRITER_LEAVES_SECONDS = 10;

    /** The socket behind the queue. */
    public interface Wire {
        /** Where to write now; another one after STARTTLS. Asked before each write. */
        OutputStream output() throws IOException;

        /** The last byte has been written: tells the other side that nothing follows. */
        void shutdownOutput() throws IOException;

        /** A write failed, for an {@link IOException} or a fault of ours; nothing can be written any more. */
        void broken(Throwable reason);
    }

    private final Wire wire;
    private final Executor writers;
    private final Proofs proofs;
    /** Under the lock. */
    private final OutboundHeap heap;

    private final Runnable drain = this::drain;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition idle = lock.newCondition();

    /** Fewer bytes of what no spool keeps wait. */
    private final Condition fewer = lock.newCondition();

    /**
     * {@link Outbound}, {@link StoredMessage}, {@code byte[]} of what is no stanza, {@link Counting}, {@link First}, {@link Batch}.
     */
    private ArrayDeque<Object> queue = new ArrayDeque<>(FEW);

    /** What the writer has taken and not written yet. */
    private List<Object> inHand = List.of();

    private int count;
    private long bytes;

    private int longest;
    private boolean writing;
    private boolean corked;
    private boolean streamOpen;
    private boolean finishing;
    private boolean shut;
    private boolean broken;
    private boolean acknowledging;
    /** Null until {@link Counting} is written. */
    private SentStanzas sent;

    private volatile long stuckSince;
    private volatile boolean holdsReader;

    /** What became of a stanza. */
    public enum Offer {
        QUEUED,
        /** At the bound, or at that of all connections: it belongs into the spool. */
        FULL,
        /** At twice the bound, or at that of all connections: the client does not read, and the connection must end. */
        OVERFLOW,
        /** Nothing is queued any more. */
        ENDED
    }

    /** What tells the client that stream management is enabled: stanzas count from behind it. */
    private record Counting(byte[] xml, SentStanzas from) {}

    /** In front of the first stanza of a batch, as the batch itself is behind the last. */
    private record First(Batch batch) {}

    /**
     * What a client that was cut had not acknowledged.
     *
     * @param sent    its count, from which the client's own can be told apart; null if the stream cannot be resumed
     * @param waiting stanzas no spool keeps that were not sent yet, oldest first
     * @param live    messages a spool keeps, sent or not, oldest first
     * @param heap    what a stream that can be resumed holds, to be released when it goes on or is over
     */
    public record Unproved(SentStanzas sent, List<Outbound> waiting, List<Outbound> live, OutboundHeap heap) {}

    /** @param heap this connection's, used by nobody else */
    public OutboundQueue(Wire wire, Executor writers, Proofs proofs, OutboundHeap heap) {
        this.heap = heap;
        this.wire = wire;
        this.writers = writers;
        this.proofs = proofs;
    }

    /** Stanzas that are not written or, with stream management, not acknowledged. */
    public int waiting() {
        lock.lock();
        try {
            return stanzas(queue) + (sent == null ? stanzas(inHand) : sent.waiting());
        } finally {
            lock.unlock();
        }
    }

    private static int stanzas(Collection<Object> items) {
        return (int) items.stream()
                .filter(item -> item instanceof Outbound || item instanceof StoredMessage)
                .count();
    }

    /** Queues a stanza within bounds; see {@link im.restante.session.ClientConnection#offer}. */
    public Offer offer(Outbound stanza, int maxCount, long maxBytes) {
        int size = stanza.xml().length;
        lock.lock();
        try {
            if (finishing || broken) {
                return Offer.ENDED;
            }
            if (stanza.storable()) {
                int waiting = count + (sent == null ? 0 : sent.storable());
                long waitingBytes = bytes + (sent == null ? 0 : sent.storableBytes());
                if (waiting >= maxCount || waiting > 0 && waitingBytes + size > maxBytes || !heap.take(stanza)) {
                    return Offer.FULL;
                }
            } else if (count >= 2L * maxCount || count > 0 && bytes + size > 2 * maxBytes || !heap.take(stanza)) {
                return Offer.OVERFLOW;
            }
            enqueue(stanza);
            if (writing || corked) {
                return Offer.QUEUED;
            }
            writing = true;
        } finally {
            lock.unlock();
        }
        startDrain();
        return Offer.QUEUED;
    }

    /**
     * Queues stored messages outside of the bounds, and behind them what makes the client prove them; completes as
     * {@link im.restante.session.ClientConnection#sendStored} says.
     *
     * @param pings  makes a ping with a given id
     * @param proved told of rows as the client proves them
     */
    public CompletableFuture<Void> sendStored(
            List<StoredMessage> messages,
            ProofPolicy policy,
            Function<String, Outbound> pings,
            Consumer<Collection<Long>> proved) {
        return sendBatch(messages, () -> proofs.begin(policy, acknowledging, messages, proved), pings);
    }

    /** Queues stanzas that no spool gets back; see {@link im.restante.session.ClientConnection#sendCopies}. */
    public CompletableFuture<Void> sendCopies(List<Outbound> copies, Duration timeout) {
        return sendBatch(copies, () -> proofs.begin(copyPolicy(timeout), acknowledging, copies.size()), null);
    }

    private ProofPolicy copyPolicy(Duration timeout) {
        return new ProofPolicy(acknowledging ? ProofPolicy.Way.SM : ProofPolicy.Way.WRITE, timeout);
    }

    /** @param begin makes the batch, under the lock; null if this client gets none */
    private CompletableFuture<Void> sendBatch(
            List<?> stanzas, Supplier<Batch> begin, Function<String, Outbound> pings) {
        Batch batch;
        lock.lock();
        try {
            if (finishing || broken) {
                return CompletableFuture.failedFuture(new IOException("the connection has ended"));
            }
            batch = begin.get();
            if (batch == null) {
                return CompletableFuture.failedFuture(new IOException("this client cannot prove what it gets"));
            }
            Outbound ping = batch.ping() == null ? null : ping(batch, pings);
            queue.add(new First(batch));
            stanzas.forEach(this::enqueue);
            if (ping != null) {
                enqueue(ping);
            } else if (acknowledging) {
                queue.add(REQUEST);
            }
            queue.add(batch);
            if (writing || corked) {
                return batch.proved();
            }
            writing = true;
        } finally {
            lock.unlock();
        }
        startDrain();
        return batch.proved();
    }

    /** Nothing is sent whose proof cannot be asked for. */
    private Outbound ping(Batch batch, Function<String, Outbound> pings) {
        try {
            return pings.apply(batch.ping());
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            proofs.withdraw(batch);
            throw e;
        }
    }

    /**
     * Queues what tells the client that stream management is enabled.
     *
     * @param from where the count begins, behind it
     */
    void enable(byte[] enabled, SentStanzas from) {
        control(new Counting(enabled, from), 0);
    }

    /** As {@link #cork}, for a stream that is resumed: what is queued from here on is acknowledged, as before the cut. */
    void corkResumed() {
        lock.lock();
        try {
            corked = true;
            acknowledging = true;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #enable} and {@link #uncork} in one: what was queued since {@link #corkResumed} goes behind it. */
    void resume(byte[] resumed, SentStanzas from) {
        uncork(new Counting(resumed, from));
    }

    /**
     * Queues something that is no stanza.
     *
     * @param most items that may wait before it; more, and the client asks without ever reading
     * @return false if more wait
     */
    public boolean control(byte[] xml, int most) {
        return control((Object) xml, most);
    }

    private boolean control(Object item, int most) {
        lock.lock();
        try {
            if (finishing || broken) {
                return true;
            }
            if (most > 0 && queue.size() >= most) {
                return false;
            }
            queue.add(item);
            acknowledging |= item instanceof Counting; // in one step: what is queued behind it is counted
            if (writing || corked) {
                return true;
            }
            writing = true;
        } finally {
            lock.unlock();
        }
        startDrain();
        return true;
    }

    /**
     * The client says how many stanzas it has got (XEP-0198 §4).
     *
     * @param h modulo 2^32
     * @return -1, or how many were sent if that is fewer
     */
    long acknowledge(long h) {
        long upTo;
        boolean ask;
        lock.lock();
        try {
            if (sent == null) {
                return h == 0 ? -1 : 0;
            }
            if (!sent.acknowledge(h)) {
                return sent.count();
            }
            upTo = sent.acknowledged();
            heap.acknowledged(sent.bytes());
            ask = queue.isEmpty() && sent.worthAsking(true);
        } finally {
            lock.unlock();
        }
        proofs.acknowledged(upTo);
        if (ask) {
            control(REQUEST, 0);
        }
        return -1;
    }

    /**
     * The client has closed its stream. Without stream management it has what was written up to now if it leaves in order; with it
     * only its acknowledgements say what it has (XEP-0198 §4).
     */
    public void goodbye() {
        lock.lock();
        try {
            if (acknowledging) {
                return;
            }
        } finally {
            lock.unlock();
        }
        proofs.goodbye();
    }

    /**
     * Writes on the caller's thread if nobody else is writing: for the dialogue before the session, where the one who asks waits
     * for the answer anyway. Returns when the bytes are out, or queued behind another writer.
     *
     * @return false if the connection is ending
     */
    public boolean sendNow(byte[] xml) {
        lock.lock();
        try {
            if (finishing || broken) {
                return false;
            }
            streamOpen = true;
            queue.add(xml);
            if (writing || corked) {
                return true;
            }
            writing = true;
        } finally {
            lock.unlock();
        }
        drain();
        return true;
    }

    /**
     * Blocks while more than {@code most} bytes of what no spool keeps wait to be read: answers to this client, mostly, which is to
     * read them before it is asked what it wants next. Returns at once when the connection ends. Reader's thread only.
     */
    public void awaitRead(long most) throws InterruptedException {
        lock.lock();
        try {
            while (heap.unread() > most && !finishing && !broken) {
                holdsReader = true;
                fewer.await();
            }
        } finally {
            holdsReader = false;
            lock.unlock();
        }
    }

    /** Whether the reader waits for the client to read. */
    public boolean holdsReader() {
        return holdsReader;
    }

    /** The next thing written begins a new stream (RFC 6120 §4.3.3), so that an error must bring its own header. */
    public void restart() {
        lock.lock();
        try {
            streamOpen = false;
        } finally {
            lock.unlock();
        }
    }

    /** From here on things are queued, not written, until {@link #uncork}. */
    public void cork() {
        lock.lock();
        try {
            corked = true;
        } finally {
            lock.unlock();
        }
    }

    /** Writes {@code first}, then what was queued meanwhile. */
    public void uncork(byte[] first) {
        uncork((Object) first);
    }

    private void uncork(Object first) {
        lock.lock();
        try {
            corked = false;
            if (finishing || broken) {
                return;
            }
            queue.addFirst(first);
            if (writing) {
                return;
            }
            writing = true;
        } finally {
            lock.unlock();
        }
        startDrain();
    }

    /**
     * Writes what is queued, then {@code last}, then shuts the output. Nothing can be queued afterwards. Only the first call
     * counts.
     *
     * @param header goes before {@code last} if this stream has not been opened from our side yet
     */
    public void finish(byte[] header, byte[] last) {
        lock.lock();
        try {
            if (finishing || broken) {
                return;
            }
            finishing = true;
            fewer.signalAll();
            corked = false;
            if (!streamOpen) {
                queue.add(header);
            }
            queue.add(last);
            if (writing) {
                return;
            }
            writing = true;
        } finally {
            lock.unlock();
        }
        startDrain();
    }

    /**
     * Since when one write has not come to its end, by {@link System#nanoTime()}; 0 if none is under way.
     */
    public long stuckSince() {
        return stuckSince;
    }

    /** Waits until nobody writes: everything is out, or nothing can be written any more. */
    public void awaitIdle(Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (writing && left > 0) {
                left = idle.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Whether everything was written and the output was shut. */
    public boolean flushed() {
        lock.lock();
        try {
            return shut && !broken;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes back what the client may not have. Called once, when the socket is closed already, so that a writer leaves soon.
     *
     * @param orderly   whether the client left in order: one without stream management has what was written before its goodbye
     * @param resumable whether the stream may wait for its client
     */
    public Unproved end(boolean orderly, boolean resumable) {
        List<Outbound> live = new ArrayList<>();
        List<Outbound> waiting = new ArrayList<>();
        SentStanzas counted = null;
        long acknowledged = 0;
        lock.lock();
        try {
            finishing = true;
            broken = true;
            fewer.signalAll();
            awaitWriter();
            takeBack();
            Set<Outbound> known = Collections.newSetFromMap(new IdentityHashMap<>());
            if (sent != null) {
                sent.unacknowledged().stream()
                        .map(SentStanzas.Sent::stanza)
                        .filter(Objects::nonNull)
                        .forEach(known::add);
                sent.unacknowledged().stream()
                        .filter(SentStanzas.Sent::storable)
                        .forEach(one -> live.add(one.stanza()));
                counted = resumable && sent.isComplete() ? sent : null;
                acknowledged = sent.acknowledged();
                sent = null;
            }
            for (Object item : queue) { // what a failed write brought back may have been counted before
                if (item instanceof Outbound stanza && known.add(stanza)) {
                    (stanza.storable() ? live : waiting).add(stanza);
                }
            }
            queue = new ArrayDeque<>(0);
            count = 0;
            bytes = 0;
            counted = suspended(counted, waiting);
        } finally {
            lock.unlock();
        }
        proofs.acknowledged(acknowledged); // what does not come back is proved, whoever was about to say so
        proofs.end(orderly);
        return new Unproved(counted, waiting, live, heap);
    }

    /** Under the lock. @return null if there is no room for what the stream needs to be resumed, too */
    private SentStanzas suspended(SentStanzas counted, List<Outbound> waiting) {
        if (counted == null) {
            heap.suspended(0);
            return null;
        }
        counted.forgetMessages();
        long unsent = waiting.stream().mapToLong(stanza -> stanza.xml().length).sum();
        return heap.suspended(counted.bytes() + unsent) ? counted : null;
    }

    /** Under the lock. An interruption of the caller must not cost what the writer holds. */
    private void awaitWriter() {
        boolean interrupted = false;
        long left = TimeUnit.SECONDS.toNanos(WRITER_LEAVES_SECONDS);
        while (writing && left > 0) {
            try {
                left = idle.awaitNanos(left);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The caller has set {@link #writing}, holds no lock, and has queued all there is to queue. */
    private void startDrain() {
        try {
            writers.execute(drain);
        } catch (Throwable e) { // no thread, most likely
            OutOfMemory.endsProcess(e);
            broken(e);
        }
    }

    /** Whatever goes wrong, {@link #writing} does not stay true. */
    private void drain() {
        List<Object> batch = new ArrayList<>(FEW);
        try {
            while (true) {
                batch.clear();
                int size = take(batch);
                if (size < 0) {
                    return;
                }
                if (batch.isEmpty()) {
                    wire.shutdownOutput();
                } else {
                    write(batch, size);
                    written(batch);
                }
            }
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            broken(e);
        }
    }

    private void written(List<Object> batch) {
        lock.lock();
        try {
            inHand = List.of(); // before anything else can fail: it is out
            heap.written(sent == null ? 0 : sent.bytes());
            fewer.signalAll();
        } finally {
            lock.unlock();
        }
        for (int i = 0; i < batch.size(); i++) {
            if (batch.get(i) instanceof Batch stored) {
                proofs.flushed(stored);
                proofs.acknowledged(acknowledged()); // of an empty batch nothing else comes
            }
        }
    }

    private long acknowledged() {
        lock.lock();
        try {
            return sent == null ? 0 : sent.acknowledged();
        } finally {
            lock.unlock();
        }
    }

    /** Takes the next batch; an empty one stands for the end of the output. @return its bytes, or -1 if there is nothing to do */
    private int take(List<Object> batch) {
        lock.lock();
        try {
            if (broken || queue.isEmpty() && (!finishing || shut)) {
                writing = false;
                trim();
                idle.signalAll();
                return -1;
            }
            if (queue.isEmpty()) {
                shut = true;
                return 0;
            }
            longest = Math.max(longest, queue.size());
            int size = 0;
            inHand = batch;
            do {
                Object item = queue.poll();
                batch.add(item);
                size += size(item);
                forget(item);
                countSent(item);
                if (sent != null && !finishing && sent.worthAsking(queue.isEmpty())) {
                    batch.add(REQUEST);
                    size += REQUEST.length;
                    sent.asked();
                }
            } while (!queue.isEmpty() && size + size(queue.peek()) <= BATCH_BYTES);
            return size;
        } finally {
            lock.unlock();
        }
    }

    private void write(List<Object> batch, int size) throws IOException {
        OutputStream out = wire.output();
        if (batch.size() == 1 || size > BATCH_BYTES) {
            for (int i = 0; i < batch.size(); i++) {
                write(out, bytes(batch.get(i)));
            }
            return;
        }
        byte[] joined = new byte[size];
        int at = 0;
        for (int i = 0; i < batch.size(); i++) {
            byte[] item = bytes(batch.get(i));
            System.arraycopy(item, 0, joined, at, item.length);
            at += item.length;
        }
        write(out, joined);
    }

    /** In pieces, so that a slow client that does read is not taken for one that does not. */
    private void write(OutputStream out, byte[] xml) throws IOException {
        for (int at = 0; at < xml.length; at += BATCH_BYTES) {
            stuckSince = System.nanoTime() | 1;
            out.write(xml, at, Math.min(BATCH_BYTES, xml.length - at));
        }
        stuckSince = 0;
    }

    /** What was being written stays in hand, for {@link #end}. */
    private void broken(Throwable reason) {
        lock.lock();
        try {
            stuckSince = 0;
            broken = true;
            writing = false;
            fewer.signalAll();
            idle.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            wire.broken(reason);
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            LOG.error("a connection that broke cannot be closed", e);
        }
    }

    /** What the client may have seen half of counts as not written: twice is better than never. */
    private void takeBack() {
        for (int i = inHand.size() - 1; i >= 0; i--) {
            queue.addFirst(inHand.get(i));
        }
        inHand = List.of();
    }

    private void countSent(Object item) {
        if (item instanceof Batch stored) {
            stored.onItsWay();
        }
        if (item instanceof Counting counting) {
            sent = counting.from();
        }
        if (sent == null) {
            return;
        }
        if (item instanceof Outbound stanza) {
            if (!stanza.storable() && sent.isComplete() && !heap.keep(stanza.xml().length)) {
                sent.giveUp();
            }
            sent.sent(stanza);
        } else if (item instanceof StoredMessage message) {
            sent.sent(message);
        } else if (item instanceof First first) {
            first.batch().countedFrom(sent.count());
        } else if (item == REQUEST) {
            sent.asked();
        }
    }

    private void enqueue(Object item) {
        queue.add(item);
        if (item instanceof Outbound stanza) {
            count++;
            bytes += stanza.xml().length;
            heap.queued(stanza);
        }
    }

    private void forget(Object item) {
        if (item instanceof Outbound stanza) {
            count--;
            bytes -= stanza.xml().length;
            heap.inHand(stanza);
        }
    }

    /** Gives a grown array back. */
    private void trim() {
        if (longest > MANY && queue.isEmpty()) {
            queue = new ArrayDeque<>(FEW);
            longest = 0;
        }
    }

    private static int size(Object item) {
        return bytes(item).length;
    }

    private static final byte[] NOTHING = {};

    private static byte[] bytes(Object item) {
        if (item instanceof Outbound stanza) {
            return stanza.xml();
        }
        if (item instanceof StoredMessage message) {
            return message.stanza();
        }
        if (item instanceof Counting counting) {
            return counting.xml();
        }
        return item instanceof byte[] xml ? xml : NOTHING;
    }
}
