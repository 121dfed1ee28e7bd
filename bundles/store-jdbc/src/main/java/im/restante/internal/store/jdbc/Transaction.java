package im.restante.internal.store.jdbc;

import im.restante.internal.store.jdbc.Operation.Append;
import im.restante.internal.store.jdbc.Operation.Appends;
import im.restante.internal.store.jdbc.Operation.Removal;
import im.restante.internal.store.jdbc.Operation.Replacement;
import im.restante.internal.store.jdbc.Operation.SetAside;
import im.restante.internal.store.jdbc.Operation.UserChange;
import im.restante.jid.Jid;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import im.restante.store.jdbc.Dialect;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The statements of one transaction of the writer. Verdicts are those of running the operations one after the other, but
 * statements carry many rows: a counter is written once per pair, and verdicts inside the batch are reckoned from there.
 */
final class Transaction {
    private final Session session;
    private final Dialect dialect;
    private final Names names;
    private final long largestBefore;
    private final boolean doubtful;

    private final Map<Key, Jid> newNames = new LinkedHashMap<>();
    private long largest;
    private long messages;

    /**
     * @param largestBefore ids above it are not in the table, so nothing is asked about them
     * @param doubtful      a try of this batch failed: ask about every id, whatever is believed
     */
    Transaction(Session session, Dialect dialect, Names names, long largestBefore, boolean doubtful) {
        this.session = session;
        this.dialect = dialect;
        this.names = names;
        this.largestBefore = largestBefore;
        this.doubtful = doubtful;
        this.largest = largestBefore;
    }

    /** Address rows made here; known to be there once this is committed. */
    Map<Key, Jid> newNames() {
        return newNames;
    }

    /** The largest id ever stored, once this is committed. */
    long largest() {
        return largest;
    }

    void run(List<Operation<?>> batch) throws SQLException {
        List<Append> appends = new ArrayList<>(batch.size());
        List<Removal> removals = new ArrayList<>();
        for (Operation<?> operation : batch) {
            if (operation instanceof Append append) {
                appends.add(append);
            } else if (operation instanceof Appends bulk) {
                appends.addAll(bulk.each);
            } else if (operation instanceof Removal removal) {
                removals.add(removal);
            } else if (operation instanceof SetAside setAside) {
                setAside(setAside);
            } else if (operation instanceof UserChange change) {
                change.result(change.work.run(session));
            }
        }
        if (meet(appends, removals)) {
            for (Operation<?> operation : batch) {
                if (operation instanceof Append append) {
                    append(List.of(append));
                } else if (operation instanceof Appends bulk) {
                    append(bulk.each);
                } else if (operation instanceof Removal removal) {
                    remove(List.of(removal));
                }
            }
        } else {
            remove(removals);
            append(appends);
        }
        for (Operation<?> operation : batch) { // none can meet an append: it replaces what a reader has seen
            if (operation instanceof Replacement replacement) {
                replace(replacement);
            }
        }
        if (messages != 0 || largest != largestBefore) {
            PreparedStatement update = session.prepare(Sql.UPDATE_STATE);
            update.setLong(1, messages);
            update.setLong(2, largest);
            update.setLong(3, largest);
            update.executeUpdate();
        }
    }

    /** Whether an id is both stored and removed, so that the order of the two matters. */
    private static boolean meet(List<Append> appends, List<Removal> removals) {
        if (appends.isEmpty() || removals.isEmpty()) {
            return false;
        }
        Set<Long> appended = new HashSet<>();
        for (Append append : appends) {
            appended.add(append.message.id());
        }
        for (Removal removal : removals) {
            for (Long id : removal.ids) {
                if (appended.contains(id)) {
                    return true;
                }
            }
        }
        return false;
    }

    // ---- appending

    /** What one pair has during this transaction. */
    private static final class Count {
        /** Messages of this batch that may be stored. */
        int candidates;
        /** As the table has it after the candidates were added. */
        long written;
        /** As the operations so far make it. */
        long now;
        /** Rows of the table that may be evicted, oldest first; null before they are needed. */
        Deque<Long> oldest;
        /** The last id that was read into {@link #oldest}. */
        long readTo;
        /** Messages of this batch that are to be inserted. */
        final TreeMap<Long, StoredMessage> pending = new TreeMap<>();
    }

    private void append(List<Append> appends) throws SQLException {
        if (appends.isEmpty()) {
            return;
        }
        Set<Long> present = known(appends);
        Map<Pair, Count> counts = new HashMap<>();
        Set<Long> seen = new HashSet<>(present);
        for (Append append : appends) {
            if (seen.add(append.message.id())) {
                counts.computeIfAbsent(append.pair, pair -> new Count()).candidates++;
            }
        }
        List<Pair> pairs = counts.keySet().stream().sorted().toList();
        addToCounters(pairs, counts);
        Map<Key, Set<Long>> evicted = new HashMap<>();
        for (Append append : appends) {
            decide(append, present, counts, evicted);
        }
        for (Map.Entry<Key, Set<Long>> entry : evicted.entrySet()) {
            messages -= delete(entry.getKey(), entry.getValue(), null);
        }
        List<StoredMessage> rows = new ArrayList<>(appends.size());
        Map<Long, Pair> keys = new HashMap<>();
        for (Pair pair : pairs) {
            for (StoredMessage message : counts.get(pair).pending.values()) {
                rows.add(message);
                keys.put(message.id(), pair);
            }
        }
        rows.sort((a, b) -> Long.compare(a.id(), b.id()));
        insertAddresses(rows, keys);
        insertMessages(rows, keys);
        correctCounters(pairs, counts);
        messages += rows.size();
    }

