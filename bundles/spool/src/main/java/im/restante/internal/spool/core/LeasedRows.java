package im.restante.internal.spool.core;

import im.restante.spool.Recipient;
import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Rows of one owner that were handed to sessions and are not acknowledged yet. A row is leased to one session at a time. */
final class LeasedRows {
    private record Lease(Batch batch, int bytes) {}

    /** What is open of one {@link Effect.Send}, and during which stay of its session it was sent. */
    static final class Batch {
        final Effect.Send send;
        final OwnerCore.Stay stay;
        private final Set<Long> open = new HashSet<>();

        Batch(Effect.Send send, OwnerCore.Stay stay) {
            this.send = send;
            this.stay = stay;
        }
    }

    private final Map<Long, Lease> byId = new HashMap<>(0);
    private final Map<Long, Batch> batches = new HashMap<>(0);
    private long bytes;

    void lease(Effect.Send send, OwnerCore.Stay stay) {
        Batch batch = new Batch(send, stay);
        batches.put(send.number(), batch);
        for (StoredMessage row : send.rows()) {
            batch.open.add(row.id());
            byId.put(row.id(), new Lease(batch, row.sizeBytes()));
            bytes += row.sizeBytes();
        }
    }

    /** Takes rows out of a batch; answers those that were open in it. */
    List<Long> release(Effect.Send send, Collection<Long> ids) {
        Batch batch = batches.get(send.number());
        List<Long> released = new ArrayList<>(ids.size());
        if (batch != null) {
            ids.forEach(id -> {
                if (batch.open.remove(id)) {
                    bytes -= byId.remove(id).bytes();
                    released.add(id);
                }
            });
            if (batch.open.isEmpty()) {
                batches.remove(send.number());
            }
        }
        return released;
    }

    /** Takes out all of a batch; empty if it had ended. */
    List<Long> release(Effect.Send send) {
        Batch batch = batches.get(send.number());
        return batch == null ? List.of() : release(send, List.copyOf(batch.open));
    }

    /** Takes out everything that was handed to a session; false if nothing was. */
    boolean releaseAll(Recipient session) {
        List<Batch> its =
                batches.values().stream().filter(b -> b.send.to() == session).toList();
        its.forEach(batch -> release(batch.send));
        return !its.isEmpty();
    }

    void clear() {
        byId.clear();
        batches.clear();
        bytes = 0;
    }

    /** Null if nothing of it is open. */
    Batch batch(Effect.Send send) {
        return batches.get(send.number());
    }

    boolean contains(Long id) {
        return byId.containsKey(id);
    }

    boolean isEmpty() {
        return byId.isEmpty();
    }

    /** Rows. */
    int size() {
        return byId.size();
    }

    long bytes() {
        return bytes;
    }

    int batches() {
        return batches.size();
    }

    /** Whether all were handed over during one stay. */
    boolean allOf(OwnerCore.Stay stay) {
        for (Batch batch : batches.values()) {
            if (batch.stay != stay) {
                return false;
            }
        }
        return true;
    }
}
