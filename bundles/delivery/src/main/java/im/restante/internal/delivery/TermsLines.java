package im.restante.internal.delivery;

import im.restante.delivery.StorageDecision;
import im.restante.internal.delivery.ArchiveCopies.ArchiveCopy;
import im.restante.jid.Jid;
import im.restante.quota.Terms;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Messages that wait for their limits or for the policy of archives, in a line for each owner: who comes later for the same owner
 * waits behind, and nobody else does. A line that is empty is not there.
 */
final class TermsLines {
    /** As many as the waiting room takes. */
    private static final int MAX_MESSAGES = WaitingRoom.MAX_MESSAGES;

    private final ConcurrentMap<Jid, Queue<Ready>> lines = new ConcurrentHashMap<>();
    private final AtomicInteger messages = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();

    /**
     * One message.
     *
     * @param keep  how it was judged in the end
     * @param terms completes with null for one that is stored whatever the limits say
     * @param copy  completes with what an archive keeps of it; with null for nothing
     */
    record Ready(
            PendingStore pending,
            StorageDecision.Keep keep,
            CompletableFuture<Terms> terms,
            CompletableFuture<ArchiveCopy> copy) {
        Jid owner() {
            return pending.row.owner();
        }

        /** Whether nothing is to be waited for. */
        boolean isDone() {
            return terms.isDone() && copy.isDone();
        }
    }

    boolean isEmpty() {
        return lines.isEmpty();
    }

    boolean has(Jid owner) {
        return lines.containsKey(owner);
    }

    /** False if too many wait already. */
    boolean join(Ready last) {
        int size = last.pending.sizeBytes();
        boolean fits = messages.incrementAndGet() <= MAX_MESSAGES;
        fits &= bytes.addAndGet(size) <= WaitingRoom.MAX_BYTES;
        if (!fits) {
            left(size);
            return false;
        }
        lines.compute(last.owner(), (owner, line) -> {
            Queue<Ready> joined = line == null ? new ConcurrentLinkedQueue<>() : line;
            joined.add(last);
            return joined;
        });
        return true;
    }

    /** The first in an owner's line; null if there is none. */
    Ready head(Jid owner) {
        Queue<Ready> line = lines.get(owner);
        return line == null ? null : line.peek();
    }

    /** Takes the head out. By one thread at a time for an owner, and when the head has been dealt with: then others may pass. */
    void leave(Ready head) {
        lines.computeIfPresent(head.owner(), (owner, line) -> {
            line.remove();
            return line.isEmpty() ? null : line;
        });
        left(head.pending.sizeBytes());
    }

    Set<Jid> owners() {
        return lines.keySet();
    }

    private void left(int size) {
        messages.decrementAndGet();
        bytes.addAndGet(-size);
    }
}
