package im.restante.internal.accounts;

import im.restante.account.UserRepository;
import im.restante.internal.support.RetryPolicy;
import im.restante.store.StoreException;
import java.time.Duration;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user repository that is chosen among those present, which come and go: by its name, else by its ranking. Safe for concurrent use;
 * never blocks.
 */
final class ChosenRepository implements RepositoryAccess {
    private static final Logger LOG = LoggerFactory.getLogger(ChosenRepository.class);

    /** How long one that ranks higher may take to answer for the first time, and one that is being replaced to come. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final UserStores stores = new UserStores(); // guarded by this
    /** Those that have not answered yet, with the time when they came. Guarded by this. */
    private final Map<UserRepository, Long> came = new IdentityHashMap<>();

    /** Of those who wait for a repository. Guarded by this. */
    private final Set<CompletableFuture<Void>> arrivals = new HashSet<>();

    private final LongSupplier nanoTime;
    private final BiConsumer<Runnable, Duration> later;
    private final Runnable forget;
    private final Runnable tell;

    private volatile String named;
    private volatile UserRepository chosen; // null: none is present
    private volatile boolean stopping; // repositories are unbound afterwards, which is nothing to warn of

    /**
     * @param named  the {@code store.id} of the one wanted; empty: any
     * @param later  runs a task after a pause
     * @param forget what was read of another one. Called with a lock held: must not call anybody else
     * @param tell   that another one is in use now. Called on a thread of its own
     */
    ChosenRepository(
            String named, LongSupplier nanoTime, BiConsumer<Runnable, Duration> later, Runnable forget, Runnable tell) {
        this.named = named;
        this.nanoTime = nanoTime;
        this.later = later;
        this.forget = forget;
        this.tell = tell;
    }

    /** The one in use; null if there is none. */
    UserRepository now() {
        return chosen;
    }

    /** The {@code store.id} of all that are present. */
    synchronized List<String> names() {
        return stores.names();
    }

    /** The one of that {@code store.id}; of several the one of the highest ranking. */
    synchronized Optional<UserRepository> find(String storeId) {
        return storeId.isEmpty() ? Optional.empty() : Optional.ofNullable(stores.choose(storeId));
    }

    /** Another one is wanted: its {@code store.id}, or empty for any. */
    synchronized void want(String storeId) {
        named = storeId;
        choose();
    }

    /** Nobody waits for a repository any more. */
    void stop() {
        stopping = true;
        arrived();
    }

    void add(UserRepository repository, Map<String, Object> properties) {
        synchronized (this) {
            stores.put(repository, properties);
            came.put(repository, nanoTime.getAsLong());
            choose();
        }
        askWhetherItWorks(repository, 1);
    }

    synchronized void updated(UserRepository repository, Map<String, Object> properties) {
        stores.put(repository, properties);
        choose();
    }

    synchronized void remove(UserRepository repository, Map<String, Object> properties) {
        stores.remove(properties);
        came.remove(repository);
        choose();
    }

    /** Asks until it has answered once, or is gone. */
    private void askWhetherItWorks(UserRepository repository, int tries) {
        Stages.guarded(() -> repository.users(null, 1)).whenComplete((any, problem) -> {
            synchronized (this) {
                if (stopping || !stores.contains(repository)) {
                    return;
                }
                if (problem == null) {
                    stores.reached(repository);
                    came.remove(repository);
                }
                choose();
            }
            if (problem != null) {
                later.accept(
                        () -> askWhetherItWorks(repository, tries + 1),
                        RetryPolicy.PROMPT.pause(
                                tries, ThreadLocalRandom.current().nextDouble()));
            }
        });
    }

    /** Caller holds the lock of this object. */
    private boolean isNew(UserRepository repository) {
        Long since = came.get(repository);
        return since != null && nanoTime.getAsLong() - since < PATIENCE.toNanos();
    }

    /** Waits for one that is being replaced. */
    @Override
    public <T> CompletableFuture<T> ask(Function<UserRepository, CompletionStage<T>> question) {
        UserRepository current = chosen;
        return current != null
                ? ask(question, current)
                : Stages.plain(arrival().thenCompose(came -> ask(question, chosen)));
    }

    /** One that goes while it is asked, and has changed nothing, leaves the question to the next. */
    private <T> CompletableFuture<T> ask(
            Function<UserRepository, CompletionStage<T>> question, UserRepository present) {
        if (present == null) {
            String wanted = named;
            return CompletableFuture.failedFuture(StoreException.nothingChanged(
                    wanted.isEmpty()
                            ? "no user repository is present; install or start a store"
                            : "the user repository named by user-store=" + wanted + " is not present"));
        }
        CompletableFuture<T> answer = Stages.guarded(() -> question.apply(present));
        return answer.isDone() && !answer.isCompletedExceptionally()
                ? answer
                : Stages.plain(answer.exceptionallyCompose(problem -> present != chosen && changedNothing(problem)
                        ? ask(question)
                        : CompletableFuture.failedFuture(problem)));
    }

    private static boolean changedNothing(Throwable problem) {
        return problem instanceof StoreException known && known.outcome() == StoreException.Outcome.NOTHING_CHANGED;
    }

    /** Completes when there is a repository, or when patience has ended. */
    private CompletableFuture<Void> arrival() {
        CompletableFuture<Void> arrival = new CompletableFuture<>();
        synchronized (this) {
            if (chosen != null || stopping) {
                return CompletableFuture.completedFuture(null);
            }
            arrivals.add(arrival);
        }
        later.accept(
                () -> {
                    synchronized (this) {
                        arrivals.remove(arrival);
                    }
                    arrival.complete(null);
                },
                PATIENCE);
        return arrival;
    }

    /** Whoever waits for a repository goes on. */
    private void arrived() {
        List<CompletableFuture<Void>> waiting;
        synchronized (this) {
            waiting = List.copyOf(arrivals);
            arrivals.clear();
        }
        waiting.forEach(one -> one.complete(null));
    }

    /** Caller holds the lock of this object. */
    private void choose() {
        UserRepository before = chosen;
        UserRepository now = stores.chooseWorking(named, before, this::isNew);
        if (now == before) {
            return;
        }
        chosen = now; // before clearing: what is asked from here on is asked of the new one
        forget.run();
        if (now == null && stopping) {
            LOG.debug("stopping; the user repository is gone");
        } else if (now == null) {
            LOG.warn("no user repository to use: user-store={}, present: {}", named, stores.names());
        } else {
            LOG.info("users are kept in {}", stores.nameOf(now));
            CompletableFuture.runAsync(this::arrived); // not under our lock
            CompletableFuture.runAsync(tell);
            UserRepository first = stores.choose(named);
            if (first != now) {
                LOG.warn(
                        "{} ranks higher than {}, but has not answered since it came, and user-store= does not name it: it is"
                                + " left out until it answers. If the users are there, set user-store={}",
                        stores.nameOf(first),
                        stores.nameOf(now),
                        stores.nameOf(first));
            }
        }
    }
}