    /** Those of the ids that have a row. Ids grow, so hardly any needs a question. */
    private Set<Long> known(List<Append> appends) throws SQLException {
        Set<Long> known = new HashSet<>();
        for (Append append : appends) {
            long id = append.message.id();
            if (id <= largestBefore || doubtful) {
                PreparedStatement query = session.prepare(Sql.HAS_MESSAGE);
                query.setLong(1, id);
                try (ResultSet row = query.executeQuery()) {
                    if (row.next()) {
                        known.add(id);
                    }
                }
            }
        }
        return known;
    }

    /** Adds the candidates of every pair, which locks its counter against other writers, and learns what it was. */
    private void addToCounters(List<Pair> pairs, Map<Pair, Count> counts) throws SQLException {
        for (Chunk chunk : Chunk.of(pairs.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare("counters", chunk.size(), dialect::addToCounters);
            int at = 1;
            for (Pair pair : chunk.of(pairs)) {
                statement.setBytes(at++, pair.owner().bytes());
                statement.setBytes(at++, pair.sender().bytes());
                statement.setInt(at++, counts.get(pair).candidates);
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Pair pair = new Pair(Key.read(row.getBytes(1)), Key.read(row.getBytes(2)));
                    Count count = counts.get(pair);
                    count.written = row.getLong(3);
                    count.now = count.written - count.candidates;
                }
            }
        }
    }

    private void decide(Append append, Set<Long> present, Map<Pair, Count> counts, Map<Key, Set<Long>> evicted)
            throws SQLException {
        StoredMessage message = append.message;
        if (present.contains(message.id())) {
            append.result(new Appended.Stored(List.of()));
            return;
        }
        Count count = counts.get(append.pair);
        if (count == null) { // its id was known under another pair and has just been evicted there
            throw new SQLException("id " + message.id() + " is used for two pairs");
        }
        int limit = append.admission.limit();
        List<Long> gone = List.of();
        if (limit >= 0 && count.now >= limit) {
            if (limit == 0 || append.admission.onFull() == OnFull.REFUSE) {
                append.result(new Appended.Full(new Usage(Math.max(0, count.now), -1, null)));
                return;
            }
            gone = evict(append.pair, count, limit, evicted);
            present.removeAll(gone);
        }
        count.now++;
        count.pending.put(message.id(), message);
        present.add(message.id());
        largest = Math.max(largest, message.id());
        append.result(new Appended.Stored(gone));
    }

    /** Takes away the oldest of a pair until one more fits. */
    private List<Long> evict(Pair pair, Count count, int limit, Map<Key, Set<Long>> evicted) throws SQLException {
        List<Long> gone = new ArrayList<>();
        while (count.now >= limit) {
            if (count.oldest == null || count.oldest.isEmpty()) {
                readOldest(pair, count);
            }
            Long row = count.oldest.peek();
            Long pending = count.pending.isEmpty() ? null : count.pending.firstKey();
            if (row == null && pending == null) {
                count.now = 0; // the counter said more than there is
                break;
            }
            if (row != null && (pending == null || row < pending)) {
                gone.add(count.oldest.poll());
                evicted.computeIfAbsent(pair.owner(), owner -> new TreeSet<>()).add(row);
            } else {
                gone.add(pending);
                count.pending.remove(pending);
            }
            count.now--;
        }
        return gone;
    }

