package im.restante.internal.quota;

import im.restante.internal.support.Failures;
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
        return answer(QuotaExceededStrategy::onFull);
    }

    @Override
    public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
        return answer(one -> one.exceeded(message, admission, usage));
    }

    @Override
    public Optional<StanzaError> totalExceeded(Message message, Admission admission, Appended.Full full) {
        return answer(one -> one.totalExceeded(message, admission, full));
    }

    private <T> T answer(Function<QuotaExceededStrategy, T> question) {
        T answer = Failures.orElse(() -> question.apply(strategy), null, this::report);
        return answer == null ? question.apply(fallback) : answer;
    }

    private void report(Throwable problem) {
        if (lines.isDue()) {
            LOG.error(
                    "quota-exceeded strategy {} (service.id={}) {}; the stock strategy error answers for it"
                            + " ({} more since the last line)",
                    strategy.getClass().getName(),
                    serviceId,
                    problem == null ? "answered null" : "threw",
                    lines.unsaid(),
                    problem);
        }
    }
}
