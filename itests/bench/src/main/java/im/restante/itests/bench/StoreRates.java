package im.restante.itests.bench;

import im.restante.internal.store.sqlite.SqliteStore;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.StoredMessage;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Prints what the store alone does per second: {@code java -cp 'bench.jar:lib/*' im.restante.itests.bench.StoreRates [DIRECTORY] [SECONDS]}. 500-byte stanzas from 20 senders to
 * each of 10,000 owners, every one checked against a limit and synced; beside it, what the disk syncs.
 */
final class StoreRates {
    private static final int OWNERS = 10_000;
    private static final int SENDERS = 20;
    private static final Admission LIMIT = Admission.of(1_000_000, OnFull.REFUSE);
    private static final byte[] STANZA =
            ("<message><body>" + "x".repeat(475) + "</body></message>").getBytes(StandardCharsets.US_ASCII);

    private final SqliteStore store;
    private final List<Jid> owners = new ArrayList<>();
    private final List<Jid> senders = new ArrayList<>();
    private final AtomicLong id = new AtomicLong();
    private final long seconds;

    private StoreRates(SqliteStore store, long seconds) {
        this.store = store;
        this.seconds = seconds;
        for (int i = 0; i < OWNERS; i++) {
            owners.add(Jid.of("owner" + i + "@example.org"));
        }
        for (int i = 0; i < SENDERS; i++) {
            senders.add(Jid.of("sender" + i + "@example.org"));
        }
    }

