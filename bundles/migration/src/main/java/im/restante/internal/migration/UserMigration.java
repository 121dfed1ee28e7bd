package im.restante.internal.migration;

import im.restante.account.OwedNote;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.home.Homes;
import im.restante.internal.support.OutOfMemory;
import im.restante.jid.Jid;
import im.restante.migration.Job;
import im.restante.store.Fence;
import im.restante.store.StoreException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies accounts with all that is kept of them, each in one step, and reads every copy back. Nothing is taken out of the first
 * repository: it goes on serving until the operator chooses the other. While it does, a copy that differs is brought up to date, so
 * that a second run catches up; once the other one is in use, only accounts it does not have are added.
 */
final class UserMigration implements Job {
    /** Accounts copied at a time. */
    private static final int GROUP = 32;

    private static final int NAMED = 10;

    /** What the first repository owes is waited for that long. */
    private static final long OWED_NANOS = TimeUnit.SECONDS.toNanos(30);

    private static final long OWED_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final int OWED_ROWS = 1_000;
    private static final long OWED_BYTES = 1 << 20;
    /** The PID of the accounts. */
    private static final String ACCOUNTS = "im.restante.accounts";

    private static final Logger LOG = LoggerFactory.getLogger(UserMigration.class);

    /** What became of one account. */
    private enum Outcome {
        COPIED,
        UPDATED,
        SAME,
        /** The other repository is in use, and what it has is newer. */
        LEFT,
        /** It was changed at the same time, or cannot be kept as it is. */
        DIFFERENT,
        GONE
    }

    private record Result(Outcome outcome, AccountCopy read, AccountCopy standing) {}

    private final String from;
    private final String to;
    private final UserRepository source;
    private final UserRepository target;
    private final Homes homes;
    private final BooleanSupplier sourceInUse;
    private final BooleanSupplier targetInUse;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final int[] counts = new int[Outcome.values().length];
    private final MessageDigest read = sha256();
    private final MessageDigest standing = sha256();
    private final List<String> different = new ArrayList<>();
    private volatile boolean stopping;
    private volatile int seen;
    private boolean isOwing;
    private volatile List<String> report = List.of();

    /**
     * @param sourceInUse whether {@code from} is the repository that logins are served from
     * @param targetInUse whether it is {@code to}
     */
    UserMigration(
            String from,
            String to,
            UserRepository source,
            UserRepository target,
            Homes homes,
            BooleanSupplier sourceInUse,
            BooleanSupplier targetInUse) {
        this.from = from;
        this.to = to;
        this.source = source;
        this.target = target;
        this.homes = homes;
        this.sourceInUse = sourceInUse;
        this.targetInUse = targetInUse;
    }

