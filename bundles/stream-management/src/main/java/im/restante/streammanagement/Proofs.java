package im.restante.streammanagement;

import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.RandomId;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The batches of stored messages that a client was sent and has not proved, oldest first. What proves a batch proves those before
 * it, since a stream keeps its order; an acknowledgement proves the rows it covers, also of a part of a batch. Safe for concurrent
 * use. What was decided is told in that order, by one thread at a time, whoever finds that none does it, and under no lock.
 */
public final class Proofs {
    private static final Logger LOG = LoggerFactory.getLogger(Proofs.class);

    /** How long {@link #end} waits for another thread that is telling. */
    private static final Duration TOLD_WITHIN = Duration.ofSeconds(10);

    /** What proves one batch. */
    enum Way {
        ACKNOWLEDGED,
        ANSWERED,
        WRITTEN
    }

    /** One batch; it passes through the outbound queue in front of its first stanza and behind its last. */
    public static final class Batch {
        private final CompletableFuture<Void> proved = new CompletableFuture<>();
        private final ProofPolicy policy;
        private final String ping;
        private final int stanzas;
        private final List<Long> rows;
        private final Consumer<Collection<Long>> receiver;
        private volatile long last = Long.MAX_VALUE;
        private volatile boolean onItsWay;
        private volatile int told;
        // guarded by the lock
        private Way way;
        private boolean flushed;
        private boolean beforeGoodbye;
        private boolean done;

        private Batch(
                ProofPolicy policy,
                Way way,
                String ping,
                int stanzas,
                List<Long> rows,
                Consumer<Collection<Long>> receiver) {
            this.policy = policy;
            this.way = way;
            this.ping = ping;
            this.stanzas = stanzas;
            this.rows = rows;
            this.receiver = receiver;
        }

        CompletableFuture<Void> proved() {
            return proved;
        }

        public ProofPolicy policy() {
            return policy;
        }

        /** The id of the ping behind it; null if none is. */
        String ping() {
            return ping;
        }

        /** How many of its rows are proved. */
        public int told() {
            return told;
        }

        /**
         * Its first stanza is the next to be counted, by stream management.
         *
         * @param before number of the last stanza before it
         */
        void countedFrom(long before) {
            last = before + stanzas;
        }

        /** It is being given to the socket: from here on the client may see it before {@link Proofs#flushed} says so. */
        void onItsWay() {
            onItsWay = true;
        }

        /** How many of its stanzas come up to that number. */
        private int upTo(long number) {
            long before = last - stanzas;
            return number <= before ? 0 : (int) Math.min(stanzas, number - before);
        }
    }

    /** Of the ids of our pings; null before the first. */
    private volatile String prefix;

    private final Consumer<Throwable> failed;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition allTold = lock.newCondition();
    private final ArrayDeque<Batch> open = new ArrayDeque<>(2);
    /** What was decided and is to be told, in this order. */
    private final ArrayDeque<Runnable> toTell = new ArrayDeque<>(2);
    /** Who is telling; null if nobody is. */
    private Thread teller;

    private long pings;
    private boolean unanswered;

    /** @param failed told if somebody who is told of rows throws: the connection must end */
    public Proofs(Consumer<Throwable> failed) {
        this.failed = failed;
    }

    /**
     * The next batch. Must be called in the order in which batches are queued.
     *
     * @param acknowledges whether the client has enabled stream management
     * @param proved       told of rows as they are proved
     * @return null if this client gets none, for want of proof
     */
    Batch begin(ProofPolicy policy, boolean acknowledges, List<StoredMessage> rows, Consumer<Collection<Long>> proved) {
        return begin(
                policy,
                acknowledges,
                rows.size(),
                rows.stream().map(StoredMessage::id).toList(),
                proved);
    }

    /** As above, for stanzas that are no rows. */
    Batch begin(ProofPolicy policy, boolean acknowledges, int stanzas) {
        return begin(policy, acknowledges, stanzas, List.of(), ids -> {});
    }

