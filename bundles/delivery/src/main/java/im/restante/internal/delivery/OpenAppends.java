package im.restante.internal.delivery;

import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which store each owner's open appends went to. One store makes them readable in their order; two do not wait for each other. So an
 * owner is given one store at a time, or a drain would read past a message that is still under way.
 */
final class OpenAppends {
    private record Open(MessageStore store, int appends) {}

    private final ConcurrentMap<Jid, Open> open = new ConcurrentHashMap<>();

    /** Whether an append for {@code owner} to {@code store} may begin now; then {@link #end} must follow. */
    boolean begin(Jid owner, MessageStore store) {
        boolean[] begun = {true};
        open.compute(owner, (o, now) -> {
            if (now == null) {
                return new Open(store, 1);
            }
            begun[0] = now.store() == store;
            return begun[0] ? new Open(store, now.appends() + 1) : now;
        });
        return begun[0];
    }

    /** The outcome of one is known, or nobody waits for it any more. */
    void end(Jid owner) {
        open.computeIfPresent(owner, (o, now) -> now.appends() == 1 ? null : new Open(now.store(), now.appends() - 1));
    }
}
