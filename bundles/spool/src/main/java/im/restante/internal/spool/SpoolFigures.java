package im.restante.internal.spool;

import im.restante.internal.support.Histogram;
import im.restante.message.Disposition;
import im.restante.metric.Distribution;
import im.restante.metric.Label;
import im.restante.metric.Metric;
import im.restante.metric.MetricSink;
import im.restante.spool.OwnerSpool.State;
import java.time.Clock;
import java.util.Collection;
import java.util.concurrent.atomic.LongAdder;

/** Counts what happens in the spools of all owners. Safe for concurrent use. */
final class SpoolFigures {
    private static final Metric PROOF = Metric.histogram(
            "restante_message_proof_seconds",
            "Time from a stored message's arrival to the proof that its client has it.");
    private static final Metric DRAINS =
            Metric.gauge("restante_drains", "Accounts that are given what waited for them.");
    private static final Metric UNPROVED = Metric.gauge(
            "restante_unproved_messages", "Stored messages that were handed over and are not acknowledged yet.");
    private static final Metric MEMORY =
            Metric.gauge("restante_stanza_memory_bytes", "Memory that is held for stanzas, by use.");
    private static final double MILLIS = 1e3;

    private final Clock clock;
    private final DrainHeap heap;
    private final Histogram proof = new Histogram(0.1, 1, 10, 60, 600, 3_600, 21_600, 86_400, 604_800, 2_592_000);
    private final LongAdder drains = new LongAdder();
    private final LongAdder unproved = new LongAdder();

    SpoolFigures(Clock clock, DrainHeap heap) {
        this.clock = clock;
        this.heap = heap;
    }

    void became(Disposition disposition, Collection<Long> ids) {
        if (disposition == Disposition.PROVED) {
            long now = clock.millis();
            ids.forEach(id -> proof.add(Math.max(0, now - ArrivalIds.millis(id)) / MILLIS));
        }
    }

    void changed(State before, State now) {
        drains.add((isDrain(now) ? 1 : 0) - (isDrain(before) ? 1 : 0));
    }

    private static boolean isDrain(State state) {
        return state == State.DRAINING || state == State.HANDOVER;
    }

    /** So many rows more, or fewer, are handed over and not acknowledged. */
    void unproved(int more) {
        unproved.add(more);
    }

    void report(MetricSink sink) {
        sink.distribution(PROOF, Distribution.of(proof.bounds(), proof.counts(), proof.sum()));
        sink.value(DRAINS, drains.sum());
        sink.value(UNPROVED, unproved.sum());
        sink.value(MEMORY, heap.held(), Label.of("use", "drains"));
    }
}
