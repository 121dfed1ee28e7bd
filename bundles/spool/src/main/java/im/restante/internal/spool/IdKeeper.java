package im.restante.internal.spool;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.delivery.Delivery;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Sees to it that no arrival id is given twice, or below one that was given before, whatever happens to the clock and to the server,
 * as long as a store answers: ids begin above all that the stores have or kept for a server before this one, and the stores keep those that this one is about to
 * give, in whichever partition. Safe for concurrent use.
 */
final class IdKeeper {
    /** How long the first sessions wait for a store that is not ready. */
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    /** Time for which ids are kept: a store that is away for longer holds nobody up. */
    private static final Duration AHEAD = Duration.ofMinutes(1);

    private final Owners owners;
    private final AtomicReference<CompletableFuture<Void>> floorAsked = new AtomicReference<>();
    private final AtomicReference<CompletableFuture<Void>> keeping = new AtomicReference<>();
    private volatile boolean floorKnown;

    IdKeeper(Owners owners) {
        this.owners = owners;
    }

    /** Completes when ids are above those in the stores and kept, or cannot be at present and are given by the clock alone. */
    CompletionStage<Void> ready() {
        return floor().thenCompose(known -> kept());
    }

    /**
     * Completes when ids are above those in the stores. While that cannot be known, for want of a store, the clock alone gives
     * the order: the first to ask wait a moment, later ones only ask.
     */
    CompletionStage<Void> floor() {
        if (floorKnown || owners.delivery.now() == null) {
            return completedFuture(null);
        }
        CompletableFuture<Void> asked = new CompletableFuture<>();
        CompletableFuture<Void> first = floorAsked.compareAndExchange(null, asked);
        if (first != null && !first.isDone()) {
            return first;
        }
        owners.ask(Delivery::largestId).whenComplete((largest, problem) -> {
            if (problem != null) {
                owners.troubles.idsUnknown(problem);
            } else if (largest > 0) {
                owners.ids.floor(largest);
                floorKnown = true;
                if (keeping.get() != null) { // what is kept may be below: this answer came late
                    keep();
                }
            }
            asked.complete(null);
        });
        if (first != null) {
            return first; // done: nobody waits a second time
        }
        owners.workers.after(PATIENCE, () -> asked.complete(null));
        return asked;
    }

    /** Raises the floor of a partition; see {@link im.restante.home.IdSource#floor}. */
    CompletionStage<Void> floor(int part, long floor) {
        owners.ids.floor(part, floor);
        if (keeping.get() == null) { // nobody has asked for an id yet: they are kept before one is given
            return completedFuture(null);
        }
        CompletableFuture<Void> known = new CompletableFuture<>();
        keep().whenComplete((bound, problem) -> known.complete(null));
        owners.workers.after(PATIENCE, () -> known.complete(null));
        return known;
    }

    /** Begins to keep ids. The first sessions wait until some are, but not for long. */
    private CompletionStage<Void> kept() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> before = keeping.compareAndExchange(null, first);
        if (before != null) {
            return before;
        }
        keepMore(first);
        owners.workers.after(PATIENCE, () -> first.complete(null));
        return first;
    }

    /**
     * Asks the stores to keep the ids of the next minute for this server, and soon of the next one: a minute after the clock, and
     * after the last id, which is later if the clock was set back.
     */
    private void keepMore(CompletableFuture<Void> first) {
        owners.workers.after(AHEAD.dividedBy(4), () -> keepMore(first));
        keep().whenComplete((bound, problem) -> first.complete(null));
    }

    private CompletionStage<Long> keep() {
        long upTo = Math.max(
                ArrivalIds.of(owners.clock.millis() + AHEAD.toMillis()), ArrivalIds.later(owners.ids.largest(), AHEAD));
        return owners.ask(now -> now.reserveIds(upTo)).whenComplete((bound, problem) -> {
            if (problem == null && bound > 0) {
                owners.ids.keptUpTo(bound);
            }
        });
    }
}
