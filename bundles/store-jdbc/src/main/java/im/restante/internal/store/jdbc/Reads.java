package im.restante.internal.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.internal.store.jdbc.Operation.Change;
import im.restante.internal.support.Checksum;
import im.restante.internal.support.Printable;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import im.restante.store.MessageKind;
import im.restante.store.Owed;
import im.restante.store.SenderUsage;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions to the message tables. */
public final class Reads {
    private static final Logger LOG = LoggerFactory.getLogger(Reads.class);

    /**
     * What the first statement of a page asks for; each further one asks for four times as many. For a driver may take a whole
     * answer into memory, however few of its rows the page has room for.
     */
    static final int FIRST_ROWS = 16;

    private final Names names;
    private final Consumer<Operation<?>> writer;

    /** @param writer takes rows to be set aside; null: nothing is done about rows that cannot be read */
    Reads(Names names, Consumer<Operation<?>> writer) {
        this.names = names;
        this.writer = writer;
    }

    public List<StoredMessage> page(SqlSession session, Jid owner, long afterId, int rows, long bytes)
            throws SQLException {
        PreparedStatement query = session.prepare(Sql.PAGE);
        query.setBytes(1, Key.of(owner).bytes());
        return page(
                query,
                1,
                afterId,
                rows,
                bytes,
                row -> read(session, row, owner, Reads::setAside),
                StoredMessage::sizeBytes);
    }

    public List<Owed> owed(SqlSession session, int part, long afterNumber, int rows, long bytes) throws SQLException {
        PreparedStatement query = session.prepare(Sql.OWED);
        query.setInt(1, part);
        return page(
                query,
                9,
                afterNumber,
                rows,
                bytes,
                row -> owed(session, row),
                owed -> owed.message().sizeBytes());
    }

    private Owed owed(SqlSession session, ResultSet row) throws SQLException {
        long number = row.getLong(9);
        StoredMessage message = read(session, row, null, (at, reason) -> setAside(OwedTable.MESSAGES, number, reason));
        return message == null ? null : new Owed(number, message);
    }

    public List<OwedNote> notes(SqlSession session, int part, long afterNumber, int rows, long bytes)
            throws SQLException {
        PreparedStatement query = session.prepare(Sql.NOTES);
        query.setInt(1, part);
        return page(
                query,
                1,
                afterNumber,
                rows,
                bytes,
                this::note,
                owed -> owed.note().text().getBytes(UTF_8).length);
    }

    private OwedNote note(ResultSet row) throws SQLException {
        long number = row.getLong(1);
        try {
            return new OwedNote(number, new Note(Jid.of(row.getString(2)), Jid.of(row.getString(3)), row.getString(4)));
        } catch (IllegalArgumentException e) {
            String reason = Printable.line(
                    "a note of " + row.getString(2) + " for " + row.getString(3) + ": " + e.getMessage());
            LOG.error("Note {} cannot be read: {}. It is moved to the table om_quarantine", number, reason);
            writer.accept(setAside(OwedTable.NOTES, number, reason));
            return null;
        }
    }

