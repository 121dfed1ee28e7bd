package im.restante.internal.store.jdbc;

import im.restante.internal.store.jdbc.Operation.Append;
import im.restante.internal.store.jdbc.Operation.Appends;
import im.restante.internal.store.jdbc.Operation.Archiving;
import im.restante.internal.store.jdbc.Operation.Change;
import im.restante.internal.store.jdbc.Operation.Copy;
import im.restante.internal.store.jdbc.Operation.Removal;
import im.restante.internal.store.jdbc.Operation.Replacement;
import im.restante.internal.store.jdbc.Operation.TakeOwed;
import im.restante.internal.store.jdbc.Operation.Unarchiving;
import im.restante.internal.support.Amount;
import im.restante.internal.support.Checksum;
import im.restante.internal.support.Chunk;
import im.restante.jid.Jid;
import im.restante.store.Appended;
import im.restante.store.StoredMessage;
import im.restante.store.jdbc.Dialect;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The statements of one transaction of the writer. Verdicts are those of running the operations one after the other, but
 * statements carry many rows: a counter is written once per pair and owner, and verdicts inside the batch are reckoned from there.
 */
final class Transaction {
    private static final byte[] NO_BYTES = {};

    private final SqlSession session;
    private final Dialect dialect;
    private final AddressRows addresses;
    private final Partition partition;
    private final long largestBefore;
    private final boolean doubtful;
    private final OwedRows owed;
    private final NoteRows notes;
    private final ArchiveRows archive;

    private long largest;
    private long messages;

    /**
     * @param partition held; ids above its floor are not in the table, so nothing is asked about them
     * @param doubtful      a try of this batch failed: ask about every id, whatever is believed
     */
    Transaction(SqlSession session, Dialect dialect, Names names, Partition partition, boolean doubtful) {
        this.session = session;
        this.dialect = dialect;
        this.addresses = new AddressRows(session, dialect, names);
        this.partition = partition;
        this.largestBefore = partition.floor();
        this.doubtful = doubtful;
        this.largest = largestBefore;
        this.owed = new OwedRows(session, dialect, partition.owed());
        this.notes = new NoteRows(session, dialect, owed);
        this.archive = new ArchiveRows(session, dialect, largestBefore, doubtful);
    }

    /** Address rows made here; known to be there once this is committed. */
    Map<Key, Jid> newNames() {
        return addresses.made();
    }

    /** The largest id ever stored or owed, once this is committed. */
    long largest() {
        return largest;
    }

    /** The largest number ever given to what is owed, once this is committed. */
    long numbered() {
        return owed.numbered();
    }

    void run(List<Operation<?>> batch) throws SQLException {
        List<Append> appends = new ArrayList<>(batch.size());
        List<Removal> removals = new ArrayList<>();
        List<Copy> copies = new ArrayList<>();
        List<Unarchiving> unarchivings = new ArrayList<>();
        for (Operation<?> operation : batch) {
            if (operation instanceof Append append) {
                if (append.claim.begin()) {
                    appends.add(append);
                } else {
                    append.result(Appended.WITHDRAWN);
                }
            } else if (operation instanceof Appends bulk) {
                appends.addAll(bulk.each);
            } else if (operation instanceof Removal removal) {
                removals.add(removal);
            } else if (operation instanceof Archiving archiving) {
                copies.addAll(archiving.copies);
            } else if (operation instanceof Unarchiving unarchiving) {
                unarchivings.add(unarchiving);
            } else if (operation instanceof Change<?> change) {
                change.run(this);
            }
        }
        if (meet(appends, removals) || meet(appends, copies, unarchivings)) {
            for (Operation<?> operation : batch) {
                if (operation instanceof Append append) {
                    append(append.claim.begin() ? List.of(append) : List.of());
                } else if (operation instanceof Appends bulk) {
                    append(bulk.each);
                } else if (operation instanceof Removal removal) {
                    remove(List.of(removal));
                } else if (operation instanceof Archiving archiving) {
                    archive(archiving.copies);
                } else if (operation instanceof Unarchiving unarchiving) {
                    archive.remove(unarchiving);
                }
            }
        } else {
            remove(removals);
            append(appends);
            archive(copies);
            for (Unarchiving unarchiving : unarchivings) {
                archive.remove(unarchiving);
            }
        }
        for (Operation<?> operation : batch) { // none can meet an append: it replaces, or takes, what a reader has seen
            if (operation instanceof Replacement replacement) {
                replace(replacement);
            } else if (operation instanceof TakeOwed take) {
                append(owed.undecided(take));
            }
        }
        owed.end();
        if (messages != 0 || largest != largestBefore) {
            PreparedStatement update = session.prepare(Sql.COUNT_UP);
            update.setLong(1, messages);
            update.setLong(2, largest);
            update.setLong(3, largest);
            update.setInt(4, Partition.PART);
            update.executeUpdate();
        }
    }

