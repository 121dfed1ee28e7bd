package im.restante.internal.session.owner;

import im.restante.amp.MessageRules;
import im.restante.delivery.Verdict;
import im.restante.store.StoredMessage;
import im.restante.why.Fate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way out of one owner's spool: page, send, proof, remove. Its methods are called without the lock, unless they say so. */
final class Drainer {
    private static final Logger LOG = LoggerFactory.getLogger(Drainer.class);
    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Spool spool;
    private final Owners all;

    Drainer(Spool spool, Owners all) {
        this.spool = spool;
        this.all = all;
    }

    /** What one step has decided to do. */
    private static final class Step {
        private List<StoredMessage> page = List.of();
        private Lease lease;
        private Removal needless;
        private List<Append> handedOver = List.of();
        private boolean read;
        private long after;
        private long begunAt;
    }

    void start(Drain d) {
        spool.change(() -> d.started = true);
        step(d);
    }

    /** Does what can be done next: hand a page over, read one, or go live. Called whenever something has changed. */
    void step(Drain d) {
        Step step = spool.decide(() -> next(d));
        if (step == null) {
            return;
        }
        step.handedOver.forEach(a -> a.verdict.complete(new Verdict.Delivered(a.has.size() + 1)));
        if (step.needless != null) {
            remove(step.needless);
        }
        if (step.read) {
            read(d, step.after, step.begunAt);
        }
        if (step.lease != null) {
            send(step.lease, step.page);
            sent(d);
        }
    }

    /** The next page may follow: two are never on their way to the link at once, or they might change places. */
    private void sent(Drain d) {
        spool.change(() -> d.sending = false);
        step(d);
    }

    // ---- under the lock

    private Step next(Drain d) {
        d.stepDue = false;
        if (spool.drain() != d || !d.started) {
            return null;
        }
        Step step = new Step();
        boolean journal = all.settings().journal();
        if (journal && spool.state() == Owner.State.HANDOVER) {
            spool.storeHeld();
        }
        if (!journal && d.follows()) {
            d.again();
        }
        if (d.next != null && !d.sending && d.fits(all.settings()) && maySend(d)) {
            takePage(d, step);
            if (d.nearEnd && spool.state() == Owner.State.DRAINING && !journal) {
                spool.handOver();
            }
        }
        boolean onlyAppendsLeft = d.unproved == 0 && d.emptySeen && spool.appends.areInFlight();
        if (onlyAppendsLeft && spool.state() == Owner.State.DRAINING && !journal) {
            spool.handOver();
        }
        if (journal && !d.follows() && hasReadAll(d)) {
            d.beginToFollow();
        }
        if (d.follows() && !d.sending && spool.leases.size() < 2 && maySend(d)) {
            step.page = d.takeFresh(all.settings());
            step.lease = step.page.isEmpty() ? null : spool.leases.begin(d, step.page);
        }
        d.sending |= step.lease != null;
        if (!journal && d.unproved == 0 && hasReadAll(d)) {
            step.handedOver = spool.goLive();
        }
        if (spool.drain() == d && wantsPage(d)) {
            beginToRead(d, step);
        }
        return step;
    }

    /**
     * Rows of an earlier drain that are not proved may have to come before this one's; and a message that came while nobody was
     * there may have the store evict the pair's oldest, which must not be leased then.
     */
    private boolean maySend(Drain d) {
        return spool.leases.areAllOf(d) && !spool.appends.mayEvict();
    }

    private void takePage(Drain d, Step step) {
        step.page = new ArrayList<>(d.next.size());
        List<Long> had = choose(d, step.page);
        step.needless = had.isEmpty() ? null : spool.removals.begin(had);
        d.next = null;
        spool.removals.forgetJustGone();
        if (!step.page.isEmpty()) {
            step.lease = spool.leases.begin(d, step.page);
        }
    }

    /** Sorts out the rows that this session need not be given; answers those to be removed. */
    private List<Long> choose(Drain d, List<StoredMessage> page) {
        List<Long> needless = new ArrayList<>(0);
        Instant now = all.clock.instant();
        for (StoredMessage row : d.next) {
            Long id = row.id();
            if (id <= spool.hold.floor() || isOnItsWay(id) || isOver(row, now)) {
                continue;
            }
            if (spool.copies.has(id, d.to)) {
                needless.add(id);
                spool.copies.forget(id);
            } else {
                page.add(row);
            }
        }
        return needless;
    }

    /** Whether a row is being handed to a session, or was and is being removed. */
    boolean isOnItsWay(Long id) {
        return spool.leases.contains(id) || spool.removals.contains(id);
    }

    /** Past its end a message is not handed over any more, so that whoever ends it knows; rules that nobody reads end nothing. */
    boolean isOver(StoredMessage row, Instant now) {
        return row.expiresAt() != null
                && !row.expiresAt().isAfter(now)
                && (all.rules.get() != null || !MessageRules.mayBeCarriedBy(row));
    }

