package im.restante.internal.delivery;

import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which store each owner's open appends went to. One store makes them readable in their order; two do not wait for each other, and
 * one that has to be made again comes after those that went past it. So an owner is given one store at a time, and nothing more
 * while an append has to be made again; or a drain would read past a message that is still under way.
 */
final class OpenAppends {
    /** @param store null: it is that of a delivery before this one */
    private record Open(MessageStore store, int appends, int repeated) {}

    private final ConcurrentMap<Jid, Open> open = new ConcurrentHashMap<>();

    /** Whether an append for {@code owner} to {@code store} may begin now; then {@link #end} must follow. */
    boolean begin(Jid owner, MessageStore store) {
        boolean[] begun = {true};
        open.compute(owner, (o, now) -> {
            if (now == null) {
                return new Open(store, 1, 0);
            }
            begun[0] = now.store() == store && now.repeated() == 0;
            return begun[0] ? new Open(store, now.appends() + 1, 0) : now;
        });
        return begun[0];
    }

    /** One more is open, and has to be made again: a delivery before this one began with it. */
    void inherit(Jid owner) {
        open.compute(
                owner,
                (o, now) -> now == null
                        ? new Open(null, 1, 1)
                        : new Open(now.store(), now.appends() + 1, now.repeated() + 1));
    }

    /** One of the open ones has to be made again. */
    void repeat(Jid owner) {
        open.computeIfPresent(owner, (o, now) -> new Open(now.store(), now.appends(), now.repeated() + 1));
    }

    /** Whether those that have to be made again may be: nothing else of their owner is open. */
    boolean mayRepeat(Jid owner) {
        Open now = open.get(owner);
        return now == null || now.appends() == now.repeated();
    }

    /** The outcome of one is known. @param repeated whether it had to be made again */
    void end(Jid owner, boolean repeated) {
        open.computeIfPresent(
                owner,
                (o, now) -> now.appends() == 1
                        ? null
                        : new Open(now.store(), now.appends() - 1, now.repeated() - (repeated ? 1 : 0)));
    }
}
