package im.restante.internal.session.owner;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.stream.Collectors.partitioningBy;
import static java.util.stream.Collectors.toSet;

import im.restante.jid.Jid;
import im.restante.session.Arrival;
import im.restante.session.Outbound;
import im.restante.store.MessageKind;
import im.restante.store.StoredMessage;
import im.restante.why.Fate;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlStreamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What comes back from a session of one owner that has ended: its leases fall, and live messages it was not given are stored. */
final class Returns {
    private static final Logger LOG = LoggerFactory.getLogger(Returns.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** Tries, a second apart, that a drain waits for, so that order holds. */
    private static final int TRIES_IN_ORDER = 30;

    private final Spool spool;
    private final Owners all;

    Returns(Spool spool, Owners all) {
        this.spool = spool;
        this.all = all;
    }

    /** Rows to be stored, and the removals of the same that must be over before. */
    private record Back(List<StoredMessage> rows, CompletableFuture<Void> removed) {}

    /** See {@link Owner#left} and {@link Owner#suspended}. */
    Owner.Left left(Recipient recipient, List<Outbound> unsent, boolean forGood) {
        Set<Long> ownCopies = spool.presentNow().length == 0 ? Set.of() : addressedTo(recipient.jid(), unsent);
        Back back = spool.decide(() -> {
            spool.fallAll(recipient);
            if (!forGood && spool.isPresent(recipient)) {
                spool.hold.suspended(recipient);
            }
            spool.withdraw(recipient);
            if (forGood) {
                spool.letGo(recipient);
            }
            List<StoredMessage> rows = nobodyElseHas(recipient, unsent, ownCopies);
            if (forGood) {
                spool.copies.forget(recipient);
            }
            spool.expectBack(rows);
            return new Back(rows, spool.removals.of(rows));
        });
        Drain current = spool.drain();
        if (current != null) { // it may have waited for the rows that fell
            all.workers.execute(() -> spool.drainer.step(current));
        }
        List<StoredMessage> rows = back.rows();
        Set<Long> kept = rows.stream().map(StoredMessage::id).collect(toSet());
        List<Outbound> elsewhere = unsent.stream()
                .filter(stanza -> !kept.contains(stanza.arrival().id()))
                .toList();
        return new Owner.Left(
                rows.isEmpty() ? completedFuture(null) : back.removed().thenCompose(gone -> putBack(rows)), elsewhere);
    }

    /** See {@link Owner#received}. */
    void received(Recipient recipient, Collection<Long> ids) {
        Removal removal = spool.decide(() -> {
            List<Long> leased = ids.stream().filter(spool.leases::contains).toList();
            spool.copies.received(leased, recipient);
            List<Long> free = ids.stream().filter(id -> !leased.contains(id)).toList();
            return free.isEmpty() ? null : spool.removals.begin(free);
        });
        if (removal != null) {
            all.witness().fate(spool.jid, removal.ids(), Fate.PROVED, "to " + recipient.jid());
            spool.drainer.remove(removal);
        }
    }

    private Set<Long> addressedTo(Jid full, List<Outbound> unsent) {
        Set<Long> ids = new HashSet<>();
        for (Outbound stanza : unsent) {
            try {
                Element message = all.codec.parse(stanza.xml(), Namespaces.CLIENT);
                if (full.toString().equals(message.attribute("to"))) {
                    ids.add(stanza.arrival().id());
                }
            } catch (XmlStreamException e) {
                LOG.error(
                        "message {} for {} cannot be read back",
                        stanza.arrival().id(),
                        spool.jid);
                ids.add(stanza.arrival().id());
            }
        }
        return ids;
    }

    /** A message to the account was offered to every session that was present then; only those nobody has come back. */
    private List<StoredMessage> nobodyElseHas(Recipient recipient, List<Outbound> unsent, Set<Long> ownCopies) {
        List<StoredMessage> rows = new ArrayList<>(unsent.size());
        for (Outbound stanza : unsent) {
            Arrival arrival = stanza.arrival();
            boolean noRow = spool.copies.givenBack(arrival.id(), recipient);
            boolean elsewhere = !noRow
                    && !ownCopies.contains(arrival.id())
                    && spool.present.stream().anyMatch(p -> p.since() < arrival.id());
            if (!elsewhere) {
                byte[] stored = Tail.with(stanza.xml(), Tail.delay(arrival.receivedAt(), all.domain));
                rows.add(new StoredMessage(
                        arrival.id(),
                        spool.jid,
                        arrival.sender(),
                        arrival.receivedAt(),
                        null,
                        MessageKind.RETURNED,
                        stored));
            }
        }
        return rows;
    }

    private CompletionStage<Void> putBack(List<StoredMessage> rows) {
        spool.change(() -> spool.removals.forget(rows));
        CompletableFuture<Void> durable = new CompletableFuture<>();
        putBack(rows, 1, durable);
        return durable;
    }

    private void putBack(List<StoredMessage> rows, int attempt, CompletableFuture<Void> durable) {
        Set<Long> taken = ConcurrentHashMap.newKeySet();
        all.ask(delivery -> delivery.putBack(rows, row -> taken.add(row.id())))
                .whenCompleteAsync(
                        (done, problem) -> {
                            if (problem == null) {
                                stored(rows, attempt);
                                cameBack(attempt, durable);
                                return;
                            }
                            Map<Boolean, List<StoredMessage>> parts =
                                    rows.stream().collect(partitioningBy(row -> taken.contains(row.id())));
                            stored(parts.get(true), attempt);
                            notYet(parts.get(false), attempt, durable, problem);
                        },
                        all.workers);
    }

    private void stored(List<StoredMessage> rows, int attempt) {
        if (rows.isEmpty()) {
            return;
        }
        if (attempt > 1) {
            all.unstored.stored(rows);
        }
        all.witness().fate(spool.jid, ids(rows), Fate.RETURNED, "its session ended before it had it");
        if (attempt > TRIES_IN_ORDER) { // nobody waits for them any more
            all.arrived(spool.jid);
        }
    }

    private void cameBack(int attempt, CompletableFuture<Void> durable) {
        if (attempt <= TRIES_IN_ORDER) {
            spool.change(spool::cameBack);
        }
        durable.complete(null);
        spool.drainer.goOn();
    }

    private void notYet(List<StoredMessage> rows, int attempt, CompletableFuture<Void> durable, Throwable problem) {
        if (attempt == 1 && !all.unstored.admit(rows)) {
            LOG.error(
                    "{} messages that {} had not been given yet are lost: the store fails, and {} bytes that it"
                            + " should have taken wait in memory already",
                    rows.size(),
                    spool.jid,
                    Unstored.MOST_BYTES,
                    problem);
            all.witness().fate(spool.jid, ids(rows), Fate.LOST, "the store failed, and too much waits for it");
            spool.change(spool::cameBack);
            durable.completeExceptionally(problem);
            spool.drainer.goOn();
            return;
        }
        if (attempt % TRIES_IN_ORDER == 1) {
            LOG.warn(
                    "{} messages that {} had not been given yet cannot be stored now, trying on: {}",
                    rows.size(),
                    spool.jid,
                    problem.toString());
        }
        if (attempt == TRIES_IN_ORDER) { // later ones wait no longer
            spool.change(spool::cameBack);
            spool.drainer.goOn();
        }
        all.workers.after(RETRY, () -> putBack(rows, attempt + 1, durable));
    }

    private static List<Long> ids(List<StoredMessage> rows) {
        return rows.stream().map(StoredMessage::id).toList();
    }
}
