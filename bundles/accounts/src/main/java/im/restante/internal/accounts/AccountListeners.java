package im.restante.internal.accounts;

import im.restante.account.AccountListener;
import im.restante.account.Note;
import im.restante.internal.support.OutOfMemory;
import im.restante.jid.Jid;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Those who take part in the removal of accounts, by their ranking. They come and go; safe for concurrent use. */
final class AccountListeners {
    private static final Logger LOG = LoggerFactory.getLogger(AccountListeners.class);

    private final Map<Object, Listening> present = new ConcurrentHashMap<>();

    /** A listener and where it comes: of equal ranking the oldest first, as the framework has it. */
    private record Listening(AccountListener listener, long serviceId, int ranking) {
        static final Comparator<Listening> ORDER =
                Comparator.comparingInt(Listening::ranking).reversed().thenComparingLong(Listening::serviceId);
    }

    void add(AccountListener listener, Map<String, Object> properties) {
        present.put(
                properties.get("service.id"),
                new Listening(
                        listener,
                        properties.get("service.id") instanceof Long id ? id : Long.MAX_VALUE,
                        properties.get("service.ranking") instanceof Integer ranking ? ranking : 0));
    }

    void remove(AccountListener listener, Map<String, Object> properties) {
        present.computeIfPresent(properties.get("service.id"), (id, one) -> one.listener() == listener ? null : one);
    }

    private List<Listening> inOrder() {
        return present.values().stream().sorted(Listening.ORDER).toList();
    }

    /** Another user repository is in use. */
    void repositoryChosen() {
        for (Listening each : inOrder()) {
            try {
                each.listener().repositoryChosen();
            } catch (Throwable e) { // also of a bundle that is being exchanged
                OutOfMemory.endsProcess(e);
                LOG.error("account listener with service.id={} failed", each.serviceId(), e);
            }
        }
    }

    /** The removal of an account, for those who are present now. */
    Removal removal(Jid user) {
        return new Removal(inOrder(), user);
    }

    /** The removal of one account. Who comes later is not told of it, and who goes is. */
    static final class Removal {
        private final List<Listening> told;
        private final Jid user;

        private Removal(List<Listening> told, Jid user) {
            this.told = told;
            this.user = user;
        }

        /** Completes when one listener after the other has removed what may not outlive the account. */
        CompletableFuture<Boolean> emptied() {
            CompletableFuture<Boolean> done = CompletableFuture.completedFuture(true);
            for (Listening each : told) {
                done = done.thenCompose(before ->
                        Stages.guarded(() -> each.listener().removing(user).thenApply(nothing -> true)));
            }
            return done;
        }

        /** What the removal owes others, as the listeners say one after the other. */
        CompletableFuture<List<Note>> owed() {
            CompletableFuture<List<Note>> all = CompletableFuture.completedFuture(List.of());
            for (Listening each : told) {
                all = all.thenCompose(before -> Stages.guarded(
                                () -> each.listener().owes(user))
                        .thenApply(more ->
                                Stream.concat(before.stream(), more.stream()).toList()));
            }
            return all;
        }

        /** Tells whoever was told that the account is about to go. @param removed whether it has; if not, it stays */
        void ended(boolean removed) {
            for (Listening each : told) {
                try {
                    if (removed) {
                        each.listener().removed(user);
                    } else {
                        each.listener().kept(user);
                    }
                } catch (Throwable e) { // also of a bundle that is being exchanged: the others must know
                    OutOfMemory.endsProcess(e);
                    LOG.error("account listener with service.id={} failed for {}", each.serviceId(), user, e);
                }
            }
        }
    }
}