    private void readOldest(Pair pair, Count count) throws SQLException {
        count.oldest = new ArrayDeque<>();
        PreparedStatement query = session.prepare(Sql.OLDEST_OF_PAIR);
        query.setBytes(1, pair.owner().bytes());
        query.setBytes(2, pair.sender().bytes());
        query.setLong(3, count.readTo);
        query.setInt(4, Math.max(16, count.candidates));
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                count.readTo = row.getLong(1);
                count.oldest.add(count.readTo);
            }
        }
    }

    private void insertAddresses(List<StoredMessage> rows, Map<Long, Pair> keys) throws SQLException {
        Map<Key, Jid> missing = new LinkedHashMap<>();
        for (StoredMessage message : rows) {
            Pair pair = keys.get(message.id());
            note(pair.owner(), message.owner(), missing);
            note(pair.sender(), message.sender(), missing);
        }
        List<Map.Entry<Key, Jid>> entries = List.copyOf(missing.entrySet());
        for (Chunk chunk : Chunk.of(entries.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare("addresses", chunk.size(), dialect::insertAddresses);
            int at = 1;
            for (Map.Entry<Key, Jid> entry : chunk.of(entries)) {
                statement.setBytes(at++, entry.getKey().bytes());
                statement.setString(at++, entry.getValue().toString());
            }
            statement.executeUpdate();
        }
        newNames.putAll(missing);
    }

    private void note(Key key, Jid jid, Map<Key, Jid> missing) {
        if (names.get(key) == null && !newNames.containsKey(key)) {
            missing.put(key, jid);
        }
    }

    private void insertMessages(List<StoredMessage> rows, Map<Long, Pair> keys) throws SQLException {
        for (Chunk chunk : Chunk.of(rows.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare("messages", chunk.size(), Sql::insertMessages);
            int at = 1;
            for (StoredMessage message : chunk.of(rows)) {
                Pair pair = keys.get(message.id());
                statement.setLong(at++, message.id());
                statement.setBytes(at++, pair.owner().bytes());
                statement.setBytes(at++, pair.sender().bytes());
                statement.setLong(at++, millis(message.receivedAt()));
                if (message.expiresAt() == null) {
                    statement.setNull(at++, Types.BIGINT);
                } else {
                    statement.setLong(at++, millis(message.expiresAt()));
                }
                statement.setInt(at++, message.kind().code());
                statement.setInt(at++, Checksum.of(message.stanza()));
                statement.setBytes(at++, message.stanza());
            }
            statement.executeUpdate();
            statement.clearParameters(); // or it would hold the stanzas until its next use
        }
    }

    /** Instants reach further than milliseconds do; what is beyond is as good as never. */
    static long millis(Instant instant) {
        try {
            return instant.toEpochMilli();
        } catch (ArithmeticException e) {
            return instant.isAfter(Instant.EPOCH) ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
    }

    /** The rare pairs whose candidates were not all stored, or cost others their place. */
    private void correctCounters(List<Pair> pairs, Map<Pair, Count> counts) throws SQLException {
        for (Pair pair : pairs) {
            Count count = counts.get(pair);
            if (count.now != count.written) {
                addToCounter(pair, count.now - count.written);
            }
        }
    }

    private void addToCounter(Pair pair, long delta) throws SQLException {
        PreparedStatement update = session.prepare(Sql.CHANGE_COUNTER);
        update.setLong(1, delta);
        update.setBytes(2, pair.owner().bytes());
        update.setBytes(3, pair.sender().bytes());
        update.executeUpdate();
        if (delta < 0) {
            PreparedStatement delete = session.prepare(Sql.DELETE_EMPTY_COUNTER);
            delete.setBytes(1, pair.owner().bytes());
            delete.setBytes(2, pair.sender().bytes());
            delete.executeUpdate();
        }
    }

    // ---- removing

    private void remove(List<Removal> removals) throws SQLException {
        Map<Key, Set<Long>> byOwner = new HashMap<>();
        for (Removal removal : removals) {
            byOwner.computeIfAbsent(removal.owner, owner -> new TreeSet<>()).addAll(removal.ids);
            removal.result(null);
        }
        Map<Pair, Integer> gone = new HashMap<>();
        for (Map.Entry<Key, Set<Long>> entry : byOwner.entrySet()) {
            messages -= delete(entry.getKey(), entry.getValue(), gone);
        }
        for (Pair pair : gone.keySet().stream().sorted().toList()) {
            addToCounter(pair, -gone.get(pair));
        }
    }

    /** Deletes rows; what is counted is what was there. @param gone where to count them per pair; null: the caller does */
    private int delete(Key owner, Collection<Long> ids, Map<Pair, Integer> gone) throws SQLException {
        List<Long> all = List.copyOf(ids);
        int deleted = 0;
        for (Chunk chunk : Chunk.of(all.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare("removals", chunk.size(), Sql::deleteMessages);
            int at = 1;
            statement.setBytes(at++, owner.bytes());
            for (Long id : chunk.of(all)) {
                statement.setLong(at++, id);
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    deleted++;
                    if (gone != null) {
                        gone.merge(new Pair(owner, Key.read(row.getBytes(1))), 1, Integer::sum);
                    }
                }
            }
        }
        return deleted;
    }

    private void replace(Replacement replacement) throws SQLException {
        Map<Pair, Integer> gone = new HashMap<>();
        boolean there = delete(replacement.owner, List.of(replacement.id), gone) > 0;
        replacement.result(there);
        for (Map.Entry<Pair, Integer> entry : gone.entrySet()) {
            messages--;
            addToCounter(entry.getKey(), -entry.getValue());
        }
        if (there) {
            append(replacement.successors);
        }
    }

    private void setAside(SetAside row) throws SQLException {
        PreparedStatement copy = session.prepare(Sql.QUARANTINE);
        copy.setString(1, row.reason);
        copy.setLong(2, row.id);
        copy.executeUpdate();
        row.result(null);
        Map<Pair, Integer> gone = new HashMap<>();
        messages -= delete(row.owner, List.of(row.id), gone);
        for (Map.Entry<Pair, Integer> entry : gone.entrySet()) {
            addToCounter(entry.getKey(), -entry.getValue());
        }
    }
}