    void start() {
        Thread thread = new Thread(this::run, "restante-user-migration");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public String title() {
        return "accounts from " + from + " to " + to;
    }

    @Override
    public String progress() {
        return seen + " accounts looked at";
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
        LOG.info("copying {}", title());
        Throwable problem = null;
        try {
            copyAll();
            copyWhatIsOwed();
        } catch (CompletionException e) {
            problem = e.getCause();
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            problem = e;
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

    private void copyAll() throws StoreException {
        Jid after = null;
        while (true) {
            if (stopping) {
                throw new StoreException("stopped; start it again to copy the rest");
            }
            Jid behind = after;
            List<Jid> users =
                    RepositoryCalls.guarded(() -> source.users(behind, GROUP)).join();
            if (users.isEmpty()) {
                return;
            }
            List<CompletableFuture<Result>> copies =
                    users.stream().map(this::copy).toList();
            copies.stream().map(CompletableFuture::join).forEach(this::note);
            after = users.get(users.size() - 1);
        }
    }

    /**
     * Changes that the first repository owes some accounts are carried out there, by whoever works on the one in use; then those accounts
     * are copied once more. Else their copies would lack what the copies of others have begun.
     */
    private void copyWhatIsOwed() {
        long end = System.nanoTime() + OWED_NANOS;
        Set<Jid> late = new TreeSet<>();
        List<OwedNote> owed = owed();
        while (!owed.isEmpty() && sourceInUse.getAsBoolean() && !stopping && System.nanoTime() - end < 0) {
            owed.forEach(row -> late.add(row.note().to()));
            LockSupport.parkNanos(OWED_PAUSE_NANOS);
            owed = owed();
        }
        isOwing = !owed.isEmpty();
        for (Jid user : late) {
            Result again = copy(user).join();
            if (again.outcome() != Outcome.SAME) {
                note(again);
            }
        }
    }

    private List<OwedNote> owed() {
        List<OwedNote> owed = new ArrayList<>();
        for (Fence held : homes.held()) {
            owed.addAll(RepositoryCalls.guarded(() -> source.owedNotes(held.part(), 0, OWED_ROWS, OWED_BYTES))
                    .join());
        }
        return owed;
    }

    private CompletableFuture<Result> copy(Jid user) {
        return AccountCopy.of(user, source)
                .thenCombine(AccountCopy.of(user, target), this::carry)
                .thenCompose(x -> x);
    }

    private CompletableFuture<Result> carry(AccountCopy mine, AccountCopy theirs) {
        if (!mine.exists()) {
            return CompletableFuture.completedFuture(new Result(Outcome.GONE, mine, theirs));
        }
        if (!theirs.exists()) {
            return RepositoryCalls.guarded(() -> target.create(mine.user(), mine.settings(), homes.fence(mine.user())))
                    .thenCompose(made -> readBack(Outcome.COPIED, mine));
        }
        List<Setting> changes = mine.changesFrom(theirs);
        if (changes.isEmpty()) {
            return CompletableFuture.completedFuture(new Result(Outcome.SAME, mine, theirs));
        }
        if (targetInUse.getAsBoolean()) {
            return CompletableFuture.completedFuture(new Result(Outcome.LEFT, mine, theirs));
        }
        return RepositoryCalls.guarded(() -> target.write(mine.user(), changes, homes.fence(mine.user())))
                .thenCompose(done -> readBack(Outcome.UPDATED, mine));
    }

    private CompletableFuture<Result> readBack(Outcome outcome, AccountCopy mine) {
        return AccountCopy.of(mine.user(), target)
                .thenApply(there -> new Result(mine.equals(there) ? outcome : Outcome.DIFFERENT, mine, there));
    }

    private void note(Result result) {
        seen++;
        counts[result.outcome().ordinal()]++;
        switch (result.outcome()) {
            case COPIED, UPDATED, SAME -> {
                read.update(result.read().hash());
                standing.update(result.standing().hash());
            }
            case DIFFERENT -> {
                if (different.size() < NAMED) {
                    different.add(result.read().user().toString());
                }
            }
            case LEFT, GONE ->
                LOG.debug("{}: {}", result.outcome(), result.read().user());
        }
    }

    private int count(Outcome outcome) {
        return counts[outcome.ordinal()];
    }

    private List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(count(Outcome.COPIED) + " accounts copied from " + from + " to " + to + ", " + count(Outcome.UPDATED)
                + " brought up to date, " + count(Outcome.SAME) + " the same already");
        byte[] hashRead = read.digest();
        byte[] hashStanding = standing.digest();
        lines.add("hash of what was read from " + from + ": " + shown(hashRead) + ", of what stands in " + to + ": "
                + shown(hashStanding) + (Arrays.equals(hashRead, hashStanding) ? ", equal" : ", DIFFERENT"));
        if (count(Outcome.LEFT) > 0) {
            lines.add(
                    count(Outcome.LEFT) + " accounts differ and were left as they are in " + to + ", which is in use");
        }
        if (count(Outcome.DIFFERENT) > 0) {
            lines.add(count(Outcome.DIFFERENT) + " accounts could not be read back as they are in " + from
                    + ", changed at the same time perhaps; run this again: " + String.join(", ", different));
        }
        if (isOwing) {
            lines.add("some accounts in " + from + " still owe others changes of their rosters, which are not in " + to
                    + (sourceInUse.getAsBoolean()
                            ? "; run this again"
                            : "; they are carried out only while user-store=" + from));
        }
        lines.add("the accounts in " + from + " are as they were");
        if (!targetInUse.getAsBoolean()) {
            lines.add("logins are not served from " + to + " yet: set user-store=" + to + " in " + ACCOUNTS
                    + "; what is changed until then is not in " + to + " unless this is run again before");
        }
        return List.copyOf(lines);
    }

    private static String shown(byte[] hash) {
        return HexFormat.of().formatHex(hash, 0, 8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