    private Batch begin(
            ProofPolicy policy,
            boolean acknowledges,
            int stanzas,
            List<Long> rows,
            Consumer<Collection<Long>> receiver) {
        lock.lock();
        try {
            Way way = switch (policy.way()) {
                case WRITE -> Way.WRITTEN;
                case SM -> acknowledges ? Way.ACKNOWLEDGED : null;
                case PING -> unanswered ? null : Way.ANSWERED;
                case AUTO -> acknowledges ? Way.ACKNOWLEDGED : unanswered ? Way.WRITTEN : Way.ANSWERED;
            };
            if (way == null) {
                return null;
            }
            if (way == Way.ANSWERED && prefix == null) {
                prefix = "proof-" + RandomId.next() + '-';
            }
            String ping = way == Way.ANSWERED ? prefix + ++pings : null;
            Batch batch = new Batch(policy, way, ping, stanzas, rows, receiver);
            open.add(batch);
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /** It is not sent after all. */
    void withdraw(Batch batch) {
        lock.lock();
        try {
            open.remove(batch);
        } finally {
            lock.unlock();
        }
    }

    /** Its last byte has been given to the socket. */
    void flushed(Batch batch) {
        lock.lock();
        try {
            batch.flushed = true;
            batch.done |= batch.way == Way.WRITTEN;
            settle();
        } finally {
            lock.unlock();
        }
        tell();
    }

    /** @return whether the id is that of one of our pings, however old */
    public boolean answered(String id) {
        String ours = prefix;
        if (ours == null || !id.startsWith(ours)) {
            return false;
        }
        lock.lock();
        try {
            if (open.stream().anyMatch(batch -> id.equals(batch.ping))) {
                for (Batch batch : open) {
                    batch.done = true;
                    if (id.equals(batch.ping)) {
                        break;
                    }
                }
            }
            settle();
        } finally {
            lock.unlock();
        }
        tell();
        return true;
    }

    /** The client has everything up to this number. */
    void acknowledged(long number) {
        lock.lock();
        try {
            Batch covered = null;
            for (Batch batch : open) {
                covered = batch.last <= number ? batch : covered;
            }
            for (Iterator<Batch> i = open.iterator(); covered != null && i.hasNext(); ) {
                Batch batch = i.next();
                batch.done = true;
                covered = batch == covered ? null : covered;
            }
            settle();
            open.forEach(batch -> prove(batch, batch.upTo(number))); // behind what settled, to keep the order
        } finally {
            lock.unlock();
        }
        tell();
    }

    /** The oldest batch, if it is on its way to the client; null if there is nothing to wait for. */
    public Batch awaited() {
        lock.lock();
        try {
            Batch first = open.peek();
            return first != null && first.flushed ? first : null;
        } finally {
            lock.unlock();
        }
    }

    /**
     * The client is there and does not answer pings: from here on what was written counts, or, where the policy is
     * {@link ProofPolicy.Way#PING}, it gets no more stored messages.
     *
     * @return false if it is not for a ping that we wait
     */
    public boolean withoutAnswers() {
        lock.lock();
        try {
            if (open.isEmpty() || open.peek().way != Way.ANSWERED) {
                return false;
            }
            unanswered = true;
            List<Batch> refused = new ArrayList<>();
            for (Batch batch : open) {
                if (batch.policy.way() == ProofPolicy.Way.PING) {
                    refused.add(batch);
                } else if (batch.way == Way.ANSWERED) {
                    batch.way = Way.WRITTEN;
                    batch.done |= batch.flushed;
                }
            }
            fail(refused, "the client does not answer pings");
            settle();
        } finally {
            lock.unlock();
        }
        tell();
        return true;
    }

    /** A client without stream management has closed its stream. */
    void goodbye() {
        lock.lock();
        try {
            open.forEach(batch -> batch.beforeGoodbye = batch.onItsWay);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The connection has ended. When this returns, all has been told, unless somebody who is told takes very long.
     *
     * @param orderly whether TCP came to its end behind the client's goodbye: it has what was on its way before that
     */
    void end(boolean orderly) {
        lock.lock();
        try {
            open.forEach(batch -> batch.done |= orderly && batch.beforeGoodbye);
            fail(open.stream().filter(batch -> !batch.done).toList(), "the connection has ended");
            settle();
        } finally {
            lock.unlock();
        }
        tell();
        awaitTold();
    }

    /** Under the lock. */
    private void settle() {
        while (!open.isEmpty() && open.peek().done) {
            succeed(open.poll());
        }
    }

    private void succeed(Batch batch) {
        prove(batch, batch.stanzas);
        toTell.add(() -> batch.proved.complete(null));
    }

    private void fail(List<Batch> unproved, String why) {
        open.removeAll(unproved);
        unproved.forEach(batch -> toTell.add(() -> batch.proved.completeExceptionally(new IOException(why))));
    }

    /** The client has so many of its stanzas. */
    private void prove(Batch batch, int stanzas) {
        int rows = Math.min(stanzas, batch.rows.size());
        if (rows > batch.told) {
            List<Long> ids = batch.rows.subList(batch.told, rows);
            batch.told = rows;
            toTell.add(() -> tell(batch, ids));
        }
    }

    private void tell(Batch batch, List<Long> ids) {
        if (batch.proved.isDone()) {
            return; // who is told failed before: what it was not told is kept
        }
        try {
            batch.receiver.accept(ids);
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            batch.proved.completeExceptionally(e);
            failed.accept(e);
        }
    }

    private void tell() {
        lock.lock();
        try {
            if (teller != null) {
                return;
            }
            teller = Thread.currentThread();
        } finally {
            lock.unlock();
        }
        for (Runnable next = nextToTell(); next != null; next = nextToTell()) {
            try {
                next.run();
            } catch (Throwable e) {
                OutOfMemory.endsProcess(e);
                LOG.error("what became of stored messages could not be told", e);
            }
        }
    }

    private Runnable nextToTell() {
        lock.lock();
        try {
            Runnable next = toTell.poll();
            if (next == null) {
                teller = null;
                allTold.signalAll();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void awaitTold() {
        boolean interrupted = false;
        lock.lock();
        try {
            long left = TOLD_WITHIN.toNanos();
            while (teller != null && teller != Thread.currentThread() && left > 0) {
                try {
                    left = allTold.awaitNanos(left);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            lock.unlock();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
