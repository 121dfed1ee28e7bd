package im.restante.internal.roster;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.Setting;
import im.restante.home.AccountNotes;
import im.restante.home.Homes;
import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Passes;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import im.restante.store.StoreException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what a change of one account's roster owes others, from the notes its commit has left ({@link AccountNotes}) to the accounts
 * they are for: a page at a time, those for one account one after another in their order, different accounts at once. To carry out and
 * to forget are two commits; a process that dies between them carries out again, and the repository knows it.
 *
 * <p>Begins with a start and goes on whenever it is woken; asks for nothing in between. An account whose note cannot be carried out rests
 * with all its notes until the next retry, and holds up nobody else's.
 */
final class NoteCarrier implements AutoCloseable {
    /** Notes of one page. */
    static final int ROWS = 100;

    /** Accounts that may rest at once; with more of them the others wait, too. */
    static final int RESTING_MAX = 1_000;

    private static final long BYTES = 1 << 20;
    private static final Logger LOG = LoggerFactory.getLogger(NoteCarrier.class);
    private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

    /** Carries out notes. */
    @FunctionalInterface
    interface Receiver {
        /** Completes when there is nothing left to be done for it; exceptionally if it must be tried again. */
        CompletionStage<Void> receive(Note note, Taking taking);
    }

    /** Writes what one note changes for the account it is for. */
    @FunctionalInterface
    interface Taking {
        /** @return false, with nothing changed, if the note was carried out before, or there is no such account */
        CompletionStage<Boolean> take(Collection<Setting> settings, List<Note> owedInTurn);
    }

    private final AccountNotes notes;
    private final Homes homes;
    private final Workers workers;
    private final Receiver receiver;
    private final Passes passes;
    private final LogLimit troubles;
    /** Why. */
    private final Map<Jid, Throwable> resting = new ConcurrentHashMap<>();

    private volatile boolean hasAnswered;

    NoteCarrier(AccountNotes notes, Homes homes, Workers workers, LongSupplier nanos, Receiver receiver) {
        this.notes = notes;
        this.homes = homes;
        this.workers = workers;
        this.receiver = receiver;
        this.passes = new Passes(workers, this::pass);
        troubles = LogLimit.perMinute(nanos);
    }

    /** Some account may owe something. */
    void wake() {
        passes.ask();
    }

    /** Completes when all is carried that was owed when this was called; exceptionally if it could not be. */
    CompletionStage<Void> carried() {
        return passes.ask();
    }

    @Override
    public void close() {
        passes.close(StoreException.nothingChanged("the roster is being stopped"));
    }

    private CompletionStage<Void> pass(boolean isRetry) {
        if (isRetry) {
            resting.clear();
        }
        AccountNotes.Kept kept = notes.kept();
        CompletionStage<Void> all = DONE;
        for (Fence held : homes.held()) {
            all = all.thenCompose(done -> carry(kept, held.part(), 0));
        }
        return all.thenCompose(done -> resting.values().stream()
                        .findAny()
                        .<CompletionStage<Void>>map(CompletableFuture::failedFuture)
                        .orElse(DONE))
                .whenComplete((done, problem) -> tell(problem));
    }

    private CompletionStage<Void> carry(AccountNotes.Kept kept, int part, long behind) {
        return kept.owed(part, behind, ROWS, BYTES)
                .thenComposeAsync(
                        rows -> {
                            hasAnswered = true;
                            if (rows.isEmpty() || resting.size() > RESTING_MAX) {
                                return DONE;
                            }
                            long last = rows.get(rows.size() - 1).number();
                            return hand(kept, part, rows).thenComposeAsync(done -> carry(kept, part, last), workers);
                        },
                        workers);
    }

    /** Carries out a page, then forgets of it what is done. */
    private CompletionStage<Void> hand(AccountNotes.Kept kept, int part, List<OwedNote> rows) {
        Map<Jid, List<OwedNote>> byAccount = new LinkedHashMap<>();
        rows.forEach(row -> byAccount
                .computeIfAbsent(row.note().to(), account -> new ArrayList<>())
                .add(row));
        byAccount.keySet().removeAll(resting.keySet());
        Queue<Long> done = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<?>> handed = new ArrayList<>();
        byAccount.forEach((account, owed) -> {
            CompletionStage<Void> inOrder = DONE;
            for (OwedNote row : owed) {
                inOrder = inOrder.thenCompose(before -> receiver.receive(
                                row.note(), (settings, inTurn) -> kept.take(part, row, settings, inTurn)))
                        .thenRun(() -> done.add(row.number()));
            }
            handed.add(inOrder.handle((all, problem) -> {
                        if (problem != null) {
                            OutOfMemory.endsProcess(Failures.unwrap(problem));
                            resting.put(account, Failures.unwrap(problem));
                        }
                        return null;
                    })
                    .toCompletableFuture());
        });
        return CompletableFuture.allOf(handed.toArray(CompletableFuture<?>[]::new))
                .thenCompose(all -> done.isEmpty() ? DONE : kept.forget(part, List.copyOf(done)));
    }

    private void tell(Throwable problem) {
        if (problem == null || !hasAnswered || !troubles.isDue()) { // one that has never answered has said why itself
            return;
        }
        Throwable cause = Failures.unwrap(problem);
        if (cause instanceof StoreException) {
            LOG.warn(
                    "what changes of some rosters owe other accounts waits: {}; trying again{}",
                    cause.getMessage(),
                    troubles.more());
        } else {
            LOG.error("what changes of some rosters owe other accounts waits; trying again{}", troubles.more(), cause);
        }
    }
}
