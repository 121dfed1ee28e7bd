package im.restante.internal.quota;

import im.restante.internal.support.LogLimit;
import im.restante.quota.QuotaExceededStrategy;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Usage;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Somebody's strategy, whose failures end here: the stock {@code error} answers for it, and the log says so once a minute. */
final class GuardedStrategy implements QuotaExceededStrategy {
    private static final Logger LOG = LoggerFactory.getLogger(GuardedStrategy.class);
    private static final Duration BETWEEN_LINES = Duration.ofMinutes(1);

    private final QuotaExceededStrategy strategy;
    private final QuotaExceededStrategy fallback;
    private final Object serviceId;
    private final LogLimit lines;

    GuardedStrategy(
            QuotaExceededStrategy strategy, QuotaExceededStrategy fallback, Object serviceId, LongSupplier nanoTime) {
        this.strategy = strategy;
        this.fallback = fallback;
        this.serviceId = serviceId;
        this.lines = new LogLimit(BETWEEN_LINES, nanoTime);
    }

    @Override
    public Admission.OnFull onFull() {
        try {
            Admission.OnFull onFull = strategy.onFull();
            if (onFull != null) {
                return onFull;
            }
            report("answered null", null);
        } catch (RuntimeException | LinkageError e) {
            report("threw", e);
        }
        return fallback.onFull();
    }

    @Override
    public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
        return answer(one -> one.exceeded(message, admission, usage));
    }

    @Override
    public Optional<StanzaError> totalExceeded(Message message, Admission admission, Appended.Full full) {
        return answer(one -> one.totalExceeded(message, admission, full));
    }

    @SuppressWarnings("OptionalAssignedToNull") // somebody else's code may well answer null
    private Optional<StanzaError> answer(Function<QuotaExceededStrategy, Optional<StanzaError>> question) {
        try {
            Optional<StanzaError> answer = question.apply(strategy);
            if (answer != null) {
                return answer;
            }
            report("answered null", null);
        } catch (RuntimeException | LinkageError e) {
            report("threw", e);
        }
        return question.apply(fallback);
    }

    private void report(String what, Throwable problem) {
        if (lines.isDue()) {
            LOG.error(
                    "quota-exceeded strategy {} (service.id={}) {}; the stock strategy error answers for it"
                            + " ({} more since the last line)",
                    strategy.getClass().getName(),
                    serviceId,
                    what,
                    lines.unsaid(),
                    problem);
        }
    }
}
