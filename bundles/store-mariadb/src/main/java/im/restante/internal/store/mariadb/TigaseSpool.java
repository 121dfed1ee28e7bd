package im.restante.internal.store.mariadb;

import im.restante.migration.ForeignAccount;
import im.restante.migration.ForeignAccount.Credential;
import im.restante.migration.ForeignMessage;
import im.restante.migration.ForeignServer;
import im.restante.store.StoreException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tables of one Tigase database: messages in {@code tig_offline_messages} (8.x) or {@code msg_history} (7.1, with the
 * addresses in it or in {@code user_jid}), accounts in {@code tig_users}, their credentials there too (7.1) or in
 * {@code tig_user_credentials} (8.x). Which of them, the columns that are there tell. Only SELECT is used.
 */
final class TigaseSpool implements ForeignServer.Spool {
    private static final Logger LOG = LoggerFactory.getLogger(TigaseSpool.class);

    /** A larger message is not read. */
    private static final int MOST_BYTES = 1 << 20;
    /** A page ends behind the message that fills it. */
    private static final int PAGE_CHARACTERS = 1 << 20;
    /** Rows the driver fetches at once, so that a page of large ones is not in memory whole. */
    private static final int FETCHED = 10;

    private static final int DISABLED = 0;

    private final Connection connection;
    private final String place;
    private final String messageTable;
    private final String messages;
    private final String accounts;
    private final boolean hasCredentials;
    private final boolean hasLimits;

    TigaseSpool(Connection connection, String place) throws SQLException, StoreException {
        this.connection = connection;
        this.place = place;
        Set<String> ofVersion8 = columns("tig_offline_messages");
        messageTable = ofVersion8.isEmpty() ? "msg_history" : "tig_offline_messages";
        Set<String> ofMessages = ofVersion8.isEmpty() ? columns(messageTable) : ofVersion8;
        Set<String> ofUsers = columns("tig_users");
        if (!ofMessages.containsAll(Set.of("msg_id", "message")) || !ofUsers.containsAll(Set.of("uid", "user_id"))) {
            throw new StoreException(place + " is no database of Tigase 7.1 or 8 that this user may read: there is no"
                    + " tig_users, or neither tig_offline_messages nor msg_history");
        }
        messages = messages(ofMessages);
        accounts = "SELECT uid,user_id," + orNull("account_status", ofUsers) + "," + orNull("user_pw", ofUsers)
                + " FROM tig_users WHERE uid>? ORDER BY uid LIMIT ?";
        hasCredentials = !columns("tig_user_credentials").isEmpty();
        hasLimits = !columns("tig_nodes").isEmpty() && !columns("tig_pairs").isEmpty();
    }

    private String messages(Set<String> columns) {
        String what = "SELECT m.msg_id,%s,%s," + seconds("ts", columns) + "," + seconds("expired", columns)
                + ",IF(LENGTH(m.message)<=" + MOST_BYTES + ",m.message,NULL) FROM " + messageTable + " m %s"
                + " WHERE m.msg_id>? ORDER BY m.msg_id LIMIT ?";
        if (!columns.contains("receiver_uid")) {
            return String.format(Locale.ROOT, what, "m.receiver", columns.contains("sender") ? "m.sender" : "NULL", "");
        }
        // one of its scripts misspells the column
        String sender = columns.contains("sender_uid") ? "sender_uid" : "sender_uio";
        return columns.contains(sender)
                ? String.format(
                        Locale.ROOT,
                        what,
                        "r.jid",
                        "s.jid",
                        "JOIN user_jid r ON r.jid_id=m.receiver_uid LEFT JOIN user_jid s ON s.jid_id=m." + sender)
                : String.format(Locale.ROOT, what, "r.jid", "NULL", "JOIN user_jid r ON r.jid_id=m.receiver_uid");
    }

    /** Whatever time zone the session has. */
    private static String seconds(String column, Set<String> columns) {
        return columns.contains(column) ? "UNIX_TIMESTAMP(m." + column + ")" : "NULL";
    }

    private static String orNull(String column, Set<String> columns) {
        return columns.contains(column) ? column : "NULL";
    }

