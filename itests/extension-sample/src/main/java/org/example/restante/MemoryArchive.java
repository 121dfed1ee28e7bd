package org.example.restante;

import im.restante.jid.Jid;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;

/** The archives of a {@link MemoryStore}: its thread keeps them, so that a message and its copy are one step. */
final class MemoryArchive implements MessageArchive {
    private final MemoryStore store;
    private final TreeMap<String, TreeMap<Long, ArchivedMessage>> byOwner;

    /** @param byOwner what is kept, by owner and id */
    MemoryArchive(TreeMap<String, TreeMap<Long, ArchivedMessage>> byOwner, MemoryStore store) {
        this.byOwner = byOwner;
        this.store = store;
    }

    /** On the thread of the store. */
    void keep(ArchivedMessage message) {
        byOwner.computeIfAbsent(message.owner().toString(), owner -> new TreeMap<>())
                .putIfAbsent(message.id(), message);
    }

    private TreeMap<Long, ArchivedMessage> of(Jid owner) {
        return byOwner.getOrDefault(owner.toString(), new TreeMap<>());
    }

    private List<ArchivedMessage> matching(Jid owner, ArchiveQuery query) {
        return of(owner).values().stream()
                .filter(message -> message.id() > query.afterId() && message.id() < query.beforeId())
                .filter(message -> query.peer()
                        .map(peer -> peer.equals(peer.isBare() ? message.peer().bare() : message.peer()))
                        .orElse(true))
                .filter(message -> !message.receivedAt().isBefore(query.from().orElse(Instant.MIN)))
                .filter(message -> !message.receivedAt().isAfter(query.to().orElse(Instant.MAX)))
                .toList();
    }

    private static List<ArchivedMessage> page(List<ArchivedMessage> matching, int rows, long bytes) {
        List<ArchivedMessage> page = new ArrayList<>();
        long size = 0;
        for (ArchivedMessage message : matching) {
            size += message.sizeBytes();
            if (page.size() == rows || !page.isEmpty() && size > bytes) {
                break;
            }
            page.add(message);
        }
        return page;
    }

    private static List<ArchivedMessage> reversed(List<ArchivedMessage> messages) {
        List<ArchivedMessage> reversed = new ArrayList<>(messages);
        Collections.reverse(reversed);
        return reversed;
    }

    @Override
    public CompletionStage<Void> add(List<ArchivedMessage> messages, Fence fence) {
        return store.change(fence, () -> {
            messages.forEach(this::keep);
            return null;
        });
    }

    @Override
    public CompletionStage<List<ArchivedMessage>> first(Jid owner, ArchiveQuery query, int rows, long bytes) {
        return store.later(() -> page(matching(owner, query), rows, bytes));
    }

    @Override
    public CompletionStage<List<ArchivedMessage>> last(Jid owner, ArchiveQuery query, int rows, long bytes) {
        return store.later(() -> reversed(page(reversed(matching(owner, query)), rows, bytes)));
    }

    @Override
    public CompletionStage<List<ArchivedMessage>> messages(Jid owner, Collection<Long> ids) {
        TreeSet<Long> wanted = new TreeSet<>(ids);
        return store.later(() -> of(owner).values().stream()
                .filter(message -> wanted.contains(message.id()))
                .toList());
    }

    @Override
    public CompletionStage<Usage> usage(Jid owner, ArchiveQuery query) {
        return store.later(() -> {
            List<ArchivedMessage> matching = matching(owner, query);
            long bytes = matching.stream().mapToLong(ArchivedMessage::sizeBytes).sum();
            return Usage.of(matching.size())
                    .withBytes(bytes)
                    .withOldest(matching.stream()
                            .map(ArchivedMessage::receivedAt)
                            .min(Instant::compareTo)
                            .orElse(null));
        });
    }

    @Override
    public CompletionStage<Long> remove(Jid owner, ArchiveQuery query, Fence fence) {
        return store.change(fence, () -> {
            List<ArchivedMessage> gone = matching(owner, query);
            TreeMap<Long, ArchivedMessage> archive = of(owner);
            gone.forEach(message -> archive.remove(message.id()));
            if (archive.isEmpty()) {
                byOwner.remove(owner.toString());
            }
            return (long) gone.size();
        });
    }

    @Override
    public CompletionStage<List<Jid>> owners(Jid after, int max) {
        return store.later(() -> byOwner.tailMap(after == null ? "" : after.toString(), false).keySet().stream()
                .limit(max)
                .map(Jid::of)
                .toList());
    }
}
