package org.example.restante;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.MessageStore;
import im.restante.store.SenderUsage;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Keeps messages in memory: a stop of the bundle loses them all, so its ranking leaves it unused until {@code store=memory} in
 * {@code im.restante.offline} asks for it. What it shows is the seam: one thread of its own does the work, in the order of the
 * calls, and completes the answers.
 */
@Component(
        immediate = true,
        property = {MessageStore.ID + "=memory", "service.ranking:Integer=-1000"})
public final class MemoryStore implements MessageStore {
    private final Mailboxes mailboxes;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(task -> new Thread(task, "memory-store"));

    @Activate
    public MemoryStore() {
        this(new Mailboxes());
    }

    MemoryStore(Mailboxes mailboxes) {
        this.mailboxes = mailboxes;
    }

    /** What was asked before is still done. */
    @Deactivate
    void close() {
        worker.shutdown();
    }

    private <T> CompletionStage<T> later(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, worker);
    }

    @Override
    public CompletionStage<Appended> append(StoredMessage message, Admission admission) {
        return later(() -> mailboxes.append(message, admission));
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes) {
        return later(() -> mailboxes.page(owner, afterId, rows, bytes));
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, Collection<Long> ids) {
        List<Long> gone = List.copyOf(ids);
        return later(() -> {
            gone.forEach(id -> mailboxes.remove(owner, id));
            return null;
        });
    }

    @Override
    public CompletionStage<Boolean> replace(Jid owner, long id, List<StoredMessage> successors) {
        return later(() -> {
            boolean there = mailboxes.remove(owner, id);
            if (there) {
                successors.forEach(message -> mailboxes.append(message, Admission.UNLIMITED));
            }
            return there;
        });
    }

    @Override
    public CompletionStage<Usage> usage(Jid owner) {
        return later(() -> mailboxes.usage(owner));
    }

    @Override
    public CompletionStage<Usage> usage(Jid owner, Jid sender) {
        return later(() -> new Usage(mailboxes.count(owner, sender), -1, null));
    }

    @Override
    public CompletionStage<List<SenderUsage>> senders(Jid owner, int max) {
        return later(() -> mailboxes.senders(owner, max));
    }

    @Override
    public CompletionStage<List<Jid>> owners(Jid after, int max) {
        return later(() -> mailboxes.owners(after, max));
    }

    @Override
    public CompletionStage<List<StoredMessage>> expired(Instant now, int max) {
        return later(() -> mailboxes.expired(now, max));
    }

    @Override
    public CompletionStage<StoreStatistics> statistics() {
        return later(mailboxes::statistics);
    }
}
