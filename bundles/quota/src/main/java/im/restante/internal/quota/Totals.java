package im.restante.internal.quota;

import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.jid.Jid;
import im.restante.limit.Acquaintances;
import im.restante.limit.Limits;
import im.restante.store.OwnerLimit;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What may wait for an owner in all, for a message of a given sender: the whole limit for those whom the owner knows, half of it for others. */
final class Totals {
    private static final Logger LOG = LoggerFactory.getLogger(Totals.class);

    private final Duration timeout;
    private final LogLimit lines;

    /** @param timeout for one look into a roster; a message waits for it */
    Totals(Duration timeout, Duration betweenLines, LongSupplier nanoTime) {
        this.timeout = timeout;
        this.lines = new LogLimit(betweenLines, nanoTime);
    }

    /**
     * The limit for one message.
     *
     * @param limits        null: there is none
     * @param acquaintances null: nobody can tell, and so nobody is a stranger
     * @return never exceptionally. Who cannot be looked up in time is no stranger
     */
    CompletionStage<OwnerLimit> of(Limits limits, Acquaintances acquaintances, Jid owner, Jid sender) {
        OwnerLimit whole = limits == null ? OwnerLimit.NONE : ask(limits, owner);
        if (whole.isNone() || acquaintances == null) {
            return CompletableFuture.completedFuture(whole);
        }
        CompletableFuture<Boolean> knows = knows(acquaintances, owner, sender);
        if (!knows.isDone()) {
            knows = knows.copy().orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
        }
        return knows.handle((known, problem) -> problem != null || known == null || known ? whole : whole.half());
    }

    private static CompletableFuture<Boolean> knows(Acquaintances acquaintances, Jid owner, Jid sender) {
        return Failures.stage(() -> acquaintances.knows(owner, sender));
    }

    private OwnerLimit ask(Limits limits, Jid owner) {
        return Failures.orElse(() -> limits.ownerLimit(owner), OwnerLimit.NONE, problem -> report(limits, problem));
    }

    private void report(Limits limits, Throwable problem) {
        if (lines.isDue()) {
            LOG.error(
                    "{} {} when asked for the limit of an owner: no limit applies{}",
                    limits.getClass().getName(),
                    problem == null ? "answered null" : "threw",
                    lines.more(),
                    problem);
        }
    }
}