    /** Whether a message is both stored and removed, so that the order of the two matters. */
    private static boolean meet(List<Append> appends, List<Removal> removals) {
        if (appends.isEmpty() || removals.isEmpty()) {
            return false;
        }
        Set<MessageKey> appended = new HashSet<>();
        for (Append append : appends) {
            appended.add(MessageKey.of(append));
        }
        for (Removal removal : removals) {
            for (Long id : removal.ids) {
                if (appended.contains(new MessageKey(removal.owner, id))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether copies are both put into an archive and removed from it. */
    private static boolean meet(List<Append> appends, List<Copy> copies, List<Unarchiving> removals) {
        if (removals.isEmpty()) {
            return false;
        }
        Set<Key> owners = new HashSet<>();
        copies.forEach(copy -> owners.add(copy.owner()));
        appends.stream().filter(append -> append.copy != null).forEach(append -> owners.add(append.copy.owner()));
        return removals.stream().anyMatch(removal -> owners.contains(removal.owner));
    }

    // ---- appending

    private void append(List<Append> appends) throws SQLException {
        if (appends.isEmpty()) {
            return;
        }
        Set<MessageKey> present = known(appends);
        Counters counters = new Counters(session, dialect);
        boolean distinct = present.isEmpty();
        for (Append append : appends) {
            boolean isNew = distinct || !present.contains(MessageKey.of(append));
            distinct &= counters.expect(append, isNew);
        }
        counters.raise();
        for (Append append : appends) {
            if (distinct) { // as good as always: no other message of the batch, and none in the table, has its id
                decided(append, counters);
            } else {
                decide(append, present, counters);
            }
        }
        for (Map.Entry<Key, Set<Long>> entry : counters.evicted().entrySet()) {
            messages -= delete(entry.getKey(), entry.getValue(), new HashMap<>());
        }
        List<Append> rows = counters.admitted();
        writeAddresses(rows);
        insertMessages(rows, archiveStored(appends));
        counters.correct();
        messages += rows.size();
    }

    /** Those of the ids that have a row. Ids grow, so hardly any needs a question. */
    private Set<MessageKey> known(List<Append> appends) throws SQLException {
        Set<MessageKey> known = new HashSet<>();
        for (Append append : appends) {
            long id = append.message.id();
            if (id <= largestBefore || doubtful) {
                PreparedStatement query = session.prepare(Sql.HAS_MESSAGE);
                query.setLong(1, id);
                query.setBytes(2, append.pair.owner().bytes());
                try (ResultSet row = query.executeQuery()) {
                    if (row.next()) {
                        known.add(MessageKey.of(append));
                    }
                }
            }
        }
        return known;
    }

    /** Those that have their row. */
    List<Append> stored(List<Append> appends) throws SQLException {
        Set<MessageKey> known = known(appends);
        return appends.stream()
                .filter(append -> known.contains(MessageKey.of(append)))
                .toList();
    }

    private void decide(Append append, Set<MessageKey> present, Counters counters) throws SQLException {
        MessageKey key = MessageKey.of(append);
        if (present.contains(key)) {
            append.result(Appended.stored());
            return;
        }
        if (!counters.expects(append)) { // its id was known under another pair and has just been evicted there
            throw new SQLException("id " + append.message.id() + " of one owner is used for two senders", "23000");
        }
        if (decided(append, counters) instanceof Appended.Stored stored) {
            stored.evicted().forEach(id -> present.remove(new MessageKey(append.pair.owner(), id)));
            present.add(key);
        }
    }

    private Appended decided(Append append, Counters counters) throws SQLException {
        Appended answer = counters.admit(append);
        if (answer instanceof Appended.Stored) {
            largest = Math.max(largest, append.message.id());
        }
        append.result(answer);
        return answer;
    }

    /** Keeps the copies of those that are stored. @return where copies were added, so that nothing else has their bytes */
    private Set<MessageKey> archiveStored(List<Append> appends) throws SQLException {
        List<Copy> copies = new ArrayList<>();
        for (Append append : appends) {
            if (append.copy != null && append.isStored()) {
                copies.add(append.copy);
            }
        }
        return archive(copies);
    }

    private Set<MessageKey> archive(List<Copy> copies) throws SQLException {
        if (copies.isEmpty()) {
            return Set.of();
        }
        for (Copy copy : copies) {
            addresses.need(copy.owner(), copy.message().owner());
            addresses.need(copy.peer(), copy.message().peer().bare());
            largest = Math.max(largest, copy.message().id());
        }
        addresses.write();
        return archive.insert(copies);
    }

    private void writeAddresses(List<Append> rows) throws SQLException {
        for (Append row : rows) {
            addresses.need(row.pair.owner(), row.message.owner());
            addresses.need(row.pair.sender(), row.message.sender());
        }
        addresses.write();
    }

    /** @param archived where the bytes of a message are those of its copy */
    private void insertMessages(List<Append> rows, Set<MessageKey> archived) throws SQLException {
        for (Chunk chunk : Chunk.of(rows.size(), dialect.rowsPerStatement())) {
            PreparedStatement statement = session.prepare("messages", chunk.size(), Sql::insertMessages);
            int at = 1;
            for (Append row : chunk.of(rows)) {
                if (row.copy != null && archived.contains(MessageKey.of(row.copy))) {
                    at = set(statement, at, row, NO_BYTES);
                    statement.setInt(at++, row.message.sizeBytes());
                } else {
                    at = set(statement, at, row, row.message.stanza());
                    statement.setNull(at++, Types.INTEGER);
                }
            }
            statement.executeUpdate();
            statement.clearParameters(); // or it would hold the stanzas until its next use
        }
    }

    /**
     * Sets the columns that every table of messages has.
     *
     * @param at     the first of them
     * @param stanza as this table keeps it
     * @return the one behind them
     */
    static int set(PreparedStatement statement, int at, Append row, byte[] stanza) throws SQLException {
        StoredMessage message = row.message;
        int next = at;
        statement.setLong(next++, message.id());
        statement.setBytes(next++, row.pair.owner().bytes());
        statement.setBytes(next++, row.pair.sender().bytes());
        statement.setLong(next++, millis(message.receivedAt()));
        if (message.expiresAt() == null) {
            statement.setNull(next++, Types.BIGINT);
        } else {
            statement.setLong(next++, millis(message.expiresAt()));
        }
        statement.setInt(next++, message.kind().code());
        statement.setInt(next++, Checksum.of(message.stanza()));
        statement.setBytes(next++, stanza);
        return next;
    }

    /** Instants reach further than milliseconds do; what is beyond is as good as never. */
    static long millis(Instant instant) {
        try {
            return instant.toEpochMilli();
        } catch (ArithmeticException e) {
            return instant.isAfter(Instant.EPOCH) ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
    }

    /** The first millisecond that is not before {@code instant}. */
    static long millisFrom(Instant instant) {
        long millis = millis(instant);
        return millis < Long.MAX_VALUE && instant.getNano() % 1_000_000 != 0 ? millis + 1 : millis;
    }

    // ---- removing

    private void remove(List<Removal> removals) throws SQLException {
        Map<Key, Set<Long>> byOwner = new HashMap<>();
        for (Removal removal : removals) {
            byOwner.computeIfAbsent(removal.owner, owner -> new TreeSet<>()).addAll(removal.ids);
            removal.result(null);
        }
        Map<Pair, Amount> gone = new HashMap<>();
        for (Map.Entry<Key, Set<Long>> entry : byOwner.entrySet()) {
            messages -= delete(entry.getKey(), entry.getValue(), gone);
        }
        new Counters(session, dialect).lower(gone);
    }

    /** Deletes rows; what is counted is what was there. @param gone gets it, by pair */
    private int delete(Key owner, Collection<Long> ids, Map<Pair, Amount> gone) throws SQLException {
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
                    gone.merge(new Pair(owner, Key.read(row.getBytes(1))), new Amount(1, row.getLong(2)), Amount::plus);
                }
            }
        }
        return deleted;
    }

    /** Whether it was there. */
    private boolean remove(Key owner, long id) throws SQLException {
        Map<Pair, Amount> gone = new HashMap<>();
        int deleted = delete(owner, List.of(id), gone);
        messages -= deleted;
        new Counters(session, dialect).lower(gone);
        return deleted > 0;
    }

    private void replace(Replacement replacement) throws SQLException {
        boolean there = remove(replacement.owner, replacement.id);
        replacement.result(there);
        if (there) {
            append(replacement.successors);
            owe(replacement.owed);
        }
    }

    private void owe(List<Append> rows) throws SQLException {
        writeAddresses(rows);
        owed.insert(rows);
        for (Append row : rows) {
            largest = Math.max(largest, row.message.id());
        }
    }

    /** Moves a row that cannot be read into quarantine, out of its neighbours' way. */
    Void setAside(Key owner, long id, String reason) throws SQLException {
        PreparedStatement copy = session.prepare(Sql.QUARANTINE);
        copy.setString(1, reason);
        copy.setLong(2, id);
        copy.setBytes(3, owner.bytes());
        copy.executeUpdate();
        remove(owner, id);
        return null;
    }

    // ---- for changes

    SqlSession session() {
        return session;
    }

    OwedRows owed() {
        return owed;
    }

    NoteRows notes() {
        return notes;
    }

    ArchiveRows archive() {
        return archive;
    }

    /** Keeps ids for this server. @return up to where they are kept */
    long reserve(long upTo) throws SQLException {
        return partition.reserve(session, upTo);
    }
}