    /** Nothing in the store waits to be handed over, nor is anything on its way there. */
    private boolean hasReadAll(Drain d) {
        return d.emptyAt == spool.appends.begun()
                && !d.reading
                && !d.rescan
                && d.next == null
                && !spool.appends.areInFlight()
                && !spool.isExpectingRows();
    }

    private boolean wantsPage(Drain d) {
        boolean nothingNew = d.emptySeen && (spool.appends.areInFlight() || d.emptyAt == spool.appends.begun());
        boolean free = !d.reading && !d.pausing && d.next == null && !d.follows() && !spool.isExpectingRows();
        return free && (!nothingNew || d.rescan);
    }

    private void beginToRead(Drain d, Step step) {
        d.reading = true;
        if (d.rescan) {
            d.rescan = false;
            d.cursor = 0;
        }
        step.read = true;
        step.after = Math.max(d.cursor, spool.hold.floor());
        step.begunAt = spool.appends.areInFlight() ? -1 : spool.appends.begun();
    }

    // ---- page

    private void read(Drain d, long after, long begunAt) {
        SpoolSettings settings = all.settings();
        all.ask(delivery -> delivery.page(spool.jid, after, settings.pageRows(), settings.pageBytes()))
                .whenCompleteAsync((rows, problem) -> paged(d, rows, problem, begunAt, settings), all.workers);
    }

    /** What somebody sent who is blocked by now stays where it is, for the day that he is not (XEP-0191 §2). */
    List<StoredMessage> fromNobodyBlocked(List<StoredMessage> rows) {
        return rows.stream()
                .filter(row -> !all.blocks.blocks(spool.jid, row.sender()))
                .toList();
    }

    private void paged(Drain d, List<StoredMessage> rows, Throwable problem, long begunAt, SpoolSettings settings) {
        List<StoredMessage> wanted = problem != null ? List.of() : fromNobodyBlocked(rows);
        boolean goesOn = spool.decide(() -> {
            if (spool.drain() != d) {
                return false;
            }
            d.reading = false;
            if (problem != null) {
                d.pausing = true;
            } else if (rows.isEmpty()) {
                d.emptySeen = true;
                d.emptyAt = begunAt;
                spool.removals.forgetJustGone();
            } else {
                d.again();
                d.cursor = rows.get(rows.size() - 1).id();
                d.next = wanted;
                d.nearEnd = rows.size() < settings.pageRows() && Drain.bytes(rows) < settings.pageBytes() / 2;
                all.ids.above(d.cursor);
            }
            return true;
        });
        if (!goesOn) {
            return;
        }
        if (problem == null) {
            step(d);
            return;
        }
        LOG.warn("the messages waiting for {} cannot be read now, trying again: {}", spool.jid, problem.toString());
        all.workers.after(RETRY, () -> {
            spool.change(() -> d.pausing = false);
            step(d);
        });
    }

    // ---- send and proof

    private void send(Lease lease, List<StoredMessage> page) {
        CompletionStage<Void> proof;
        try {
            proof = lease.drain.to.sendStored(page, all.settings().proof());
        } catch (RuntimeException e) {
            LOG.error("handing stored messages to {} failed", lease.drain.to.jid(), e);
            proof = CompletableFuture.failedFuture(e);
        }
        lease.proof = proof;
        proof.whenCompleteAsync((done, problem) -> ended(lease, problem == null), all.workers);
    }

    private void ended(Lease lease, boolean proved) {
        Removal removal = spool.decide(() -> {
            if (!spool.leases.isOpen(lease)) {
                return null; // it fell with its session
            }
            if (proved) {
                return proved(lease);
            }
            spool.unproved(lease);
            return null;
        });
        if (removal != null) {
            all.witness().fate(spool.jid, lease.ids, Fate.PROVED, lease.drain.how);
            remove(removal);
        }
        goOn();
    }

    /** Under the lock. */
    private Removal proved(Lease lease) {
        spool.leases.end(lease);
        lease.ids.forEach(spool.copies::forget);
        long since = lease.drain.begunAt;
        lease.drain.spilled -= lease.ids.stream().filter(id -> id > since).count();
        return spool.removals.begin(lease.ids);
    }

    /** A step of whatever drain there is. */
    void goOn() {
        Drain current = spool.drain();
        if (current != null) {
            step(current);
        }
    }

    // ---- remove

    void remove(Removal removal) {
        all.ask(delivery -> delivery.remove(spool.jid, removal.ids()))
                .whenCompleteAsync(
                        (done, problem) -> {
                            if (problem == null) {
                                removed(removal);
                                return;
                            }
                            LOG.warn(
                                    "messages {} got cannot be removed now, trying again: {}",
                                    spool.jid,
                                    problem.toString());
                            all.workers.after(RETRY, () -> remove(removal));
                        },
                        all.workers);
    }

    void removed(Removal removal) {
        spool.change(() -> {
            spool.removals.end(removal);
            Drain drain = spool.drain();
            if (drain == null || !drain.reading && drain.next == null) {
                spool.removals.forgetJustGone();
            }
        });
        removal.done().complete(null);
    }
}
