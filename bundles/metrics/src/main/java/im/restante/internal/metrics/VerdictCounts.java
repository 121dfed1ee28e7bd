package im.restante.internal.metrics;

import im.restante.delivery.Verdict;
import im.restante.internal.support.Histogram;
import im.restante.internal.support.Tally;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.metric.Distribution;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.metric.MetricSource;
import im.restante.store.StoredMessage;
import java.time.Clock;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Counts what becomes of messages. It misses what happens while it is not registered, as every listener does. */
@Component(
        immediate = true,
        service = {MessageListener.class, MetricSource.class})
public final class VerdictCounts implements MessageListener, MetricSource {
    private static final Metric VERDICTS = Metric.counter(
            "restante_verdicts_total", "Messages that have their verdict, by verdict and by the rule or reason.");
    private static final Metric DISPOSITIONS = Metric.counter(
            "restante_dispositions_total", "Messages of which something became after their verdict, by what.");

    private static final Metric COMMIT = Metric.histogram(
            "restante_message_commit_seconds",
            "Time from the arrival of a message until it was stored, committed and synced.");

    /** Such as in "limit of 100 messages": what is told apart by numbers would be without an end. */
    private static final Pattern NUMBER = Pattern.compile("(?<![^ ])[0-9]+(?![^ ])");

    private static final int LONGEST = 120;
    private static final double MILLIS = 1e3;

    private final Clock clock;
    private final Histogram commit = new Histogram(Histogram.TIMES);
    private final Tally delivered = new Tally("");
    private final Tally stored = new Tally("");
    private final Tally skipped = new Tally("");
    private final Tally refused = new Tally("");
    private final Tally dropped = new Tally("");
    /** Those of the server are told from the beginning: {@code increase()} misses the first of a series that begins at 1. */
    private final Tally failed = new Tally(
            "an error in the server; the log has it",
            "it was given no verdict",
            "no answer from the store in time",
            "nothing to store it with",
            "store-timeout",
            "store-timeout-seconds passed before it was routed",
            "the accounts or block lists could not be read",
            "the block lists could not be read",
            "the delivery bundle is not there",
            "the route gave no verdict",
            "the store failed",
            "too many stanzas of the server have no answer yet",
            "withdrawn before it was stored");

    private final Map<Disposition, LongAdder> dispositions = new EnumMap<>(Disposition.class);

    @Activate
    public VerdictCounts() {
        this(Clock.systemUTC());
    }

    VerdictCounts(Clock clock) {
        this.clock = clock;
        for (Disposition each : Disposition.values()) {
            dispositions.put(each, new LongAdder());
        }
    }

    @Override
    public void decided(MessageEvent event) {
        Verdict verdict = event.verdict();
        if (verdict instanceof Verdict.Delivered) {
            delivered.add("");
        } else if (verdict instanceof Verdict.Stored is) {
            count(stored, is.rule());
            event.receivedAt().ifPresent(this::committed);
        } else if (verdict instanceof Verdict.Skipped is) {
            count(skipped, is.reason());
        } else if (verdict instanceof Verdict.Refused is) {
            count(refused, is.reason());
        } else if (verdict instanceof Verdict.Dropped is) {
            count(dropped, is.reason());
        } else if (verdict instanceof Verdict.Failed is) {
            count(failed, is.reason());
        }
    }

    private void committed(Instant received) {
        commit.add(Math.max(0, clock.millis() - received.toEpochMilli()) / MILLIS);
    }

    private static void count(Tally tally, String reason) {
        tally.add(tally.knows(reason) ? reason : general(reason));
    }

    /** The same for all reasons of one kind. */
    static String general(String reason) {
        String cut = reason.length() > LONGEST ? reason.substring(0, LONGEST) : reason;
        return NUMBER.matcher(cut).replaceAll("N");
    }

    @Override
    public void disposed(Jid owner, Collection<Long> arrivalIds, Disposition disposition, String how) {
        dispositions.get(disposition).add(arrivalIds.size());
    }

    @Override
    public void disposed(Collection<StoredMessage> messages, Disposition disposition, String how) {
        dispositions.get(disposition).add(messages.size());
    }

    @Override
    public void report(MetricSink sink) {
        report(sink, "delivered", delivered);
        report(sink, "stored", stored);
        report(sink, "skipped", skipped);
        report(sink, "refused", refused);
        report(sink, "dropped", dropped);
        report(sink, "failed", failed);
        sink.distribution(COMMIT, Distribution.of(commit.bounds(), commit.counts(), commit.sum()));
        dispositions.forEach((disposition, count) -> sink.value(
                DISPOSITIONS,
                count.sum(),
                Label.of("disposition", disposition.name().toLowerCase(Locale.ROOT))));
    }

    private static void report(MetricSink sink, String verdict, Tally tally) {
        tally.counts()
                .forEach((reason, count) ->
                        sink.value(VERDICTS, count, Label.of("verdict", verdict), Label.of("reason", reason)));
    }
}