    /** Makes a value of a row; null if it cannot. */
    @FunctionalInterface
    private interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /**
     * @param query     its first parameter is set; the others are the place behind which it begins, and how many rows
     * @param placedBy column of a row's place
     */
    private static <T> List<T> page(
            PreparedStatement query,
            int placedBy,
            long behind,
            int rows,
            long bytes,
            RowReader<T> reader,
            ToIntFunction<T> sizeOf)
            throws SQLException {
        int most = Math.max(1, rows);
        List<T> page = new ArrayList<>();
        long size = 0;
        long after = behind;
        int asked = Math.min(most, FIRST_ROWS);
        while (true) {
            query.setLong(2, after);
            query.setInt(3, asked);
            int read = 0;
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    read++;
                    after = row.getLong(placedBy);
                    T value = reader.read(row);
                    if (value == null) {
                        continue;
                    }
                    size += sizeOf.applyAsInt(value);
                    if (!page.isEmpty() && size > bytes) {
                        return page;
                    }
                    page.add(value);
                    if (page.size() == most) {
                        return page;
                    }
                }
            }
            if (read < asked || !page.isEmpty() && size >= bytes) {
                return page;
            }
            asked = (int) Math.min(most - page.size(), 4L * asked);
        }
    }

    public List<StoredMessage> expired(SqlSession session, Instant now, int max) throws SQLException {
        PreparedStatement query = session.prepare(Sql.EXPIRED);
        int most = Math.max(1, max);
        List<StoredMessage> found = new ArrayList<>();
        long expires = Long.MIN_VALUE;
        long after = 0;
        byte[] afterOwner = {};
        while (true) {
            query.setLong(1, Transaction.millis(now));
            query.setLong(2, expires);
            query.setLong(3, expires);
            query.setLong(4, after);
            query.setLong(5, after);
            query.setBytes(6, afterOwner);
            query.setInt(7, most);
            int read = 0;
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    read++;
                    after = row.getLong(1);
                    afterOwner = row.getBytes(2);
                    expires = row.getLong(5);
                    StoredMessage message = read(session, row, null, Reads::setAside);
                    if (message != null) {
                        found.add(message);
                    }
                }
            }
            if (read < most || !found.isEmpty()) {
                return found;
            }
        }
    }

    /** What sets a row aside. */
    @FunctionalInterface
    private interface Setter {
        Operation<?> setAside(ResultSet row, String reason) throws SQLException;
    }

    private static Operation<?> setAside(ResultSet row, String reason) throws SQLException {
        Key owner = Key.read(row.getBytes(2));
        long id = row.getLong(1);
        return new Change<>(
                Fence.HERE,
                0,
                change -> owner == null || canBeRead(change.session(), owner, id)
                        ? null
                        : change.setAside(owner, id, reason));
    }

    /** Whether another one stands under that id by now: what was read may have been removed since, and the message stored anew. */
    private static boolean canBeRead(SqlSession session, Key owner, long id) throws SQLException {
        Reads looking = new Reads(new Names(), null); // with names of its own: what it sees may not be committed
        PreparedStatement query = session.prepare(Sql.PAGE);
        query.setBytes(1, owner.bytes());
        query.setLong(2, id - 1);
        query.setInt(3, 1);
        try (ResultSet row = query.executeQuery()) {
            return row.next() && row.getLong(1) == id && looking.read(session, row, null, null) != null;
        }
    }

    private static Operation<?> setAside(OwedTable table, long number, String reason) {
        return new Change<>(Fence.HERE, 0, change -> change.owed().setAside(table, number, reason));
    }

    /** One row as a value; null if it cannot be, and then it is set aside. @param knownOwner null: look it up */
    private StoredMessage read(SqlSession session, ResultSet row, Jid knownOwner, Setter setter) throws SQLException {
        long id = row.getLong(1);
        Key ownerKey = Key.read(row.getBytes(2));
        try {
            Jid owner = knownOwner != null ? knownOwner : address(session, ownerKey, "owner");
            Jid sender = address(session, Key.read(row.getBytes(3)), "sender");
            Instant stored = Instant.ofEpochMilli(row.getLong(4));
            long expires = row.getLong(5);
            Instant expiresAt = row.wasNull() ? null : Instant.ofEpochMilli(expires);
            byte[] stanza = row.getBytes(8);
            if (stanza == null) {
                throw new IllegalArgumentException("it has no stanza");
            }
            if (row.getInt(7) != Checksum.of(stanza)) {
                throw new IllegalArgumentException("its stanza is not as it was stored, the checksum differs");
            }
            return StoredMessage.of(id, owner, sender, stored, stanza)
                    .withExpiresAt(expiresAt)
                    .withKind(MessageKind.of(row.getInt(6)));
        } catch (IllegalArgumentException e) {
            if (writer != null) {
                String reason = Printable.line(e.getMessage());
                LOG.error(
                        "Message {} for {} cannot be read: {}. It is moved to the table om_quarantine",
                        id,
                        knownOwner == null ? ownerKey : knownOwner,
                        reason);
                writer.accept(setter.setAside(row, reason));
            }
            return null;
        }
    }

    /** @throws IllegalArgumentException if there is no such address, or it is none */
    Jid address(SqlSession session, Key key, String whose) throws SQLException {
        if (key == null) {
            throw new IllegalArgumentException("it has no " + whose);
        }
        Jid known = names.get(key);
        if (known != null) {
            return known;
        }
        PreparedStatement query = session.prepare(Sql.ADDRESS);
        query.setBytes(1, key.bytes());
        try (ResultSet row = query.executeQuery()) {
            if (!row.next()) {
                throw new IllegalArgumentException("the address of its " + whose + " is not known");
            }
            Jid jid = Jid.of(row.getString(1));
            names.put(key, jid);
            return jid;
        }
    }

    public Usage usage(SqlSession session, Jid owner) throws SQLException {
        PreparedStatement query = session.prepare(Sql.USAGE_OF_OWNER);
        query.setBytes(1, Key.of(owner).bytes());
        try (ResultSet row = query.executeQuery()) {
            row.next();
            long messages = row.getLong(1);
            return Usage.of(messages)
                    .withBytes(row.getLong(2))
                    .withOldest(messages == 0 ? null : Instant.ofEpochMilli(row.getLong(3)));
        }
    }

    public Usage usage(SqlSession session, Jid owner, Jid sender) throws SQLException {
        PreparedStatement query = session.prepare(Sql.USAGE_OF_PAIR);
        query.setBytes(1, Key.of(owner).bytes());
        query.setBytes(2, Key.of(sender).bytes());
        try (ResultSet row = query.executeQuery()) {
            return Usage.of(row.next() ? Math.max(0, row.getLong(1)) : 0);
        }
    }

    public List<SenderUsage> senders(SqlSession session, Jid owner, int max) throws SQLException {
        PreparedStatement query = session.prepare(Sql.SENDERS);
        query.setBytes(1, Key.of(owner).bytes());
        query.setInt(2, Math.max(0, max));
        List<SenderUsage> senders = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                try {
                    senders.add(SenderUsage.of(address(session, Key.read(row.getBytes(1)), "sender"), row.getLong(2)));
                } catch (IllegalArgumentException e) {
                    LOG.debug("a counter for {} without a sender: {}", owner, e.getMessage());
                }
            }
        }
        return senders;
    }

    public List<Jid> owners(SqlSession session, Jid after, int max) throws SQLException {
        return owners(session, Sql.OWNERS, after, max);
    }

    /** @param sql asks for addresses behind one, at most so many */
    List<Jid> owners(SqlSession session, String sql, Jid after, int max) throws SQLException {
        PreparedStatement query = session.prepare(sql);
        query.setString(1, after == null ? "" : after.toString());
        query.setInt(2, Math.max(0, max));
        List<Jid> owners = new ArrayList<>();
        try (ResultSet row = query.executeQuery()) {
            while (row.next()) {
                owners.add(Jid.of(row.getString(1)));
            }
        }
        return owners;
    }

    public StoreStatistics statistics(SqlSession session) throws SQLException {
        long messages;
        long largest;
        try (ResultSet row = session.prepare(Sql.TOTALS).executeQuery()) {
            row.next();
            messages = Math.max(0, row.getLong(1));
            largest = row.getLong(2);
        }
        return StoreStatistics.of(messages, largest)
                .withOwners(number(session, Sql.COUNT_OWNERS))
                .withQuarantined(number(session, Sql.COUNT_QUARANTINE))
                .withBytes(Math.max(0, number(session, Sql.SUM_BYTES)));
    }

    private static long number(SqlSession session, String sql) throws SQLException {
        try (ResultSet row = session.prepare(sql).executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
