package im.restante.internal.store.jdbc;

import im.restante.internal.store.jdbc.Operation.Append;
import im.restante.internal.support.Amount;
import im.restante.internal.support.Chunk;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.Appended.Limit;
import im.restante.store.OwnerLimit;
import im.restante.store.Usage;
import im.restante.store.jdbc.Dialect;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;

/**
 * What pairs and owners have, as one step of a transaction changes it. For appends: first {@link #expect} all of them, then {@link
 * #raise}, which adds them to the counters, many rows a statement, and learns what those were; then {@link #admit} one after the other,
 * which reckons from there; at last {@link #correct} the few counters that came out otherwise.
 */
final class Counters {
    private static final Appended STORED = Appended.stored();

    private final SqlSession session;
    private final Dialect dialect;
    private final Map<Pair, OfPair> pairs = new HashMap<>();
    private final Map<Key, OfOwner> owners = new HashMap<>();
    private final Map<Key, Set<Long>> evicted = new HashMap<>();
    private final List<Append> expected = new ArrayList<>();
    /** What is to be inserted, in the order in which it was decided. */
    private final List<Append> admitted = new ArrayList<>();

    Counters(SqlSession session, Dialect dialect) {
        this.session = session;
        this.dialect = dialect;
    }

    /** What one pair has. */
    static final class OfPair {
        /** Messages of this step that may be stored. */
        private int candidates;
        /** Whether anything depends on how many it has; if not, {@link #written} and {@link #now} count from 0 until it is asked. */
        private boolean limited;
        /** As the table has it after the candidates were added. */
        private long written;
        /** As the messages so far make it. */
        private long now;
        /** Rows of the table that may be evicted, oldest first; null before they are needed. */
        private Deque<Row> oldest;
        /** The last id that was read into {@link #oldest}. */
        private long readTo;
        /** Messages of this step that are to be inserted, and may be evicted; null before that is asked. */
        private TreeMap<Long, Append> pending;
    }

    /** What one owner has. */
    static final class OfOwner {
        /** What may be stored of this step. */
        private long candidates;

        private long candidateBytes;
        /** The largest id of these. */
        private long last;
        /** As the table has it after the candidates were added. */
        private Amount written = Amount.NONE;
        /** As the messages so far make it. */
        private long messages;

        private long bytes;

        private Usage usage() {
            return Usage.of(Math.max(0, messages)).withBytes(Math.max(0, bytes));
        }
    }

    /** A message that may make room. @param pending it, if it is of this step; else null */
    private record Row(long id, long bytes, Append pending) {}

    /**
     * Counts it among the candidates, if it is not one already.
     *
     * @param isNew whether the table has no such row
     * @return whether it is the only one of its id, as far as its owner's ids tell
     */
    boolean expect(Append append, boolean isNew) {
        append.ofPair = null;
        append.ofOwner = null;
        if (!isNew) {
            return false;
        }
        OfOwner owner = owners.computeIfAbsent(append.pair.owner(), key -> new OfOwner());
        long id = append.message.id();
        boolean grows = owner.candidates == 0 || id > owner.last;
        if (!grows && isExpected(append)) {
            return false;
        }
        OfPair pair = pairs.computeIfAbsent(append.pair, key -> new OfPair());
        append.ofOwner = owner;
        append.ofPair = pair;
        pair.candidates++;
        pair.limited |= append.admission.limit() >= 0 || append.admission.onFull() != OnFull.REFUSE;
        owner.candidates++;
        owner.candidateBytes += append.message.sizeBytes();
        owner.last = grows ? id : owner.last;
        expected.add(append);
        return true;
    }

    /** Hardly ever asked: the ids of an owner grow. */
    private boolean isExpected(Append append) {
        return expected.stream()
                .anyMatch(one -> one.message.id() == append.message.id()
                        && one.pair.owner().equals(append.pair.owner()));
    }

    /** Whether there is somewhere to count it: it was expected, or another one of its pair was. */
    boolean expects(Append append) {
        if (append.ofPair == null) {
            append.ofPair = pairs.get(append.pair);
            append.ofOwner = owners.get(append.pair.owner());
        }
        return append.ofPair != null;
    }

    /** Adds what is expected, which locks the counters against other writers. */
    void raise() throws SQLException {
        raise(sorted(true), "counters", rows -> dialect.addToCounters(rows) + Sql.RETURNING_COUNTERS);
        raise(sorted(false), "counters that nobody looks at", dialect::addToCounters);
        List<Key> ofOwners = owners.keySet().stream().sorted().toList();
        for (Chunk chunk : Chunk.of(ofOwners.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare("totals", chunk.size(), dialect::addToTotals);
            int at = 1;
            for (Key owner : chunk.of(ofOwners)) {
                OfOwner total = owners.get(owner);
                statement.setBytes(at++, owner.bytes());
                statement.setLong(at++, total.candidates);
                statement.setLong(at++, total.candidateBytes);
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    OfOwner total = owners.get(Key.read(row.getBytes(1)));
                    total.written = new Amount(row.getLong(2), row.getLong(3));
                    total.messages = total.written.messages() - total.candidates;
                    total.bytes = total.written.bytes() - total.candidateBytes;
                }
            }
        }
    }

