package org.example.restante;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.SenderUsage;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What waits, by owner, and how much of it is from whom. One thread at a time. */
final class Mailboxes {
    private static final Comparator<StoredMessage> SOONEST =
            Comparator.comparing(StoredMessage::expiresAt).thenComparing(StoredMessage::id);

    /** What waits for one owner. */
    private static final class Mailbox {
        final TreeMap<Long, StoredMessage> messages = new TreeMap<>();
        final Map<Jid, TreeSet<Long>> bySender = new HashMap<>();
    }

    private final TreeMap<String, Mailbox> boxes = new TreeMap<>();
    private final Map<Long, Jid> ownerOf = new HashMap<>();
    private final TreeSet<StoredMessage> mortal = new TreeSet<>(SOONEST);
    private long largest;

    private Mailbox box(Jid owner) {
        return boxes.getOrDefault(owner.toString(), new Mailbox());
    }

    Appended append(StoredMessage message, Admission admission) {
        if (ownerOf.containsKey(message.id())) {
            return new Appended.Stored(List.of());
        }
        int waiting = count(message.owner(), message.sender());
        int limit = admission.limit();
        List<Long> evicted = new ArrayList<>();
        if (limit >= 0 && waiting >= limit) {
            if (limit == 0 || admission.onFull() == Admission.OnFull.REFUSE) {
                return new Appended.Full(new Usage(waiting, -1, null));
            }
            for (Long id : box(message.owner()).bySender.get(message.sender())) {
                if (waiting - evicted.size() >= limit) {
                    evicted.add(id);
                }
            }
            evicted.forEach(id -> remove(message.owner(), id));
        }
        add(message);
        return new Appended.Stored(evicted);
    }

    private void add(StoredMessage message) {
        Mailbox box = boxes.computeIfAbsent(message.owner().toString(), owner -> new Mailbox());
        box.messages.put(message.id(), message);
        box.bySender
                .computeIfAbsent(message.sender(), sender -> new TreeSet<>())
                .add(message.id());
        ownerOf.put(message.id(), message.owner());
        message.expiry().ifPresent(at -> mortal.add(message));
        largest = Math.max(largest, message.id());
    }

    /** Whether it was there. */
    boolean remove(Jid owner, long id) {
        Mailbox box = box(owner);
        StoredMessage gone = box.messages.remove(id);
        if (gone == null) {
            return false;
        }
        ownerOf.remove(id);
        gone.expiry().ifPresent(at -> mortal.remove(gone));
        TreeSet<Long> ofSender = box.bySender.get(gone.sender());
        ofSender.remove(id);
        if (ofSender.isEmpty()) {
            box.bySender.remove(gone.sender());
        }
        if (box.messages.isEmpty()) {
            boxes.remove(owner.toString());
        }
        return true;
    }

    List<StoredMessage> page(Jid owner, long afterId, int rows, long bytes) {
        List<StoredMessage> page = new ArrayList<>();
        long size = 0;
        for (StoredMessage message : box(owner).messages.tailMap(afterId, false).values()) {
            size += message.sizeBytes();
            if (page.size() == rows || !page.isEmpty() && size > bytes) {
                break;
            }
            page.add(message);
        }
        return page;
    }

    Usage usage(Jid owner) {
        Mailbox box = box(owner);
        long bytes = 0;
        for (StoredMessage message : box.messages.values()) {
            bytes += message.sizeBytes();
        }
        Instant oldest = box.messages.isEmpty()
                ? null
                : box.messages.firstEntry().getValue().receivedAt();
        return new Usage(box.messages.size(), bytes, oldest);
    }

    int count(Jid owner, Jid sender) {
        TreeSet<Long> ids = box(owner).bySender.get(sender);
        return ids == null ? 0 : ids.size();
    }

    List<SenderUsage> senders(Jid owner, int max) {
        return box(owner).bySender.entrySet().stream()
                .map(entry -> new SenderUsage(entry.getKey(), entry.getValue().size()))
                .sorted(Comparator.comparingLong(SenderUsage::messages)
                        .reversed()
                        .thenComparing(usage -> usage.sender().toString()))
                .limit(max)
                .toList();
    }

    List<Jid> owners(Jid after, int max) {
        return boxes.tailMap(after == null ? "" : after.toString(), false).keySet().stream()
                .limit(max)
                .map(Jid::of)
                .toList();
    }

    List<StoredMessage> expired(Instant now, int max) {
        return mortal.stream()
                .takeWhile(message -> !message.expiresAt().isAfter(now))
                .limit(max)
                .toList();
    }

    StoreStatistics statistics() {
        return new StoreStatistics(ownerOf.size(), boxes.size(), 0, largest);
    }
}
