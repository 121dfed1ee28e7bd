package im.restante.internal.roster;

import im.restante.account.AccountListener;
import im.restante.account.Note;
import im.restante.jid.Jid;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Ends the subscriptions of accounts that are removed: what that owes others goes into the removal's own commit. From the question what it
 * is until the account is gone, or stays, nothing else changes the account's roster, so that nobody is left out.
 */
final class Removals implements AccountListener {
    private final RosterCache cache;
    private final Subscriptions subscriptions;
    private final Runnable owing;
    /** Completes with whether the account is gone; under the lock of this object. */
    private final Map<Jid, List<CompletableFuture<Boolean>>> underWay = new HashMap<>();

    /** @param owing what is done after a removal, which may owe somebody something */
    Removals(RosterCache cache, Subscriptions subscriptions, Runnable owing) {
        this.cache = cache;
        this.subscriptions = subscriptions;
        this.owing = owing;
    }

    @Override
    public CompletionStage<List<Note>> owes(Jid account) {
        CompletableFuture<List<Note>> owed = new CompletableFuture<>();
        CompletableFuture<Boolean> over = new CompletableFuture<>();
        synchronized (this) {
            underWay.computeIfAbsent(account.bare(), removed -> new ArrayList<>())
                    .add(over);
        }
        cache.inTurn(account, cached -> {
                    List<Note> partings = new ArrayList<>();
                    cached.roster
                            .all()
                            .forEach(contact -> partings.addAll(subscriptions.partings(cached.owner, contact)));
                    owed.complete(partings);
                    return over.thenAccept(gone -> {
                        if (gone) {
                            cache.forget(cached);
                        } else {
                            cached.fresh = false; // as far as is known: the next change reads what is there
                        }
                    });
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        owed.completeExceptionally(failure);
                    }
                });
        return owed;
    }

    @Override
    public void removed(Jid account) {
        over(account, true);
    }

    @Override
    public void kept(Jid account) {
        over(account, false);
    }

    private void over(Jid account, boolean gone) {
        List<CompletableFuture<Boolean>> waiting;
        synchronized (this) {
            waiting = underWay.remove(account.bare());
        }
        if (waiting != null) {
            waiting.forEach(one -> one.complete(gone));
            owing.run();
        }
    }

    @Override
    public void repositoryChosen() {
        owing.run();
    }
}