    /** Sorted, so that all nodes lock them in the same order. */
    private List<Pair> sorted(boolean limited) {
        return pairs.entrySet().stream()
                .filter(one -> one.getValue().limited == limited)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    /** To read what a counter is now costs as much as to raise it. */
    private void raise(List<Pair> some, String name, IntFunction<String> sql) throws SQLException {
        for (Chunk chunk : Chunk.of(some.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare(name, chunk.size(), sql);
            int at = 1;
            for (Pair pair : chunk.of(some)) {
                OfPair count = pairs.get(pair);
                count.written = count.candidates;
                statement.setBytes(at++, pair.owner().bytes());
                statement.setBytes(at++, pair.sender().bytes());
                statement.setInt(at++, count.candidates);
            }
            if (!statement.execute()) {
                continue; // nobody looks at them
            }
            try (ResultSet row = statement.getResultSet()) {
                while (row.next()) {
                    OfPair count = pairs.get(new Pair(Key.read(row.getBytes(1)), Key.read(row.getBytes(2))));
                    count.written = row.getLong(3);
                    count.now = count.written - count.candidates;
                }
            }
        }
    }

    /** Counts a pair from what it really has. */
    private void look(Pair key, OfPair pair) throws SQLException {
        if (pair.limited) {
            return;
        }
        pair.limited = true;
        PreparedStatement query = session.prepare(Sql.USAGE_OF_PAIR);
        query.setBytes(1, key.owner().bytes());
        query.setBytes(2, key.sender().bytes());
        try (ResultSet row = query.executeQuery()) {
            long before = row.next() ? row.getLong(1) - pair.candidates : 0;
            pair.written += before;
            pair.now += before;
        }
    }

    /** Decides about one that is expected, and whose row is not there. Nothing is written. */
    Appended admit(Append append) throws SQLException {
        OfPair pair = append.ofPair;
        OfOwner owner = append.ofOwner;
        List<Long> gone = List.of();
        Limit reached = reached(append, pair, owner);
        if (reached != null) {
            look(append.pair, pair);
            Usage ofPair = Usage.of(Math.max(0, pair.now));
            Usage ofOwner = owner.usage();
            List<Row> victims = new ArrayList<>();
            reached = stillReached(reached, append, pair, owner, victims);
            if (reached != null) {
                return Appended.full(reached, ofPair, ofOwner);
            }
            gone = evict(append.pair.owner(), victims);
        }
        pair.now++;
        owner.messages++;
        owner.bytes += append.message.sizeBytes();
        admitted.add(append);
        if (pair.pending != null) {
            pair.pending.put(append.message.id(), append);
        }
        return gone.isEmpty() ? STORED : Appended.stored(gone);
    }

    /** Null: it fits. */
    private static Limit reached(Append append, OfPair pair, OfOwner owner) {
        Admission terms = append.admission;
        if (terms.limit() >= 0 && pair.now >= terms.limit()) {
            return Limit.PAIR;
        }
        return reached(terms.total(), owner.messages + 1, owner.bytes + append.message.sizeBytes());
    }

    private static Limit reached(OwnerLimit limit, long messages, long bytes) {
        if (limit.allows(messages, bytes)) {
            return null;
        }
        return limit.allows(messages, 0) ? Limit.OWNER_BYTES : Limit.OWNER_MESSAGES;
    }

    /**
     * Takes away the oldest of a pair until one more fits.
     *
     * @param victims gets them, oldest first
     * @return null; or what stands against it all the same, and then nothing is taken away
     */
    private Limit stillReached(Limit reached, Append append, OfPair pair, OfOwner owner, List<Row> victims)
            throws SQLException {
        Admission terms = append.admission;
        if (terms.onFull() == OnFull.REFUSE || terms.limit() == 0) {
            return reached;
        }
        Limit whateverGoes = reached(terms.total(), owner.messages - pair.now + 1, append.message.sizeBytes());
        if (whateverGoes != null) {
            return whateverGoes;
        }
        Limit still = reached;
        while (still != null) {
            Row oldest = takeOldest(append.pair, pair);
            if (oldest == null) {
                pair.now = 0; // if it was not, the counter said more than there is
                still = reached(append, pair, owner);
                break;
            }
            victims.add(oldest);
            pair.now--;
            owner.messages--;
            owner.bytes -= oldest.bytes();
            still = reached(append, pair, owner);
        }
        if (still != null) {
            requeue(pair, owner, victims);
        }
        return still;
    }

    private static void requeue(OfPair pair, OfOwner owner, List<Row> victims) {
        for (int i = victims.size() - 1; i >= 0; i--) {
            Row victim = victims.get(i);
            if (victim.pending() == null) {
                pair.oldest.addFirst(victim);
            } else {
                pair.pending.put(victim.id(), victim.pending());
            }
            pair.now++;
            owner.messages++;
            owner.bytes += victim.bytes();
        }
    }

    private List<Long> evict(Key owner, List<Row> victims) {
        for (Row victim : victims) {
            if (victim.pending() == null) {
                evicted.computeIfAbsent(owner, key -> new TreeSet<>()).add(victim.id());
            } else {
                admitted.remove(victim.pending());
            }
        }
        return victims.stream().map(Row::id).toList();
    }

    /** Null: there is none. */
    private Row takeOldest(Pair key, OfPair pair) throws SQLException {
        if (pair.oldest == null || pair.oldest.isEmpty()) {
            readOldest(key, pair);
        }
        if (pair.pending == null) {
            pair.pending = new TreeMap<>();
            admitted.stream().filter(one -> one.ofPair == pair).forEach(one -> pair.pending.put(one.message.id(), one));
        }
        Row row = pair.oldest.peek();
        Map.Entry<Long, Append> pending = pair.pending.firstEntry();
        if (row != null && (pending == null || row.id() < pending.getKey())) {
            return pair.oldest.poll();
        }
        if (pending == null) {
            return null;
        }
        pair.pending.pollFirstEntry();
        return new Row(pending.getKey(), pending.getValue().message.sizeBytes(), pending.getValue());
    }

    private void readOldest(Pair key, OfPair pair) throws SQLException {
        pair.oldest = new ArrayDeque<>();
        PreparedStatement query = session.prepare(Sql.OLDEST_OF_PAIR);
        query.setBytes(1, key.owner().bytes());
        query.setBytes(2, key.sender().bytes());
        query.setLong(3, pair.readTo);
        query.setInt(4, Math.max(16, pair.candidates));
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                pair.readTo = row.getLong(1);
                pair.oldest.add(new Row(pair.readTo, row.getLong(2), null));
            }
        }
    }

