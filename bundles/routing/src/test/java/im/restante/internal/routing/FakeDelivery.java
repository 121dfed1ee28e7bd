package im.restante.internal.routing;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.delivery.Delivery;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.stanza.Substance;
import im.restante.store.Claim;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A delivery over maps. Keeps what has content and is no groupchat, headline or error; {@code rule:} in the id of a message is
 * what an operator's path would be. {@link #slow()} makes every answer come later, from a thread of its own.
 */
final class FakeDelivery implements Delivery {
    final Map<Jid, TreeMap<Long, StoredMessage>> rows = new ConcurrentHashMap<>();
    final List<Long> stored = new ArrayList<>(); // in the order of the calls
    volatile int limit = -1;
    volatile boolean broken;
    volatile boolean pageRead;
    volatile boolean unremovable;
    volatile boolean unreturnable;
    volatile boolean returnsAtOnce; // in front of what is being stored
    volatile Predicate<StoredMessage> neverTaken = row -> false; // of what is put back
    volatile boolean hints; // whether any hint says that a message is not kept
    volatile long floor;
    private volatile CompletableFuture<Void> gate = completedFuture(null);
    private CompletableFuture<Void> before = completedFuture(null); // guarded by this
    private volatile ExecutorService writer;
    private volatile ExecutorService readers;
    private final Random random = new Random(1);

    FakeDelivery slow() {
        writer = Executors.newSingleThreadExecutor(FakeDelivery::daemon);
        readers = Executors.newFixedThreadPool(2, FakeDelivery::daemon);
        return this;
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "fake-store");
        thread.setDaemon(true);
        return thread;
    }

    /** From here on stores complete when {@link #open()} is called. */
    void shut() {
        gate = new CompletableFuture<>();
        synchronized (this) {
            before = before.thenCombine(gate, (one, two) -> null);
        }
    }

    void open() {
        gate.complete(null);
    }

    List<String> spool(Jid owner) {
        TreeMap<Long, StoredMessage> spool = rows.getOrDefault(owner, new TreeMap<>());
        List<StoredMessage> now;
        synchronized (this) {
            now = List.copyOf(spool.values());
        }
        return now.stream().map(this::body).toList();
    }

    private String body(StoredMessage row) {
        return Server.xml(row.stanza())
                .child(im.restante.xml.Namespaces.CLIENT, "body")
                .map(im.restante.xml.Element::text)
                .orElse("");
    }

    @Override
    public StorageDecision judge(Message message, Jid owner) {
        boolean byRule = message.id() != null && message.id().startsWith("rule:");
        if (hints
                && message.element().children().stream()
                        .anyMatch(c -> c.namespace().equals(im.restante.xml.Namespaces.HINTS))) {
            return new StorageDecision.Skip("hint", null);
        }
        boolean plain = message.type() == Message.Type.CHAT || message.type() == Message.Type.NORMAL;
        if (byRule || plain && message.hasBody()) {
            return new StorageDecision.Keep(byRule ? "/message/x" : "default: body");
        }
        if (message.element()
                .child(im.restante.xml.Namespaces.RECEIPTS, "received")
                .isPresent()) {
            return new StorageDecision.Keep("default: receipt", true);
        }
        if (plain && Substance.of(message) == Substance.CONTENT) {
            return new StorageDecision.Keep("default: content");
        }
        return new StorageDecision.Skip(
                "default",
                message.hasBody() ? StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE, "not kept") : null);
    }

    @Override
    public CompletionStage<Verdict> store(Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim) {
        synchronized (this) {
            stored.add(row.id());
        }
        return answer(() -> {
            TreeMap<Long, StoredMessage> spool = rows.computeIfAbsent(row.owner(), o -> new TreeMap<>());
            int most = keep.unlimited() ? -1 : limit;
            if (broken) {
                return new Verdict.Failed(
                        "broken",
                        StanzaError.of(StanzaError.Condition.INTERNAL_SERVER_ERROR)
                                .later());
            }
            if (most >= 0 && spool.size() >= most) {
                return new Verdict.Refused("full", StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE, "full"));
            }
            spool.put(row.id(), row);
            return new Verdict.Stored(keep.rule());
        });
    }

    @Override
    public CompletionStage<Verdict> rehearse(
            Message message, StoredMessage row, StorageDecision.Keep keep, Claim claim) {
        return answer(() -> {
            int most = keep.unlimited() ? -1 : limit;
            return most >= 0 && rows.getOrDefault(row.owner(), new TreeMap<>()).size() >= most
                    ? new Verdict.Refused("full", StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE, "full"))
                    : new Verdict.Stored(keep.rule());
        });
    }

    @Override
    public CompletionStage<Void> requeue(List<StoredMessage> back, Consumer<StoredMessage> durable) {
        if (unreturnable) {
            return CompletableFuture.failedFuture(new StoreException("broken"));
        }
        Supplier<Void> work = () -> {
            back.stream().filter(row -> !neverTaken.test(row)).forEach(row -> {
                rows.computeIfAbsent(row.owner(), o -> new TreeMap<>()).putIfAbsent(row.id(), row);
                durable.accept(row);
            });
            return null;
        };
        return (returnsAtOnce ? completedFuture(locked(work)) : answer(work))
                .thenCompose(done -> back.stream().anyMatch(neverTaken)
                        ? CompletableFuture.failedFuture(new StoreException("broken for one"))
                        : CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int most, long bytes) {
        pageRead = true;
        if (broken) {
            return CompletableFuture.failedFuture(new StoreException("broken"));
        }
        return read(() -> {
            List<StoredMessage> page = new ArrayList<>();
            long size = 0;
            for (StoredMessage row : rows.getOrDefault(owner, new TreeMap<>())
                    .tailMap(afterId, false)
                    .values()) {
                size += row.sizeBytes();
                if (page.size() == most || !page.isEmpty() && size > bytes) {
                    break;
                }
                page.add(row);
            }
            return page;
        });
    }

    @Override
    public CompletionStage<Long> count(Jid owner) {
        return read(() -> (long) rows.getOrDefault(owner, new TreeMap<>()).size());
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, Collection<Long> ids) {
        if (unremovable) {
            return CompletableFuture.failedFuture(new StoreException("broken"));
        }
        return this.<Void>answer(() -> {
            ids.forEach(rows.getOrDefault(owner, new TreeMap<>())::remove);
            return null;
        });
    }

    @Override
    public CompletionStage<Long> largestId() {
        return completedFuture(floor);
    }

    /** One after the other, as the writer of a store does. */
    private synchronized <T> CompletionStage<T> answer(Supplier<T> work) {
        CompletableFuture<T> answer = writer == null
                ? before.thenApply(done -> locked(work))
                : before.thenApplyAsync(
                        done -> {
                            LockSupport.parkNanos(20_000);
                            return locked(work);
                        },
                        writer);
        before = answer.handle((done, problem) -> null);
        return answer;
    }

    /** Beside the writer, and what it answers may be old when it arrives. */
    private <T> CompletionStage<T> read(Supplier<T> work) {
        if (readers == null) {
            return answer(work);
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    T seen = locked(work);
                    LockSupport.parkNanos(random.nextInt(600_000));
                    return seen;
                },
                readers);
    }

    private synchronized <T> T locked(Supplier<T> work) {
        return work.get();
    }
}
