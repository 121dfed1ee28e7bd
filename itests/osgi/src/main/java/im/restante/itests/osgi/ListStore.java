package im.restante.itests.osgi;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageStore;
import im.restante.store.SenderUsage;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** A second store to choose: in memory, without limits. */
final class ListStore implements MessageStore {
    private final TreeSet<StoredMessage> rows =
            new TreeSet<>(Comparator.comparing(StoredMessage::id).thenComparing(StoredMessage::owner));

    @Override
    public synchronized CompletionStage<Appended> append(
            StoredMessage message, Admission admission, Fence fence, Claim claim) {
        if (!claim.begin()) {
            return completedFuture(Appended.WITHDRAWN);
        }
        rows.add(message);
        return completedFuture(Appended.stored());
    }

    @Override
    public synchronized CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int max, long bytes) {
        List<StoredMessage> page = new ArrayList<>();
        long size = 0;
        for (StoredMessage row : of(owner)) {
            if (row.id() > afterId) {
                size += row.sizeBytes();
                if (!page.isEmpty() && (page.size() == max || size > bytes)) {
                    break;
                }
                page.add(row);
            }
        }
        return completedFuture(page);
    }

    @Override
    public synchronized CompletionStage<Void> remove(Jid owner, Collection<Long> ids, Fence fence) {
        rows.removeIf(row -> row.owner().equals(owner) && ids.contains(row.id()));
        return completedFuture(null);
    }

    @Override
    public synchronized CompletionStage<Boolean> replace(
            Jid owner, long id, List<StoredMessage> successors, List<StoredMessage> owed, Fence fence) {
        boolean there = rows.removeIf(row -> row.owner().equals(owner) && row.id() == id);
        if (there) {
            rows.addAll(successors);
            rows.addAll(owed);
        }
        return completedFuture(there);
    }

    @Override
    public synchronized CompletionStage<Usage> usage(Jid owner) {
        return completedFuture(Usage.of(of(owner).size()));
    }

    @Override
    public synchronized CompletionStage<Usage> usage(Jid owner, Jid sender) {
        long count =
                of(owner).stream().filter(row -> row.sender().equals(sender)).count();
        return completedFuture(Usage.of(count));
    }

    @Override
    public CompletionStage<List<SenderUsage>> senders(Jid owner, int max) {
        return completedFuture(List.of());
    }

    @Override
    public CompletionStage<List<Jid>> owners(Jid after, int max) {
        return completedFuture(List.of());
    }

    @Override
    public CompletionStage<List<StoredMessage>> expired(Instant now, int max) {
        return completedFuture(List.of());
    }

    @Override
    public synchronized CompletionStage<StoreStatistics> statistics() {
        return completedFuture(
                StoreStatistics.of(rows.size(), rows.isEmpty() ? 0 : rows.last().id()));
    }

    private List<StoredMessage> of(Jid owner) {
        return rows.stream().filter(row -> row.owner().equals(owner)).toList();
    }
}