    /** Rows of the table that are to be deleted, by owner. */
    Map<Key, Set<Long>> evicted() {
        return evicted;
    }

    /** What is to be inserted, by id. */
    List<Append> admitted() {
        admitted.sort((one, other) -> Long.compare(one.message.id(), other.message.id()));
        return admitted;
    }

    /** The rare counters whose candidates were not all stored, or cost others their place. */
    void correct() throws SQLException {
        Map<Pair, Long> otherPairs = new TreeMap<>();
        pairs.forEach((pair, count) -> {
            if (count.now != count.written) {
                otherPairs.put(pair, count.now - count.written);
            }
        });
        Map<Key, Amount> otherOwners = new TreeMap<>();
        owners.forEach((owner, total) -> {
            Amount now = new Amount(total.messages, total.bytes);
            if (!now.equals(total.written)) {
                otherOwners.put(owner, now.minus(total.written));
            }
        });
        for (Map.Entry<Pair, Long> entry : otherPairs.entrySet()) {
            change(entry.getKey(), entry.getValue());
        }
        for (Map.Entry<Key, Amount> entry : otherOwners.entrySet()) {
            change(entry.getKey(), entry.getValue());
        }
    }

    /** Takes off what was deleted of each pair. */
    void lower(Map<Pair, Amount> gone) throws SQLException {
        Map<Key, Amount> ofOwners = new TreeMap<>();
        for (Pair pair : gone.keySet().stream().sorted().toList()) {
            Amount amount = gone.get(pair);
            change(pair, -amount.messages());
            ofOwners.merge(pair.owner(), amount, Amount::plus);
        }
        for (Map.Entry<Key, Amount> entry : ofOwners.entrySet()) {
            change(entry.getKey(), Amount.NONE.minus(entry.getValue()));
        }
    }

    private void change(Pair pair, long delta) throws SQLException {
        if (delta < 0) {
            PreparedStatement delete = session.prepare(Sql.DELETE_COUNTER);
            delete.setBytes(1, pair.owner().bytes());
            delete.setBytes(2, pair.sender().bytes());
            delete.setLong(3, -delta);
            if (delete.executeUpdate() != 0) {
                return;
            }
        }
        if (delta != 0) {
            PreparedStatement update = session.prepare(Sql.CHANGE_COUNTER);
            update.setLong(1, delta);
            update.setBytes(2, pair.owner().bytes());
            update.setBytes(3, pair.sender().bytes());
            update.executeUpdate();
        }
    }

    private void change(Key owner, Amount delta) throws SQLException {
        if (delta.messages() < 0) {
            PreparedStatement delete = session.prepare(Sql.DELETE_TOTAL);
            delete.setBytes(1, owner.bytes());
            delete.setLong(2, -delta.messages());
            if (delete.executeUpdate() != 0) {
                return;
            }
        }
        if (!delta.equals(Amount.NONE)) {
            PreparedStatement update = session.prepare(Sql.CHANGE_TOTAL);
            update.setLong(1, delta.messages());
            update.setLong(2, delta.bytes());
            update.setBytes(3, owner.bytes());
            update.executeUpdate();
        }
    }
}
