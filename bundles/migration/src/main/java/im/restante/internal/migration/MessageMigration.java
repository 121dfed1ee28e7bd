package im.restante.internal.migration;

import im.restante.home.Homes;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.jid.Jid;
import im.restante.migration.Job;
import im.restante.move.MessageStores;
import im.restante.offline.OfflineSettings;
import im.restante.store.Admission;
import im.restante.store.Claim;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries what waits from one store to another, a chunk at a time, on a thread of its own. A chunk is read, stored in the other
 * store, read back from there and compared, and only then removed from the first. So nothing is lost wherever this breaks off, and
 * the next move finishes it: what is in both stores by then is known by its id.
 *
 * <p>Owners are held while their rows are carried ({@link MessageStores#hold}); between two chunks everybody else goes first.
 */
final class MessageMigration implements Job {
    /** Owners whose rows may share a chunk. */
    static final int OWNERS = 32;
    /** Of a chunk; each of its owners has a part. */
    static final int ROWS = 512;

    private static final long BYTES = 2 << 20;
    private static final int REASONS = 10;
    /** Refusals in one chunk that are the store's fault rather than the messages'. */
    private static final int HOPELESS = 16;

    private final LogLimit leftLines = LogLimit.perMinute(System::nanoTime);

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(MessageMigration.class);

    /** The operator wants no more of it. */
    private static final class Stopped extends Exception {
        private static final long serialVersionUID = 1L;

        Stopped() {
            super("stopped; start it again to move the rest", null, false, false);
        }
    }

    /** What a message is known by: ids are unique for an owner. */
    private record Row(Jid owner, long id) {
        static Row of(StoredMessage row) {
            return new Row(row.owner(), row.id());
        }
    }

    @FunctionalInterface
    private interface Step<T> {
        T run() throws StoreException;
    }

    private final String from;
    private final String to;
    private final MessageStores stores;
    private final Homes homes;
    private final MessageMigrations.Patience patience;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final long startNanos = System.nanoTime();
    private final AtomicLong moved = new AtomicLong();
    private volatile long waiting;
    private volatile boolean stopping;
    private volatile List<String> report = List.of();

    // of the move's own thread
    private final Fingerprint read = new Fingerprint();
    private final Fingerprint standing = new Fingerprint();
    private final List<String> reasons = new ArrayList<>();
    private long left;
    private long quarantinedBefore;
    private long lastLineNanos = startNanos;
    private boolean isLastTry;
    /** Done when the owners of the last chunk are released. */
    private CompletableFuture<Void> settled = CompletableFuture.completedFuture(null);

    MessageMigration(String from, String to, MessageStores stores, Homes homes, MessageMigrations.Patience patience) {
        this.from = from;
        this.to = to;
        this.stores = stores;
        this.homes = homes;
        this.patience = patience;
    }

    void start() {
        Thread thread = new Thread(this::run, "restante-migration");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public String title() {
        return "messages from " + from + " to " + to;
    }

    @Override
    public String progress() {
        long sofar = moved.get();
        return sofar + " of " + Math.max(waiting, sofar) + " messages moved, " + perSecond(sofar) + "/s";
    }

    @Override
    public List<String> report() {
        return report;
    }

    @Override
    public CompletableFuture<Void> end() {
        return end;
    }

    @Override
    public void stop() {
        stopping = true;
    }

    /** To its end, on the caller's thread. */
    void run() {
        LOG.info("moving {}", title());
        Exception problem = null;
        try {
            StoreStatistics figures =
                    patiently(() -> Waiting.on(from, store(from).statistics()));
            waiting = figures.messages();
            quarantinedBefore = figures.quarantined();
            long carried = carryWhatIsOwed();
            long movedBefore;
            long carriedBefore;
            do {
                movedBefore = moved.get();
                carriedBefore = carried;
                left = 0;
                reasons.clear();
                pass();
                carried = carryWhatIsOwed();
            } while ((moved.get() > movedBefore || carried > carriedBefore) && !takesNewMessages(from));
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            problem = e instanceof Exception known ? known : new IllegalStateException(e);
            if (!(e instanceof StoreException || e instanceof Stopped)) {
                LOG.error("Moving {}", title(), e);
            }
        }
        report = lines();
        report.forEach(line -> LOG.info("{}: {}", title(), line));
        if (problem == null) {
            end.complete(null);
        } else {
            LOG.warn("{}: broken off: {}", title(), problem.getMessage());
            end.completeExceptionally(problem);
        }
    }

    /** What owners in FROM owe others is carried to those others there, who take it along. @return how many rows that makes so far */
    private long carryWhatIsOwed() throws StoreException, Stopped {
        return patiently(() -> Waiting.on(from, stores.carryOwed(from)));
    }

    /** Once through all owners. */
    private void pass() throws StoreException, Stopped {
        Jid after = null;
        while (true) {
            Jid behind = after;
            List<Jid> owners = patiently(() -> Waiting.on(from, store(from).owners(behind, OWNERS)));
            if (owners.isEmpty()) {
                return;
            }
            Map<Jid, Long> cursors = new LinkedHashMap<>();
            owners.forEach(owner -> cursors.put(owner, 0L));
            while (!cursors.isEmpty()) {
                patiently(() -> {
                    chunk(cursors);
                    return null;
                });
                tell();
            }
            after = owners.get(owners.size() - 1);
        }
    }

    /**
     * Carries the next rows of some owners.
     *
     * @param cursors the id behind which each owner's next rows are; moved on, and owners without more are taken out
     */
    private void chunk(Map<Jid, Long> cursors) throws StoreException {
        Waiting.on(to, settled);
        List<Jid> owners = List.copyOf(cursors.keySet());
        List<CompletableFuture<?>> appends = new ArrayList<>();
        try {
            Waiting.on("a reader of " + from, stores.hold(owners));
            Waiting.on(from, stores.settled());
            int rows = Math.max(1, ROWS / owners.size());
            long bytes = BYTES / owners.size();
            Map<Jid, List<StoredMessage>> pages =
                    ofEach(owners, from, (store, owner) -> store.page(owner, cursors.get(owner), rows, bytes));
            pages.values().removeIf(List::isEmpty);
            Map<Jid, List<StoredMessage>> carried = new LinkedHashMap<>(pages);
            carried.replaceAll(
                    (owner, page) -> stores.withoutRemoved(from, owner, page)); // what is to go shall not live on there
            carried.values().removeIf(List::isEmpty);
            Findings findings = new Findings(append(carried, appends));
            for (Map.Entry<Jid, List<StoredMessage>> page : carried.entrySet()) {
                findings.compare(page.getValue(), readBack(page.getKey(), page.getValue()));
            }
            ofEach(
                    findings.safe.keySet(),
                    from,
                    (store, owner) -> store.remove(owner, findings.safe.get(owner), homes.fence(owner)));
            findings.tell();
            cursors.keySet().retainAll(pages.keySet());
            pages.forEach((owner, page) -> cursors.put(owner, last(page)));
        } finally {
            // while an append may still be done its owners stay held: else a removal could come before it
            settled = CompletableFuture.allOf(appends.toArray(CompletableFuture<?>[]::new))
                    .handle((done, problem) -> {
                        stores.release(owners);
                        return null;
                    });
        }
    }

    /** What the comparison of a chunk shows. */
    private final class Findings {
        final Map<Jid, List<Long>> safe = new LinkedHashMap<>();
        private final Map<Row, String> refused;
        private final List<byte[]> hashesRead = new ArrayList<>();
        private final List<byte[]> hashesStanding = new ArrayList<>();
        private final List<String> troubles = new ArrayList<>();

        Findings(Map<Row, String> refused) {
            this.refused = refused;
        }

        void compare(List<StoredMessage> page, Map<Long, StoredMessage> there) {
            for (StoredMessage row : page) {
                byte[] hash = Fingerprint.of(row);
                StoredMessage other = there.get(row.id());
                byte[] hashThere = other == null ? null : Fingerprint.of(other);
                if (Arrays.equals(hash, hashThere)) {
                    safe.computeIfAbsent(row.owner(), owner -> new ArrayList<>())
                            .add(row.id());
                    hashesRead.add(hash);
                    hashesStanding.add(hashThere);
                } else {
                    String why = refused.getOrDefault(
                            Row.of(row),
                            other == null ? "not there after it was stored" : "one of this id, but another, is there");
                    troubles.add("message " + row.id() + " for " + row.owner() + ": " + why);
                }
            }
        }

        void tell() {
            hashesRead.forEach(read::add);
            hashesStanding.forEach(standing::add);
            moved.addAndGet(hashesRead.size());
            left += troubles.size();
            for (String trouble : troubles) {
                if (leftLines.isDue()) {
                    LOG.warn("{}: left behind: {}{}", title(), trouble, leftLines.more());
                }
                if (reasons.size() < REASONS) {
                    reasons.add(trouble);
                }
            }
        }
    }

    /**
     * Stores what was read; if that fails, one by one, so that a message the other store cannot take does not hold up the rest.
     *
     * @param appends what was begun, for those who must know when it is over
     * @return why messages were refused
     */
    private Map<Row, String> append(Map<Jid, List<StoredMessage>> pages, List<CompletableFuture<?>> appends)
            throws StoreException {
        List<StoredMessage> rows = pages.values().stream().flatMap(List::stream).toList();
        if (rows.isEmpty()) {
            return Map.of();
        }
        MessageStore target = store(to);
        CompletableFuture<Void> together = CompletableFuture.allOf(
                rows.stream().collect(Collectors.groupingBy(row -> homes.fence(row.owner()))).entrySet().stream()
                        .map(part ->
                                target.appendAll(part.getValue(), part.getKey()).toCompletableFuture())
                        .toArray(CompletableFuture<?>[]::new));
        appends.add(together);
        try {
            Waiting.on(to, together);
            return Map.of();
        } catch (StoreException e) {
            if (rows.size() == 1 && isLastTry) {
                return Map.of(Row.of(rows.get(0)), e.getMessage());
            }
            if (rows.size() == 1 || !together.isDone()) {
                throw e;
            }
        }
        Map<Row, String> refused = new HashMap<>();
        StoreException last = null;
        for (StoredMessage row : rows) {
            CompletableFuture<?> alone = target.append(
                            row, Admission.UNLIMITED, homes.fence(row.owner()), Claim.NEVER_WITHDRAWN)
                    .toCompletableFuture();
            appends.add(alone);
            try {
                Waiting.on(to, alone);
            } catch (StoreException e) {
                refused.put(Row.of(row), e.getMessage());
                last = e;
            }
            if (last != null && (refused.size() == rows.size() || refused.size() == HOPELESS)) {
                throw last; // it is the store, not the message
            }
        }
        return refused;
    }

    /** What stands in the other store of the rows of a page, by id. */
    private Map<Long, StoredMessage> readBack(Jid owner, List<StoredMessage> page) throws StoreException {
        Map<Long, StoredMessage> there = new HashMap<>();
        long after = page.get(0).id() - 1;
        while (after < last(page)) {
            List<StoredMessage> rows = Waiting.on(to, store(to).page(owner, after, page.size(), BYTES));
            if (rows.isEmpty()) {
                return there;
            }
            rows.forEach(row -> there.put(row.id(), row));
            after = last(rows);
        }
        return there;
    }

    private static long last(List<StoredMessage> page) {
        return page.get(page.size() - 1).id();
    }

    /** Asks for every owner at once. */
    private <T> Map<Jid, T> ofEach(
            Collection<Jid> owners, String id, BiFunction<MessageStore, Jid, CompletionStage<T>> question)
            throws StoreException {
        MessageStore store = store(id);
        Map<Jid, CompletionStage<T>> asked = new LinkedHashMap<>();
        owners.forEach(owner -> asked.put(owner, question.apply(store, owner)));
        Map<Jid, T> answers = new LinkedHashMap<>();
        for (Map.Entry<Jid, CompletionStage<T>> entry : asked.entrySet()) {
            answers.put(entry.getKey(), Waiting.on(id, entry.getValue()));
        }
        return answers;
    }

    private MessageStore store(String id) throws StoreException {
        return stores.find(id).orElseThrow(() -> new StoreException("the store " + id + " is not there any more"));
    }

    private boolean takesNewMessages(String id) {
        return stores.chosen().filter(id::equals).isPresent();
    }

    /** A store that is being replaced, or is busy, is asked again. */
    private <T> T patiently(Step<T> step) throws StoreException, Stopped {
        for (int attempt = 1; ; attempt++) {
            if (stopping) {
                throw new Stopped();
            }
            isLastTry = attempt >= patience.tries();
            try {
                return step.run();
            } catch (StoreException e) {
                if (isLastTry) {
                    throw e;
                }
                LOG.debug("{}: {}; trying again", title(), e.getMessage());
                LockSupport.parkNanos(patience.pauseAfter(attempt).toNanos());
            }
        }
    }

    private void tell() {
        long now = System.nanoTime();
        if (now - lastLineNanos > BETWEEN_LINES.toNanos()) {
            lastLineNanos = now;
            LOG.info("{}: {}", title(), progress());
        }
    }

    private long perSecond(long messages) {
        return messages * 1_000_000_000L / Math.max(1, System.nanoTime() - startNanos);
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        long all = moved.get();
        lines.add(String.format(
                Locale.ROOT,
                "%d messages moved from %s to %s in %.1f s, %d/s",
                all,
                from,
                to,
                (System.nanoTime() - startNanos) / 1e9,
                perSecond(all)));
        lines.add("hash of what was read from " + from + ": " + read + ", of what stands in " + to + ": " + standing
                + (read.toString().equals(standing.toString()) ? ", equal" : ", DIFFERENT"));
        if (left > 0) {
            lines.add(left + " messages could not be moved and stay in " + from + ":");
            reasons.forEach(reason -> lines.add("    " + reason));
        }
        try {
            StoreStatistics figures = Waiting.on(from, store(from).statistics());
            if (figures.quarantined() > 0) {
                lines.add(figures.quarantined() + " messages in " + from + " cannot be read, "
                        + (figures.quarantined() - quarantinedBefore)
                        + " of them found now; they stay in its quarantine");
            }
            lines.add(figures.messages() + " messages wait in " + from + " now");
        } catch (StoreException e) {
            lines.add("what waits in " + from + " now is not known: " + e.getMessage());
        }
        if (takesNewMessages(from)) {
            lines.add("new messages still go to " + from + ": set store=" + to + " in " + OfflineSettings.PID
                    + ", then move once more");
        } else if (!takesNewMessages(to)) {
            lines.add("new messages go to " + stores.chosen().orElse("no store") + ", not to " + to + ": see store= in "
                    + OfflineSettings.PID);
        }
        return List.copyOf(lines);
    }
}
