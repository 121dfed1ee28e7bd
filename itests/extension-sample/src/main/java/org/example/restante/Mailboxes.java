package org.example.restante;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.ArchivedMessage;
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
    private static final Comparator<StoredMessage> SOONEST = Comparator.comparing(StoredMessage::expiresAt)
            .thenComparing(StoredMessage::id)
            .thenComparing(StoredMessage::owner);

    /** What waits for one owner. */
    private static final class Mailbox {
        final TreeMap<Long, StoredMessage> messages = new TreeMap<>();
        final Map<Jid, TreeSet<Long>> bySender = new HashMap<>();
        long bytes;
    }

    private final TreeMap<String, Mailbox> boxes = new TreeMap<>();
    private final TreeMap<String, TreeMap<Long, ArchivedMessage>> archives = new TreeMap<>();
    private final TreeSet<StoredMessage> mortal = new TreeSet<>(SOONEST);
    private long count;
    private long largest;

    private Mailbox box(Jid owner) {
        return boxes.getOrDefault(owner.toString(), new Mailbox());
    }

    /** What is kept in archives, by owner and id. */
    TreeMap<String, TreeMap<Long, ArchivedMessage>> archives() {
        return archives;
    }

    Appended append(StoredMessage message, Admission admission) {
        if (box(message.owner()).messages.containsKey(message.id())) {
            return Appended.stored();
        }
        List<Long> evicted = new ArrayList<>();
        Appended.Limit reached = reached(message, admission, evicted);
        if (reached != null && admission.onFull() == Admission.OnFull.EVICT_OLDEST && admission.limit() != 0) {
            for (Long id : box(message.owner()).bySender.getOrDefault(message.sender(), new TreeSet<>())) {
                evicted.add(id);
                reached = reached(message, admission, evicted);
                if (reached == null) {
                    break;
                }
            }
        }
        if (reached != null) {
            Usage ofPair = Usage.of(count(message.owner(), message.sender()));
            return Appended.full(reached, ofPair, usage(message.owner()));
        }
        evicted.forEach(id -> remove(message.owner(), id));
        add(message);
        return Appended.stored(evicted);
    }

    /** What stands against a message if some of its sender's have gone; null: nothing does. */
    private Appended.Limit reached(StoredMessage message, Admission admission, List<Long> gone) {
        int ofPair = count(message.owner(), message.sender()) - gone.size();
        if (admission.limit() >= 0 && ofPair >= admission.limit()) {
            return Appended.Limit.PAIR;
        }
        Mailbox box = box(message.owner());
        long messages = box.messages.size() - gone.size() + 1;
        long bytes = box.bytes + message.sizeBytes();
        for (Long id : gone) {
            bytes -= box.messages.get(id).sizeBytes();
        }
        if (admission.total().allows(messages, bytes)) {
            return null;
        }
        return admission.total().allows(messages, 0) ? Appended.Limit.OWNER_BYTES : Appended.Limit.OWNER_MESSAGES;
    }

    private void add(StoredMessage message) {
        Mailbox box = boxes.computeIfAbsent(message.owner().toString(), owner -> new Mailbox());
        box.messages.put(message.id(), message);
        box.bytes += message.sizeBytes();
        box.bySender
                .computeIfAbsent(message.sender(), sender -> new TreeSet<>())
                .add(message.id());
        if (message.expiresAt() != null) {
            mortal.add(message);
        }
        count++;
        largest = Math.max(largest, message.id());
    }

    /** Whether it was there. */
    boolean remove(Jid owner, long id) {
        Mailbox box = box(owner);
        StoredMessage gone = box.messages.remove(id);
        if (gone == null) {
            return false;
        }
        count--;
        box.bytes -= gone.sizeBytes();
        if (gone.expiresAt() != null) {
            mortal.remove(gone);
        }
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
        Instant oldest = box.messages.isEmpty()
                ? null
                : box.messages.firstEntry().getValue().receivedAt();
        return Usage.of(box.messages.size()).withBytes(box.bytes).withOldest(oldest);
    }

    int count(Jid owner, Jid sender) {
        TreeSet<Long> ids = box(owner).bySender.get(sender);
        return ids == null ? 0 : ids.size();
    }

    List<SenderUsage> senders(Jid owner, int max) {
        return box(owner).bySender.entrySet().stream()
                .map(entry -> SenderUsage.of(entry.getKey(), entry.getValue().size()))
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
        return StoreStatistics.of(count, largest).withOwners(boxes.size());
    }
}