    public static void main(String[] args) throws Exception {
        Path parent = Path.of(args.length > 0 ? args[0] : "target");
        long seconds = args.length > 1 ? Long.parseLong(args[1]) : 5;
        Path directory = Files.createTempDirectory(parent, "rates");
        SqliteStore store = SqliteStore.at(directory.resolve("spool.db"));
        store.start();
        StoreRates rates = new StoreRates(store, seconds);
        rates.appends(256);
        System.out.println("-- above: warm-up");
        for (int callers : new int[] {1, 16, 256}) {
            System.out.printf("disk: %,.0f syncs of 4 KiB/s%n", Limits.syncRate(directory));
            rates.appends(callers);
        }
        System.out.printf("one caller, 1,024 open: %,.0f messages/s%n", rates.pipelined(1_024));
        rates.drain(100, 100, 100);
        rates.drain(10_000, 1, 100);
        rates.drain(10_000, 1, 500);
        rates.drain(20, 1_000, 100);
        rates.onTopOf(100_000);
        System.out.printf(
                "%,d messages, file %,d KiB%n",
                await(store.statistics()).messages(), Files.size(directory.resolve("spool.db")) / 1024);
        store.close();
        try (var files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(directory);
    }

    /** Appends a second of one caller that does not wait, after one to warm up: what XMPP can reach at most. */
    static double most(Path directory) throws Exception {
        Path file = directory.resolve("limit.db");
        SqliteStore store = SqliteStore.at(file);
        store.start();
        StoreRates rates = new StoreRates(store, 2);
        rates.pipelined(1_024);
        double most = rates.pipelined(1_024);
        store.close();
        Files.delete(file);
        return most;
    }

    private static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    private StoredMessage next() {
        long mine = id.incrementAndGet();
        int mixed = (int) (mine * 0x9E3779B97F4A7C15L >>> 33);
        return message(mine, owners.get(mixed % OWNERS), senders.get(mixed / OWNERS % SENDERS));
    }

    private static StoredMessage message(long id, Jid owner, Jid sender) {
        return StoredMessage.of(id, owner, sender, Instant.now(), STANZA);
    }

    /** Callers that each wait for one append before the next. */
    private void appends(int callers) throws InterruptedException {
        AtomicLong done = new AtomicLong();
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < callers; i++) {
            Thread thread = new Thread(() -> {
                while (System.nanoTime() < end) {
                    await(store.append(next(), LIMIT, Fence.HERE, Claim.NEVER_WITHDRAWN));
                    done.incrementAndGet();
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        print(callers + " callers", done.get(), start);
    }

    /** One caller that does not wait, with so many answers open. */
    private double pipelined(int open) throws InterruptedException {
        Semaphore room = new Semaphore(open);
        AtomicLong done = new AtomicLong();
        long start = System.nanoTime();
        long end = start + seconds * 1_000_000_000L;
        while (System.nanoTime() < end) {
            room.acquire();
            store.append(next(), LIMIT, Fence.HERE, Claim.NEVER_WITHDRAWN).whenComplete((answer, e) -> {
                done.incrementAndGet();
                room.release();
            });
        }
        room.acquire(open);
        return done.get() / ((System.nanoTime() - start) / 1e9);
    }

    private void fill(Jid owner, int count) throws InterruptedException {
        Semaphore room = new Semaphore(4_000);
        for (int i = 0; i < count; i++) {
            room.acquire();
            store.append(
                            message(id.incrementAndGet(), owner, senders.get(i % SENDERS)),
                            Admission.UNLIMITED,
                            Fence.HERE,
                            Claim.NEVER_WITHDRAWN)
                    .whenComplete((answer, e) -> room.release());
        }
        room.acquire(4_000);
    }

    /** Owners one after the other: every page removed, the next one asked for meanwhile. */
    private void drain(int backlog, int count, int page) throws InterruptedException {
        List<Jid> drained = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Jid owner = Jid.of("drained" + i + "@example.org");
            drained.add(owner);
            fill(owner, backlog);
        }
        writerCpu = writerCpu();
        long start = System.nanoTime();
        long read = 0;
        for (Jid owner : drained) {
            long after = 0;
            while (true) {
                List<StoredMessage> messages = await(store.page(owner, after, page, Long.MAX_VALUE));
                if (messages.isEmpty()) {
                    break;
                }
                read += messages.size();
                after = messages.get(messages.size() - 1).id();
            }
        }
        print("page " + page + ", " + count + " backlogs of " + backlog + ", read only", read, start);
        start = System.nanoTime();
        long removed = 0;
        for (Jid owner : drained) {
            while (true) {
                List<StoredMessage> messages = await(store.page(owner, 0, page, Long.MAX_VALUE));
                if (messages.isEmpty()) {
                    break;
                }
                await(store.remove(
                        owner, messages.stream().map(StoredMessage::id).toList(), Fence.HERE));
                removed += messages.size();
            }
        }
        print("page " + page + ", " + count + " backlogs of " + backlog + ", with durable removal", removed, start);
    }

    /** Whether a message costs more on top of a great backlog. */
    private void onTopOf(int backlog) throws InterruptedException {
        Jid empty = Jid.of("empty@example.org");
        Jid full = Jid.of("full@example.org");
        fill(full, backlog);
        for (int round = 0; round < 3; round++) {
            for (Jid owner : List.of(empty, full)) {
                writerCpu = writerCpu();
                long start = System.nanoTime();
                for (int i = 0; i < 2_000; i++) {
                    await(store.append(
                            message(id.incrementAndGet(), owner, senders.get(0)),
                            LIMIT,
                            Fence.HERE,
                            Claim.NEVER_WITHDRAWN));
                }
                print("one caller, one owner, " + (owner == empty ? "little waits" : backlog + " wait"), 2_000, start);
            }
        }
    }

    private long writerCpu = writerCpu();

    private static long writerCpu() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().endsWith("-writer"))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
                .sum();
    }

    /** The rate suffers from neighbours on the machine; the writer's processor time per message hardly does. */
    private void print(String what, long count, long start) {
        double seconds = (System.nanoTime() - start) / 1e9;
        long cpu = writerCpu();
        System.out.printf(
                "%-60s %,10.0f messages/s   writer %5.1f us each%n",
                what, count / seconds, (cpu - writerCpu) / 1e3 / count);
        writerCpu = cpu;
    }
}
