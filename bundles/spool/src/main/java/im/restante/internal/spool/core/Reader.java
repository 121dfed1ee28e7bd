package im.restante.internal.spool.core;

import static im.restante.spool.OwnerSpool.State.DRAINING;
import static im.restante.spool.OwnerSpool.State.HANDOVER;

import im.restante.amp.MessageRules;
import im.restante.delivery.Verdict;
import im.restante.internal.spool.SpoolSettings;
import im.restante.internal.spool.core.Drain.Phase;
import im.restante.jid.Jid;
import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The way out of one owner's spool: read a page, hand it over, have it acknowledged, remove it. */
final class Reader {
    /** Batches on their way in FOLLOWING: the next gathers while these are acknowledged. */
    private static final int MOST_BATCHES = 2;

    private final OwnerCore core;

    Reader(OwnerCore core) {
        this.core = core;
    }

    /** Does whatever can be done next. */
    void step() {
        Drain d = core.drain;
        if (!d.to.ready || d.offering) {
            return;
        }
        boolean journal = core.settings().journal();
        if (journal && core.state == HANDOVER) {
            core.storeBuffered();
        }
        if (!journal && d.phase == Phase.FOLLOWING) {
            d.again();
        }
        while (d.phase == Phase.PAGE && maySend(d) && sendBatch(d, journal)) {
            // as many as there is room for
        }
        boolean onlyAppendsLeft = d.phase == Phase.DRY && core.leased.isEmpty() && !core.inFlight.isEmpty();
        if (onlyAppendsLeft && core.state == DRAINING && !journal) {
            core.handOver();
        }
        if (journal && hasReadAll(d)) {
            d.phase = Phase.FOLLOWING;
        }
        if (d.phase == Phase.FOLLOWING && core.leased.batches() < MOST_BATCHES && maySend(d)) {
            sendFresh(d);
        }
        if (!journal && core.leased.isEmpty() && hasReadAll(d)) {
            offerBuffer(d);
        }
        if (core.drain == d && wantsPage(d)) {
            beginToRead(d);
        }
    }

    /**
     * Rows that were handed over earlier may belong in front; and a message that came while nobody was there may have
     * the store evict the pair's oldest, which must not be on its way to a session then.
     */
    private boolean maySend(Drain d) {
        return core.leased.allOf(d.to) && !core.intake.mayEvict() && !core.removals.isStuck();
    }

    // ---- reading

    private boolean wantsPage(Drain d) {
        boolean wanted = d.phase == Phase.WANTED || d.phase == Phase.DRY && d.moreAdded && core.inFlight.isEmpty();
        return wanted && !core.requeues.areAwaited();
    }

    private void beginToRead(Drain d) {
        SpoolSettings settings = core.settings();
        long after = Math.max(d.cursor, core.hold.floor());
        Effect.Read read = new Effect.Read(core.number(), after, settings.pageRows(), settings.pageBytes());
        d.beginRead(read, !core.inFlight.isEmpty());
        core.removals.newPage();
        core.emit(read);
    }

    void pageRead(Effect.Read read, List<StoredMessage> rows, Set<Jid> hidden) {
        Drain d = core.drain;
        if (d == null || !d.endRead(read)) {
            return;
        }
        long last = rows.isEmpty() ? Long.MAX_VALUE : rows.get(rows.size() - 1).id();
        Set<Long> there = new HashSet<>();
        if (!d.spilled.isEmpty()) {
            rows.forEach(row -> there.add(row.id()));
            d.spilled.seen(read, last, there);
        }
        if (rows.isEmpty()) {
            d.phase = Phase.DRY;
            d.moreAdded = d.addedMeanwhile;
            return;
        }
        d.phase = Phase.PAGE;
        d.cursor = last;
        d.page(
                hidden.isEmpty()
                        ? rows
                        : rows.stream()
                                .filter(row -> !hidden.contains(row.sender()))
                                .toList());
        d.nearEnd = rows.size() < read.rows() && Drain.bytes(rows) < read.bytes() / 2;
    }

    void readFailed(Effect.Read read) {
        Drain d = core.drain;
        if (d != null && d.endRead(read)) {
            d.phase = Phase.PAUSED;
            core.emit(new Effect.ReadLater(d.number));
        }
    }

    void readAgain(long number) {
        if (core.drain != null && core.drain.number == number && core.drain.phase == Phase.PAUSED) {
            core.drain.phase = Phase.WANTED;
        }
    }

