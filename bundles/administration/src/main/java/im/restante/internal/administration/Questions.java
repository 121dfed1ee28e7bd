package im.restante.internal.administration;

import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.internal.support.Failures;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.ThreadWorkers;
import im.restante.internal.support.Workers;
import im.restante.store.StoreException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the services that do the work. Whatever they do, the answer is a value or an {@link AdministrationException}, in time, on a
 * thread of this bundle.
 */
@Component(service = Questions.class)
public final class Questions {
    private static final Logger LOG = LoggerFactory.getLogger(Questions.class);

    private final Workers workers;
    private final Duration deadline;
    private final Set<CompletableFuture<?>> open = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    @Activate
    public Questions() {
        this(new ThreadWorkers("administration"), AdministrationException.DEADLINE);
    }

    Questions(Workers workers, Duration deadline) {
        this.workers = workers;
        this.deadline = deadline;
    }

    @Deactivate
    void close() {
        closed = true;
        workers.close();
        open.forEach(Questions::stopped);
    }

    private static void stopped(CompletableFuture<?> answer) {
        answer.completeExceptionally(
                new AdministrationException(Reason.UNAVAILABLE, "the administration bundle has stopped"));
    }

    /**
     * Asks a service.
     *
     * @param serviceOrNull null: it is not there
     * @param missing       what is missing then: {@code "accounts are"}
     */
    <S, T> CompletionStage<T> ask(S serviceOrNull, String missing, Function<S, CompletionStage<T>> question) {
        return ask(serviceOrNull, missing, deadline, question);
    }

    /** The same with another patience than the usual. */
    <S, T> CompletionStage<T> ask(
            S serviceOrNull, String missing, Duration patience, Function<S, CompletionStage<T>> question) {
        if (serviceOrNull == null) {
            return refuse(Reason.UNAVAILABLE, missing + " not available: is its bundle running?");
        }
        CompletableFuture<T> answer;
        try {
            answer = question.apply(serviceOrNull).toCompletableFuture().copy();
        } catch (Throwable e) { // what it throws is an answer that failed; so does one whose bundle has stopped
            OutOfMemory.endsProcess(e);
            return CompletableFuture.failedFuture(told(e, patience));
        }
        CompletableFuture<T> mine = new CompletableFuture<>();
        open.add(mine);
        mine.whenComplete((value, problem) -> open.remove(mine));
        answer.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((value, problem) -> workers.execute(() -> {
                    if (problem == null) {
                        mine.complete(value);
                    } else {
                        mine.completeExceptionally(told(problem, patience));
                    }
                }));
        if (closed) { // then nobody may have seen it among the open ones
            stopped(mine);
        }
        return mine;
    }

    static <T> CompletionStage<T> refuse(Reason reason, String message) {
        return CompletableFuture.failedFuture(new AdministrationException(reason, message));
    }

    /** In the words of an operator. */
    static AdministrationException told(Throwable problem, Duration patience) {
        Throwable inner = Failures.unwrap(problem);
        if (inner instanceof AdministrationException known) {
            return known;
        } else if (inner instanceof TimeoutException) {
            return new AdministrationException(
                    Reason.UNAVAILABLE,
                    "no answer within " + patience.toSeconds() + " seconds; the log may say why",
                    inner);
        } else if (inner instanceof StoreException && inner.getMessage() != null) {
            return new AdministrationException(Reason.UNAVAILABLE, inner.getMessage(), inner);
        } else if (inner instanceof IllegalArgumentException && inner.getMessage() != null) {
            return new AdministrationException(Reason.INVALID, inner.getMessage(), inner);
        }
        LOG.error("an act of administration failed; please report it", inner);
        return new AdministrationException(Reason.UNAVAILABLE, "an error in the server; the log has it", inner);
    }
}
