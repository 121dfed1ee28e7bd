package im.restante.internal.delivery;

import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which store each owner's open appends went to. One store makes them readable in their order; two do not wait for each other, and
 * one that may have to be made again comes after those that went past it. So an owner is given one store at a time, and nothing more
 * while the outcome of an append is in doubt; or a drain would read past a message that is still under way.
 */
final class OpenAppends {
    private record Open(MessageStore store, int appends, int doubtful) {}

    private final ConcurrentMap<Jid, Open> open = new ConcurrentHashMap<>();

    /** Whether an append for {@code owner} to {@code store} may begin now; then {@link #end} must follow. */
    boolean begin(Jid owner, MessageStore store) {
        boolean[] begun = {true};
        open.compute(owner, (o, now) -> {
            if (now == null) {
                return new Open(store, 1, 0);
            }
            begun[0] = now.store() == store && now.doubtful() == 0;
            return begun[0] ? new Open(store, now.appends() + 1, 0) : now;
        });
        return begun[0];
    }

    /** One of the open ones may have been done, or not. */
    void doubt(Jid owner) {
        open.computeIfPresent(owner, (o, now) -> new Open(now.store(), now.appends(), now.doubtful() + 1));
    }

    /** The outcome of one is known. @param doubted whether it was in doubt before */
    void end(Jid owner, boolean doubted) {
        open.computeIfPresent(
                owner,
                (o, now) -> now.appends() == 1
                        ? null
                        : new Open(now.store(), now.appends() - 1, now.doubtful() - (doubted ? 1 : 0)));
    }
}
