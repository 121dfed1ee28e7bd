package im.restante.internal.store.jdbc;

import im.restante.internal.store.jdbc.Operation.Change;
import im.restante.internal.support.Checksum;
import im.restante.internal.support.Chunk;
import im.restante.internal.support.Printable;
import im.restante.jid.Jid;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Fence;
import im.restante.store.Usage;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Questions to the archives. */
final class ArchiveReads {
    private static final Logger LOG = LoggerFactory.getLogger(ArchiveReads.class);

    /** Ids in one statement, the greatest first. */
    private static final int[] IDS_PER_STATEMENT = {64, 16, 4, 1};

    private final Reads reads;
    private final Consumer<Operation<?>> writer;

    /**
     * @param reads  knows addresses
     * @param writer takes rows to be set aside
     */
    ArchiveReads(Reads reads, Consumer<Operation<?>> writer) {
        this.reads = reads;
        this.writer = writer;
    }

    /** @param last whether the last that match are wanted, instead of the first; they are listed oldest first as well */
    List<ArchivedMessage> page(SqlSession session, Jid owner, ArchiveQuery query, boolean last, int rows, long bytes)
            throws SQLException {
        int most = Math.max(1, rows);
        List<ArchivedMessage> page = new ArrayList<>();
        long size = 0;
        ArchiveQuery rest = query;
        int asked = Math.min(most, Reads.FIRST_ROWS);
        boolean more = true;
        while (more) {
            PreparedStatement statement = prepare(session, Sql.ARCHIVED, owner, rest, last ? " DESC" : "", asked);
            int read = 0;
            try (ResultSet row = statement.executeQuery()) {
                while (more && row.next()) {
                    read++;
                    rest = last ? rest.before(row.getLong(1)) : rest.after(row.getLong(1));
                    ArchivedMessage message = read(session, row, owner);
                    if (message == null) {
                        continue;
                    }
                    size += message.sizeBytes();
                    more = page.isEmpty() || size <= bytes;
                    if (more) {
                        page.add(message);
                        more = page.size() < most;
                    }
                }
            }
            more &= read == asked;
            asked = (int) Math.min(most - page.size(), 4L * asked);
        }
        if (last) {
            Collections.reverse(page);
        }
        return page;
    }

    List<ArchivedMessage> messages(SqlSession session, Jid owner, Collection<Long> ids) throws SQLException {
        List<Long> sorted = List.copyOf(new TreeSet<>(ids));
        List<ArchivedMessage> found = new ArrayList<>();
        for (Chunk chunk : Chunk.of(sorted.size(), IDS_PER_STATEMENT)) {
            PreparedStatement statement = session.prepare("archived by id", chunk.size(), Sql::archived);
            int at = 1;
            statement.setBytes(at++, Key.of(owner).bytes());
            for (Long id : chunk.of(sorted)) {
                statement.setLong(at++, id);
            }
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    ArchivedMessage message = read(session, row, owner);
                    if (message != null) {
                        found.add(message);
                    }
                }
            }
        }
        return found;
    }

    /** The first ids that match. */
    static List<Long> ids(SqlSession session, Jid owner, ArchiveQuery query, int max) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (ResultSet row =
                prepare(session, Sql.ARCHIVED_IDS, owner, query, "", max).executeQuery()) {
            while (row.next()) {
                ids.add(row.getLong(1));
            }
        }
        return ids;
    }

    Usage usage(SqlSession session, Jid owner, ArchiveQuery query) throws SQLException {
        PreparedStatement statement = session.prepare(Sql.ARCHIVE_USAGE + where(query));
        set(statement, owner, query);
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            long messages = row.getLong(1);
            return Usage.of(messages)
                    .withBytes(row.getLong(2))
                    .withOldest(messages == 0 ? null : Instant.ofEpochMilli(row.getLong(3)));
        }
    }

    List<Jid> owners(SqlSession session, Jid after, int max) throws SQLException {
        return reads.owners(session, Sql.ARCHIVE_OWNERS, after, max);
    }

    private static PreparedStatement prepare(
            SqlSession session, String select, Jid owner, ArchiveQuery query, String order, int rows)
            throws SQLException {
        PreparedStatement statement =
                session.prepare(select + where(query) + " ORDER BY rcpt" + order + ",id" + order + " LIMIT ?");
        statement.setInt(set(statement, owner, query), rows);
        return statement;
    }

    private static String where(ArchiveQuery query) {
        StringBuilder where = new StringBuilder(" WHERE rcpt=? AND id>? AND id<?");
        query.peer().ifPresent(peer -> where.append(peer.isBare() ? " AND peer=?" : " AND peer=? AND resource=?"));
        query.from().ifPresent(from -> where.append(" AND stored>=?"));
        query.to().ifPresent(to -> where.append(" AND stored<=?"));
        return where.toString();
    }

    /** @return which parameter comes next */
    private static int set(PreparedStatement statement, Jid owner, ArchiveQuery query) throws SQLException {
        int at = 1;
        statement.setBytes(at++, Key.of(owner).bytes());
        statement.setLong(at++, query.afterId());
        statement.setLong(at++, query.beforeId());
        Jid peer = query.peer().orElse(null);
        if (peer != null) {
            statement.setBytes(at++, Key.of(peer.bare()).bytes());
            if (!peer.isBare()) {
                statement.setString(at++, peer.resource());
            }
        }
        if (query.from().isPresent()) {
            statement.setLong(at++, Transaction.millisFrom(query.from().get()));
        }
        if (query.to().isPresent()) {
            statement.setLong(at++, Transaction.millis(query.to().get()));
        }
        return at;
    }

    /** One row as a value; null if it cannot be, and then it is set aside. */
    private ArchivedMessage read(SqlSession session, ResultSet row, Jid owner) throws SQLException {
        long id = row.getLong(1);
        try {
            Jid peer = reads.address(session, Key.read(row.getBytes(2)), "other side");
            String resource = row.getString(3);
            byte[] stanza = row.getBytes(6);
            if (row.getInt(5) != Checksum.of(stanza)) {
                throw new IllegalArgumentException("its stanza is not as it was stored, the checksum differs");
            }
            return ArchivedMessage.builder(id, owner)
                    .peer(resource == null ? peer : peer.withResource(resource))
                    .receivedAt(Instant.ofEpochMilli(row.getLong(4)))
                    .stanza(stanza)
                    .build();
        } catch (IllegalArgumentException e) {
            String reason = Printable.line("archived: " + e.getMessage());
            LOG.error(
                    "Message {} in the archive of {} cannot be read: {}. It is moved to the table om_quarantine",
                    id,
                    owner,
                    reason);
            Key key = Key.of(owner);
            writer.accept(new Change<>(Fence.HERE, 0, change -> change.archive().setAside(key, id, reason)));
            return null;
        }
    }
}