    /** Of a table of this database, in lower case; empty: there is none, or this user may not read it. */
    private Set<String> columns(String table) throws SQLException {
        Set<String> columns = new TreeSet<>();
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT column_name FROM information_schema.columns WHERE table_schema=DATABASE() AND table_name=?")) {
            query.setString(1, table);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    columns.add(row.getString(1).toLowerCase(Locale.ROOT));
                }
            }
        }
        return columns;
    }

    @Override
    public String place() {
        return place;
    }

    @Override
    public Optional<ForeignServer.Range> range() throws StoreException {
        try (PreparedStatement query =
                        connection.prepareStatement("SELECT MIN(msg_id),MAX(msg_id) FROM " + messageTable);
                ResultSet row = query.executeQuery()) {
            row.next();
            long first = row.getLong(1);
            return row.wasNull() ? Optional.empty() : Optional.of(new ForeignServer.Range(first, row.getLong(2)));
        } catch (SQLException e) {
            throw failure(place, e);
        }
    }

    @Override
    public List<ForeignAccount> accounts(long afterId, int most) throws StoreException {
        try {
            List<ForeignAccount> page = new ArrayList<>();
            try (PreparedStatement query = connection.prepareStatement(accounts)) {
                query.setLong(1, afterId);
                query.setInt(2, most);
                try (ResultSet row = query.executeQuery()) {
                    while (row.next()) {
                        long uid = row.getLong(1);
                        int status = row.getInt(3);
                        boolean active = row.wasNull() || status > DISABLED;
                        String password = row.getString(4);
                        List<Credential> credentials =
                                password == null ? List.of() : List.of(new Credential("PLAIN", password));
                        page.add(new ForeignAccount(uid, row.getString(2), active, credentials, null));
                    }
                }
            }
            return page.isEmpty() ? page : completed(page);
        } catch (SQLException e) {
            throw failure(place, e);
        }
    }

    /** With what stands in other tables. */
    private List<ForeignAccount> completed(List<ForeignAccount> page) throws SQLException {
        Map<Long, List<Credential>> credentials = new HashMap<>();
        Map<Long, String> limits = new HashMap<>();
        long first = page.get(0).id();
        long last = page.get(page.size() - 1).id();
        if (hasCredentials) {
            // "default": the account's own password, not one of a device
            each(
                    "SELECT uid,mechanism,value FROM tig_user_credentials WHERE uid BETWEEN ? AND ?"
                            + " AND username='default'",
                    first,
                    last,
                    row -> credentials
                            .computeIfAbsent(row.getLong(1), uid -> new ArrayList<>())
                            .add(new Credential(row.getString(2), row.getString(3))));
        }
        if (hasLimits) {
            each(
                    "SELECT p.uid,p.pval FROM tig_pairs p JOIN tig_nodes n ON n.nid=p.nid AND n.uid=p.uid"
                            + " WHERE p.uid BETWEEN ? AND ? AND n.node='offline-msgs' AND p.pkey='store-limit'",
                    first,
                    last,
                    row -> limits.put(row.getLong(1), row.getString(2)));
        }
        return page.stream()
                .map(user -> new ForeignAccount(
                        user.id(),
                        user.jid(),
                        user.active(),
                        credentials.getOrDefault(user.id(), user.credentials()),
                        limits.get(user.id())))
                .toList();
    }

    private interface RowReader {
        void read(ResultSet row) throws SQLException;
    }

    private void each(String sql, long first, long last, RowReader reader) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setLong(1, first);
            query.setLong(2, last);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    reader.read(row);
                }
            }
        }
    }

    @Override
    public List<ForeignMessage> messages(long afterId, int most) throws StoreException {
        List<ForeignMessage> page = new ArrayList<>();
        try (PreparedStatement query = connection.prepareStatement(messages)) {
            query.setFetchSize(FETCHED);
            query.setLong(1, afterId);
            query.setInt(2, most);
            try (ResultSet row = query.executeQuery()) {
                for (int characters = 0; characters < PAGE_CHARACTERS && row.next(); ) {
                    String stanza = row.getString(6);
                    page.add(new ForeignMessage(
                            row.getLong(1),
                            row.getString(2),
                            row.getString(3),
                            instant(row.getBigDecimal(4)),
                            instant(row.getBigDecimal(5)),
                            stanza));
                    characters += stanza == null ? 0 : stanza.length();
                }
            }
            return page;
        } catch (SQLException e) {
            throw failure(place, e);
        }
    }

    /** Null also for MySQL's date of zeros. */
    private static Instant instant(BigDecimal seconds) {
        return seconds == null || seconds.signum() == 0
                ? null
                : Instant.ofEpochMilli(seconds.movePointRight(3).longValue());
    }

    /** With what to do. */
    static StoreException failure(String place, SQLException e) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String advice = switch (e.getErrorCode()) {
            case 1045, 1698 -> "it refuses the user or the password";
            case 1044, 1142, 1143 -> "the user may not read it. GRANT SELECT on the database to it";
            case 1049 -> "there is no such database";
            default ->
                state.startsWith("08")
                        ? "it cannot be reached, or the connection was lost"
                        : "unexpected error " + e.getErrorCode() + ", SQLSTATE " + state + ": " + e.getMessage();
        };
        return new StoreException(place + ": " + advice, e);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("{}: the connection did not close: {}", place, e.getMessage());
        }
    }
}
