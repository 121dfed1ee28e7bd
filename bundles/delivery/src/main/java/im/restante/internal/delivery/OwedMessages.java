package im.restante.internal.delivery;

import static java.util.stream.Collectors.toMap;

import im.restante.home.Homes;
import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.Passes;
import im.restante.internal.support.ThreadWorkers;
import im.restante.internal.support.Workers;
import im.restante.jid.Jid;
import im.restante.session.Spools;
import im.restante.store.Fence;
import im.restante.store.MessageStore;
import im.restante.store.Owed;
import im.restante.store.StoreException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what owners owe others, such as the notice of an expired message: from the rows that a change has left
 * ({@link MessageStore#owed}) to the spools of those who get it, within one store, in order, a page at a time. Storing and forgetting
 * are two steps, each of one partition and under its fence; a process that dies between them does the first one again, and the store
 * knows it. What is owed to an account that is not there any more is forgotten.
 *
 * <p>Starts when a store comes and after each change that owes something; asks for nothing in between. While a store fails it is tried
 * again with pauses that double.
 */
@Component(service = OwedMessages.class)
public final class OwedMessages {
    /** Rows of one step; they are read whole. */
    static final int ROWS = 100;

    private static final long BYTES = 1 << 20;
    private static final Logger LOG = LoggerFactory.getLogger(OwedMessages.class);

    /** A store, and what is to be done there. */
    private final class Line {
        final Stores.Named named;
        /** Steps that may leave something owed. */
        final Set<CompletableFuture<?>> underWay = ConcurrentHashMap.newKeySet();

        private final LogLimit troubles = LogLimit.perMinute(nanoTime);
        private final Passes passes = new Passes(workers, this::pass);
        private boolean hasAnswered;
        private long carried;

        Line(Stores.Named named) {
            this.named = named;
        }

        /** A pass that begins from now on; completes with how many rows were carried so far. */
        CompletionStage<Long> ask() {
            return passes.ask().thenApply(done -> carried());
        }

        /** A pass soon: while the store fails, when the pause is over. */
        void wake() {
            if (!passes.isFailing()) {
                passes.ask();
            }
        }

        private CompletionStage<Void> pass(boolean isRetry) {
            return isRetry && !lines.containsValue(this) // it is gone
                    ? CompletableFuture.completedFuture(null)
                    : OwedMessages.this.pass(this).whenComplete((done, problem) -> ended(problem));
        }

        private void ended(Throwable problem) {
            boolean isToBeSaid;
            synchronized (this) {
                hasAnswered |= problem == null;
                isToBeSaid = problem != null && hasAnswered; // one that has never answered has said why itself
            }
            if (isToBeSaid && troubles.isDue()) {
                LOG.warn(
                        "what some owners owe others, such as notices of expired messages, waits in {}: {}; trying again{}",
                        named.id(),
                        Failures.unwrap(problem).getMessage(),
                        troubles.more());
            }
        }

        synchronized void count(int rows) {
            hasAnswered = true;
            carried += rows;
        }

        private synchronized long carried() {
            return carried;
        }

        /** Nothing will be done any more. */
        void giveUp() {
            passes.close(StoreException.nothingChanged("delivery is being stopped"));
        }
    }

    private final Homes homes;
    private final Workers workers;
    private final LongSupplier nanoTime;
    private final Map<ServiceReference<MessageStore>, Line> lines = new ConcurrentHashMap<>();
    private volatile ComponentServiceObjects<Spools> spools;
    private volatile boolean closed;

    @Activate
    public OwedMessages(@Reference Homes homes) {
        this(homes, new ThreadWorkers("owed"), System::nanoTime);
    }

    OwedMessages(Homes homes, Workers workers, LongSupplier nanoTime) {
        this.homes = homes;
        this.workers = workers;
        this.nanoTime = nanoTime;
    }

    @Deactivate
    void close() {
        closed = true;
        workers.close();
        lines.values().forEach(Line::giveUp);
    }

    @Reference(
            service = MessageStore.class,
            target = "(" + MessageStore.ID + "=*)",
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void bindStore(ServiceReference<MessageStore> reference, MessageStore store) {
        Line line = new Line(new Stores.Named(Stores.id(reference), store));
        lines.put(reference, line);
        line.wake();
    }

    void unbindStore(ServiceReference<MessageStore> reference) {
        lines.remove(reference);
    }

    /** Only their reference: to get them here would be to start who uses us while we start. */
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindSpools(ComponentServiceObjects<Spools> present) {
        spools = present;
        lines.values().forEach(Line::ask);
    }

    void unbindSpools(ComponentServiceObjects<Spools> gone) {
        if (spools == gone) { // a successor is bound before
            spools = null;
        }
    }

    /**
     * Does what may leave something owed in {@code store}, and then carries that. {@link #carried} waits for what is under way.
     *
     * @param step completes with whether it did
     */
    CompletionStage<Void> owing(Stores.Named store, Supplier<CompletionStage<Boolean>> step) {
        Line line = line(store);
        CompletableFuture<Void> done = new CompletableFuture<>();
        line.underWay.add(done);
        return Failures.stage(step)
                .handle((owes, problem) -> {
                    line.underWay.remove(done);
                    done.complete(null);
                    if (problem != null || owes) { // what failed may have been done
                        line.wake();
                    }
                    return problem == null
                            ? CompletableFuture.<Void>completedFuture(null)
                            : CompletableFuture.<Void>failedFuture(problem);
                })
                .thenCompose(Function.identity());
    }

    /**
     * Completes when all is carried that was owed in {@code store}, or was about to be, when this was called; with how many rows that
     * makes since the store came. Exceptionally if it could not be carried.
     */
    CompletionStage<Long> carried(Stores.Named store) {
        Line line = line(store);
        return CompletableFuture.allOf(line.underWay.toArray(CompletableFuture[]::new))
                .thenCompose(done -> line.ask());
    }

    private Line line(Stores.Named store) {
        return lines.values().stream()
                .filter(line -> line.named.store() == store.store())
                .findFirst()
                .orElseGet(() -> another(store));
    }

    /** Of a store that is going, or has only begun to come. */
    private Line another(Stores.Named store) {
        Line line = new Line(store);
        if (closed) {
            line.giveUp();
        }
        return line;
    }

    private CompletionStage<Void> pass(Line line) {
        CompletionStage<Void> all = CompletableFuture.completedFuture(null);
        try {
            for (Fence held : homes.held()) {
                all = all.thenComposeAsync(done -> carry(line, held.part(), 0), workers);
            }
        } catch (RuntimeException | LinkageError e) {
            return CompletableFuture.failedFuture(e);
        }
        return all;
    }

    private CompletionStage<Void> carry(Line line, int part, long behind) {
        return line.named
                .store()
                .owed(part, behind, ROWS, BYTES)
                .thenComposeAsync(
                        rows -> rows.isEmpty()
                                ? CompletableFuture.completedFuture(null)
                                : hand(line, part, rows)
                                        .thenComposeAsync(
                                                done -> carry(
                                                        line,
                                                        part,
                                                        rows.get(rows.size() - 1)
                                                                .number()),
                                                workers),
                        workers);
    }

    /** Stores a page for those who get it, then forgets it. */
    private CompletionStage<Void> hand(Line line, int part, List<Owed> rows) {
        ComponentServiceObjects<Spools> source = spools;
        Spools present = source == null ? null : source.getService();
        if (present == null) {
            return CompletableFuture.failedFuture(
                    StoreException.nothingChanged("nobody can say which accounts there are"));
        }
        return accounts(present, rows)
                .thenComposeAsync(accounts -> take(line, part, rows, accounts, present), workers)
                .thenComposeAsync(done -> forget(line, part, rows), workers)
                .whenComplete((done, problem) -> source.ungetService(present));
    }

    private static CompletionStage<Map<Jid, Boolean>> accounts(Spools present, List<Owed> rows) {
        Map<Jid, CompletableFuture<Boolean>> asked = rows.stream()
                .map(row -> row.message().owner())
                .distinct()
                .collect(toMap(
                        Function.identity(), owner -> present.hasAccount(owner).toCompletableFuture()));
        return All.done(List.copyOf(asked.values()))
                .thenApply(done -> asked.entrySet().stream()
                        .collect(toMap(
                                Map.Entry::getKey, answer -> answer.getValue().join())));
    }

    private CompletionStage<Void> take(
            Line line, int part, List<Owed> rows, Map<Jid, Boolean> accounts, Spools present) {
        Map<Fence, List<Owed>> byHome = new LinkedHashMap<>();
        for (Owed row : rows) {
            Jid owner = row.message().owner();
            if (accounts.get(owner)) {
                byHome.computeIfAbsent(homes.fence(owner), home -> new ArrayList<>())
                        .add(row);
            } else {
                LOG.debug("what is owed to {} is forgotten: there is no such account", owner);
            }
        }
        List<CompletableFuture<?>> taken = new ArrayList<>();
        byHome.forEach((fence, owed) -> taken.add(line.named
                .store()
                .takeOwed(part, owed, fence)
                .thenRunAsync(
                        () -> owed.stream()
                                .map(row -> row.message().owner())
                                .distinct()
                                .forEach(present::arrived),
                        workers)
                .toCompletableFuture()));
        return All.done(taken);
    }

    private CompletionStage<Void> forget(Line line, int part, List<Owed> rows) {
        Fence fence = homes.held().stream()
                .filter(held -> held.part() == part)
                .findFirst()
                .orElse(null);
        if (fence == null) {
            return CompletableFuture.failedFuture(StoreException.fenced("partition " + part + " is not held any more"));
        }
        return line.named
                .store()
                .forgetOwed(rows.stream().map(Owed::number).toList(), fence)
                .thenAccept(done -> line.count(rows.size()));
    }
}
