package im.restante.internal.administration;

import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.admin.Purge;
import im.restante.admin.PurgeRequest;
import im.restante.internal.support.Printable;
import im.restante.spool.SpoolPurge;
import im.restante.spool.SpoolPurge.Step;
import im.restante.store.StoredMessage;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One purge: page after page, with the spool that is there at each. */
final class RunningPurge implements Purge {
    private static final Logger LOG = LoggerFactory.getLogger(RunningPurge.class);
    private static final String MISSING = "waiting messages are";

    private final PurgeRequest request;
    private final Questions questions;
    private final Supplier<SpoolPurge> spools;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final AtomicLong removed = new AtomicLong();
    private final AtomicLong left = new AtomicLong();
    private volatile boolean stopping;

    RunningPurge(PurgeRequest request, Questions questions, Supplier<SpoolPurge> spools) {
        this.request = request;
        this.questions = questions;
        this.spools = spools;
    }

    void begin() {
        questions
                .ask(spools.get(), MISSING, spool -> spool.waitingUpTo(request.owner()))
                .whenComplete((upTo, problem) -> {
                    if (problem == null) {
                        next(0, upTo);
                    } else {
                        breakOff(told(problem));
                    }
                });
    }

    private void next(long after, long upTo) {
        if (end.isDone()) {
            return; // the bundle has stopped
        } else if (stopping) {
            breakOff(new AdministrationException(
                    Reason.UNAVAILABLE, "stopped after " + count(removed.get()) + "; start it again for the rest"));
            return;
        }
        questions
                .ask(
                        spools.get(),
                        MISSING,
                        spool -> spool.step(request.owner(), after, upTo, this::isWanted, request.by()))
                .whenComplete((step, problem) -> {
                    if (problem != null) {
                        breakOff(told(problem));
                    } else {
                        taken(step, upTo);
                    }
                });
    }

    private void taken(Step step, long upTo) {
        removed.addAndGet(step.removed());
        left.addAndGet(step.left());
        if (step.last()) {
            LOG.info("{}: {}, by {}", this, String.join(", ", report()), Printable.line(request.by()));
            end.complete(null);
        } else {
            next(step.after(), upTo);
        }
    }

    private boolean isWanted(StoredMessage row) {
        return request.sender().map(row.sender()::equals).orElse(true)
                && request.before().map(row.receivedAt()::isBefore).orElse(true);
    }

    void breakOff(AdministrationException problem) {
        if (end.completeExceptionally(problem)) {
            LOG.warn(
                    "{}: broken off after {}, by {}: {}",
                    this,
                    count(removed.get()),
                    Printable.line(request.by()),
                    Printable.line(problem.getMessage()));
        }
    }

    private static AdministrationException told(Throwable problem) {
        return Questions.told(problem, AdministrationException.DEADLINE);
    }

    @Override
    public PurgeRequest request() {
        return request;
    }

    @Override
    public long removed() {
        return removed.get();
    }

    @Override
    public long left() {
        return left.get();
    }

    @Override
    public String title() {
        return Printable.line(request);
    }

    @Override
    public String progress() {
        return String.join(", ", report());
    }

    @Override
    public List<String> report() {
        String gone = "removed " + count(removed.get());
        return left.get() == 0
                ? List.of(gone)
                : List.of(gone, "left " + count(left.get()) + " on the way to a session");
    }

    private static String count(long messages) {
        return messages + (messages == 1 ? " message" : " messages");
    }

    @Override
    public CompletionStage<Void> end() {
        return end.minimalCompletionStage();
    }

    @Override
    public void stop() {
        stopping = true;
    }

    @Override
    public String toString() {
        return title();
    }
}
