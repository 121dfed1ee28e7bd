package im.restante.internal.roster;

import im.restante.account.AccountListener;
import im.restante.account.Accounts;
import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.home.AccountNotes;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Settings and notes in memory, the disk of all services on it; answers at once, or on {@link #executor}. */
final class FakeAccounts implements Accounts, AccountNotes, AccountNotes.Kept {
    final Map<Jid, Map<String, Map<String, String>>> settings = new ConcurrentHashMap<>();
    final SortedMap<Long, Note> notes = new TreeMap<>(); // and the two below: under the lock of this object
    private final Map<Jid, Long> decided = new HashMap<>();
    private long numbered;

    /** Calls to the notes until the process dies at one: it is answered by nobody, and no later one is. */
    final AtomicInteger callsLeft = new AtomicInteger(Integer.MAX_VALUE);

    /** Whether the call at which the process dies has its effect. */
    volatile boolean diesBehindTheEffect;

    /** For whom no note can be carried out. */
    final Set<Jid> stuck = ConcurrentHashMap.newKeySet();

    /** Notes that cannot be carried out from now on, whomever they are for. */
    final AtomicInteger takesToFail = new AtomicInteger();

    final AtomicInteger owedQuestions = new AtomicInteger();
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    volatile Executor executor = Runnable::run;
    volatile boolean failWrites;
    volatile boolean failForgets;
    volatile boolean failReads;
    volatile boolean throwing;

    FakeAccounts with(String... accounts) {
        for (String account : accounts) {
            settings.put(Jid.of(account), new ConcurrentHashMap<>());
        }
        return this;
    }

    Map<String, String> node(Jid account, String node) {
        Map<String, Map<String, String>> nodes = settings.get(account.bare());
        return nodes == null ? Map.of() : nodes.computeIfAbsent(node, n -> new ConcurrentHashMap<>());
    }

    @Override
    public CompletionStage<Map<String, String>> settings(Jid account, String node) {
        reads.incrementAndGet();
        if (failReads && throwing) {
            throw new IllegalStateException("broken");
        }
        if (failReads) {
            return CompletableFuture.failedStage(new StoreException("reads fail in this test"));
        }
        return CompletableFuture.supplyAsync(() -> new TreeMap<>(node(account, node)), executor);
    }

    @Override
    public CompletionStage<Boolean> write(Jid account, Collection<Setting> changes) {
        return write(account, changes, List.of());
    }

    @Override
    public CompletionStage<Boolean> write(Jid account, Collection<Setting> changes, List<Note> owed) {
        writes.incrementAndGet();
        return failWrites
                ? CompletableFuture.failedStage(new StoreException("writes fail in this test"))
                : answered(loseWrite, call(() -> written(account, changes, owed)));
    }

    synchronized boolean written(Jid account, Collection<Setting> changes, List<Note> owed) {
        if (!settings.containsKey(account.bare())) {
            return false;
        }
        for (Setting change : changes) {
            Map<String, String> node = node(account, change.node());
            if (change.value() == null) {
                node.remove(change.key());
            } else {
                node.put(change.key(), change.value());
            }
        }
        owed.forEach(note -> notes.put(++numbered, note));
        return true;
    }

    /** Does what {@link Accounts#remove} does, with one listener. */
    void remove(Jid account, AccountListener listener) {
        List<Note> owed = World.await(listener.owes(account));
        try {
            World.await(call(() -> {
                settings.remove(account);
                decided.put(account, numbered);
                owed.forEach(note -> notes.put(++numbered, note));
                return true;
            }));
        } catch (AssertionError e) {
            listener.kept(account);
            return;
        }
        listener.removed(account);
    }

    private final AtomicBoolean loseWrite = new AtomicBoolean();
    private final AtomicBoolean loseTake = new AtomicBoolean();

    /** The next change of an account is made, and nobody hears of it. */
    void loseTheNextAnswer() {
        loseWrite.set(true);
    }

    /** The next note is carried out, and nobody hears of it. */
    void loseTheAnswerToATake() {
        loseTake.set(true);
    }

    private static <T> CompletionStage<T> answered(AtomicBoolean lost, CompletionStage<T> answer) {
        return lost.getAndSet(false)
                ? answer.thenCompose(done -> CompletableFuture.failedStage(new StoreException("the answer is lost")))
                : answer;
    }

    private <T> CompletionStage<T> call(Supplier<T> effect) {
        int left = callsLeft.getAndDecrement();
        if (left <= 0 && !(left == 0 && diesBehindTheEffect)) {
            return CompletableFuture.failedStage(new StoreException("the process has died"));
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    T answer;
                    synchronized (this) {
                        answer = effect.get();
                    }
                    if (left == 0) {
                        throw new CompletionException(new StoreException("the process has died"));
                    }
                    return answer;
                },
                executor);
    }

    @Override
    public Kept kept() {
        return this;
    }

    @Override
    public CompletionStage<List<OwedNote>> owed(int part, long afterNumber, int rows, long bytes) {
        owedQuestions.incrementAndGet();
        return call(() -> notes.tailMap(afterNumber + 1).entrySet().stream()
                .limit(rows)
                .map(row -> new OwedNote(row.getKey(), row.getValue()))
                .toList());
    }

    @Override
    public CompletionStage<Boolean> take(int part, OwedNote owed, Collection<Setting> changes, List<Note> owedInTurn) {
        writes.incrementAndGet();
        Jid account = owed.note().to();
        if (failWrites || stuck.contains(account) || takesToFail.getAndDecrement() > 0) {
            return CompletableFuture.failedStage(new StoreException("writes fail in this test"));
        }
        return answered(loseTake, call(() -> {
            if (!settings.containsKey(account) || decided.getOrDefault(account, 0L) >= owed.number()) {
                return false;
            }
            decided.put(account, owed.number());
            return written(account, changes, owedInTurn);
        }));
    }

    @Override
    public CompletionStage<Void> forget(int part, Collection<Long> numbers) {
        if (failForgets) {
            return CompletableFuture.failedStage(new StoreException("nothing is forgotten in this test"));
        }
        return call(() -> {
            notes.keySet().removeAll(numbers);
            return null;
        });
    }

    @Override
    public CompletionStage<Boolean> exists(Jid account) {
        return CompletableFuture.completedStage(settings.containsKey(account.bare()));
    }

    @Override
    public CompletionStage<Optional<String>> setting(Jid account, String node, String key) {
        return settings(account, node).thenApply(all -> Optional.ofNullable(all.get(key)));
    }

    @Override
    public CompletionStage<ScramCredentials> credentials(Jid account, ScramHash hash) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> verify(Jid account, String password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> create(Jid account, String password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> restore(Jid account, Collection<Setting> settings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> changePassword(Jid account, String password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> remove(Jid account) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<Jid>> list(Jid after, int max) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean registrationOpen() {
        return false;
    }
}
