package im.restante.internal.delivery;

import im.restante.jid.Jid;
import im.restante.session.Spools;
import im.restante.stanza.Message;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Spools of accounts that come and go. */
final class AccountSpools implements Spools {
    /** Who has no account. */
    final Set<Jid> gone = new HashSet<>();
    /** Who was told that something has come, in the order in which they were. */
    final List<Jid> arrivals = new ArrayList<>();
    /** Whether nobody knows who has an account. */
    boolean ignorant;

    @Override
    public CompletionStage<Set<Long>> onTheirWay(Jid owner, Collection<Long> ids) {
        return CompletableFuture.completedFuture(Set.of());
    }

    @Override
    public CompletionStage<Optional<StoredMessage>> notice(Message message) {
        throw new UnsupportedOperationException("not what the carrier asks");
    }

    @Override
    public CompletionStage<Boolean> hasAccount(Jid owner) {
        return ignorant
                ? CompletableFuture.failedFuture(new StoreException("no user repository is present"))
                : CompletableFuture.completedFuture(!gone.contains(owner));
    }

    @Override
    public void arrived(Jid owner) {
        arrivals.add(owner);
    }

    @Override
    public void arrived() {
        throw new AssertionError("no store has come");
    }
}