    /** Whether nothing in the store waits to be handed over, nor is anything on its way there. */
    private boolean hasReadAll(Drain d) {
        return d.phase == Phase.DRY && !d.moreAdded && !core.requeues.areAwaited();
    }

    // ---- handing over

    /**
     * The next batch of the page, if there is room for it in the window; what there is room for, if nothing else is on its way.
     *
     * @return false if there was no room
     */
    private boolean sendBatch(Drain d, boolean journal) {
        SpoolSettings settings = core.settings();
        int rows = rowsToSend(settings);
        long bytes = settings.windowBytes() - core.leased.bytes();
        if (!core.leased.isEmpty()) {
            List<StoredMessage> wanted = d.page().subList(0, Math.min(d.page().size(), settings.batchRows()));
            if (wanted.size() > rows || Drain.bytes(wanted) > bytes) {
                return false;
            }
        }
        List<StoredMessage> sent = new ArrayList<>(rows);
        List<Long> needless = new ArrayList<>(0);
        int looked = 0;
        for (StoredMessage row : d.page()) {
            if (isToBeSent(d, row, needless)) {
                bytes -= row.sizeBytes();
                if (sent.size() == rows || bytes < 0 && !sent.isEmpty()) {
                    break;
                }
                sent.add(row);
            }
            looked++;
        }
        d.page(d.page().subList(looked, d.page().size()));
        boolean all = d.page().isEmpty();
        if (all) {
            d.phase = Phase.WANTED;
            d.page(List.of());
        }
        if (!needless.isEmpty()) {
            needless.forEach(core.copies::rowIsNeedless);
            d.spilled.removeAll(needless);
            core.removals.gather(needless);
            core.removals.pump(core);
        }
        if (!sent.isEmpty()) {
            send(d, sent);
        }
        if (all && d.nearEnd && core.state == DRAINING && !journal) {
            core.handOver();
        }
        return true;
    }

    /** @param needless gets the row if its session has the message already */
    private boolean isToBeSent(Drain d, StoredMessage row, List<Long> needless) {
        Long id = row.id();
        if (id <= core.hold.floor() || core.isOnItsWay(id) || isOver(row, core.moment())) {
            return false;
        }
        if (core.copies.has(id, d.to.session)) {
            needless.add(id);
            return false;
        }
        return true;
    }

    /** Past its end a message is handed over no more, so that whoever ends it knows; rules that nobody reads end nothing. */
    static boolean isOver(StoredMessage row, Moment moment) {
        return row.expiresAt() != null
                && !row.expiresAt().isAfter(moment.now())
                && (moment.rulesAreRead() || !MessageRules.mayBeCarriedBy(row));
    }

    /** At most so many in a batch, and in the window. */
    private int rowsToSend(SpoolSettings settings) {
        return Math.min(settings.batchRows(), settings.window() - core.leased.size());
    }

    private void sendFresh(Drain d) {
        SpoolSettings settings = core.settings();
        boolean alone = core.leased.isEmpty();
        int rows = rowsToSend(settings);
        long bytes = Math.min(settings.batchBytes(), settings.windowBytes() - core.leased.bytes());
        if (rows <= 0) {
            return;
        }
        List<StoredMessage> page = d.takeFresh(rows, bytes, alone);
        if (!page.isEmpty()) {
            send(d, page);
        }
    }

    private void send(Drain d, List<StoredMessage> rows) {
        Effect.Send send = new Effect.Send(core.number(), d.to.session, rows);
        core.leased.lease(send, d.to);
        core.emit(send);
    }

    // ---- the end of a drain

    private void offerBuffer(Drain d) {
        if (core.buffer.isEmpty()) {
            core.goLive();
        } else {
            d.offering = true;
            core.emit(new Effect.OfferBuffered(d.to.session, core.buffer.all()));
        }
    }

    void bufferOffered(int count) {
        core.drain.offering = false;
        for (int i = 0; i < count; i++) {
            Incoming message = core.buffer.poll();
            if (message.refused) {
                core.copies.areAll(message.id(), message.hadBy(core.drain.to.session));
            }
            core.conclude(message, new Verdict.Delivered(message.has.size() + 1));
        }
        if (core.buffer.isEmpty()) {
            core.goLive();
        } else {
            core.storeBuffered();
        }
    }
}
