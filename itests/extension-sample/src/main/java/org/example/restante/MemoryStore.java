package org.example.restante;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.ArchivedMessage;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import im.restante.store.SenderUsage;
import im.restante.store.StoreException;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.Collection;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
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
    /** Of its only partition: nobody else can take over what is in this memory. */
    private static final long EPOCH = 1;

    private final Mailboxes mailboxes;
    private final MemoryArchive archive;
    private ServiceRegistration<MessageArchive> shown;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(task -> new Thread(task, "memory-store"));

    /** Shows its archive as a service of its own. */
    @Activate
    public MemoryStore(BundleContext context) {
        this(new Mailboxes());
        shown = context.registerService(
                MessageArchive.class,
                archive,
                new Hashtable<>(Map.of(MessageStore.ID, "memory", "service.ranking", -1000)));
    }

    MemoryStore(Mailboxes mailboxes) {
        this.mailboxes = mailboxes;
        this.archive = new MemoryArchive(mailboxes.archives(), this);
    }

    /** What was asked before is still done. */
    @Deactivate
    void close() {
        if (shown != null) {
            shown.unregister();
        }
        worker.shutdown();
    }

    <T> CompletionStage<T> later(Supplier<T> work) {
        return CompletableFuture.supplyAsync(work, worker);
    }

    /** A change, unless it comes from somebody whose right to make it was taken over. */
    <T> CompletionStage<T> change(Fence fence, Supplier<T> work) {
        if (fence.part() == 0 && (fence.epoch() == 0 || fence.epoch() == EPOCH)) {
            return later(work);
        }
        return CompletableFuture.failedFuture(
                StoreException.fenced("partition " + fence.part() + " is not at epoch " + fence.epoch() + " here"));
    }

    @Override
    public CompletionStage<Appended> append(StoredMessage message, Admission admission, Fence fence, Claim claim) {
        return change(fence, () -> claim.begin() ? mailboxes.append(message, admission) : Appended.WITHDRAWN);
    }

    @Override
    public Optional<MessageArchive> archive() {
        return Optional.of(archive);
    }

    @Override
    public CompletionStage<Appended> append(
            StoredMessage message, ArchivedMessage copy, Admission admission, Fence fence, Claim claim) {
        if (!copy.isCopyOf(message)) {
            throw new IllegalArgumentException(copy + " is no copy of " + message);
        }
        return change(fence, () -> {
            Appended answer = claim.begin() ? mailboxes.append(message, admission) : Appended.WITHDRAWN;
            if (answer instanceof Appended.Stored) {
                archive.keep(copy);
            }
            return answer;
        });
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes) {
        return later(() -> mailboxes.page(owner, afterId, rows, bytes));
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, Collection<Long> ids, Fence fence) {
        List<Long> gone = List.copyOf(ids);
        return change(fence, () -> {
            gone.forEach(id -> mailboxes.remove(owner, id));
            return null;
        });
    }

    /** What is owed is stored at once: it would be lost with the rest. */
    @Override
    public CompletionStage<Boolean> replace(
            Jid owner, long id, List<StoredMessage> successors, List<StoredMessage> owed, Fence fence) {
        if (successors.stream().anyMatch(message -> !message.owner().equals(owner))) {
            throw new IllegalArgumentException("a successor of a message of " + owner + " is another owner's");
        }
        return change(fence, () -> {
            boolean there = mailboxes.remove(owner, id);
            if (there) {
                successors.forEach(message -> mailboxes.append(message, Admission.UNLIMITED));
                owed.forEach(message -> mailboxes.append(message, Admission.UNLIMITED));
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
        return later(() -> Usage.of(mailboxes.count(owner, sender)));
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
