package im.restante.internal.c2s;

import im.restante.session.ProofPolicy;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The batches of stored messages that a client was sent and has not proved, oldest first. What proves a batch proves those before
 * it, since a stream keeps its order. Safe for concurrent use; nobody is told anything under a lock.
 */
final class Proofs {
    /** What proves one batch. */
    enum Way {
        ACKNOWLEDGED,
        ANSWERED,
        WRITTEN
    }

    /** One batch; it passes through the outbound queue behind its last stanza. */
    static final class Batch {
        private final CompletableFuture<Void> proved = new CompletableFuture<>();
        private final ProofPolicy policy;
        private final String ping;
        private volatile long last = Long.MAX_VALUE;
        private volatile boolean onItsWay;
        // guarded by the lock
        private Way way;
        private boolean flushed;
        private boolean beforeGoodbye;
        private boolean done;

        private Batch(ProofPolicy policy, Way way, String ping) {
            this.policy = policy;
            this.way = way;
            this.ping = ping;
        }

        CompletableFuture<Void> proved() {
            return proved;
        }

        ProofPolicy policy() {
            return policy;
        }

        /** The id of the ping behind it; null if none is. */
        String ping() {
            return ping;
        }

        /** It is being given to the socket: from here on the client may see it before {@link Proofs#flushed} says so. */
        void onItsWay() {
            onItsWay = true;
        }

        /** Number, since stream management was enabled, of its last stanza. */
        void last(long number) {
            last = number;
        }
    }

    /** Of the ids of our pings; null before the first. */
    private volatile String prefix;

    private final ReentrantLock lock = new ReentrantLock();
    private final ArrayDeque<Batch> open = new ArrayDeque<>(2);
    private long pings;
    private boolean unanswered;

    /**
     * The next batch. Must be called in the order in which batches are queued.
     *
     * @param acknowledges whether the client has enabled stream management
     * @return null if this client gets none, for want of proof
     */
    Batch begin(ProofPolicy policy, boolean acknowledges) {
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
                prefix = "proof-" + StreamXml.randomId() + '-';
            }
            Batch batch = new Batch(policy, way, way == Way.ANSWERED ? prefix + ++pings : null);
            open.add(batch);
            return batch;
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
        } finally {
            lock.unlock();
        }
        settle();
    }

    /** @return whether the id is that of one of our pings, however old */
    boolean answered(String id) {
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
        } finally {
            lock.unlock();
        }
        settle();
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
        } finally {
            lock.unlock();
        }
        settle();
    }

    /** The oldest batch, if it is on its way to the client; null if there is nothing to wait for. */
    Batch awaited() {
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
    boolean withoutAnswers() {
        List<Batch> refused = new ArrayList<>();
        lock.lock();
        try {
            if (open.isEmpty() || open.peek().way != Way.ANSWERED) {
                return false;
            }
            unanswered = true;
            for (Batch batch : open) {
                if (batch.policy.way() == ProofPolicy.Way.PING) {
                    refused.add(batch);
                } else if (batch.way == Way.ANSWERED) {
                    batch.way = Way.WRITTEN;
                    batch.done |= batch.flushed;
                }
            }
            open.removeAll(refused);
        } finally {
            lock.unlock();
        }
        settle();
        refused.forEach(
                batch -> batch.proved.completeExceptionally(new IOException("the client does not answer pings")));
        return true;
    }

    /** The client has closed its stream. */
    void goodbye() {
        lock.lock();
        try {
            open.forEach(batch -> batch.beforeGoodbye = batch.onItsWay);
        } finally {
            lock.unlock();
        }
    }

    /**
     * The connection has ended.
     *
     * @param orderly whether TCP came to its end behind the client's goodbye: it has what was on its way before that
     */
    void end(boolean orderly) {
        List<Batch> failed = new ArrayList<>();
        lock.lock();
        try {
            open.forEach(batch -> batch.done |= orderly && batch.beforeGoodbye);
            open.stream().filter(batch -> !batch.done).forEach(failed::add);
            open.removeAll(failed);
        } finally {
            lock.unlock();
        }
        settle();
        failed.forEach(batch -> batch.proved.completeExceptionally(new IOException("the connection has ended")));
    }

    private void settle() {
        List<Batch> due = new ArrayList<>(2);
        lock.lock();
        try {
            while (!open.isEmpty() && open.peek().done) {
                due.add(open.poll());
            }
        } finally {
            lock.unlock();
        }
        due.forEach(batch -> batch.proved.complete(null));
    }
}
