package im.restante.itests.contract;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Reads accounts in SQL as a program does that was written for the tables of the guide's server, not through our own code. */
public final class GuideTables {
    private GuideTables() {}

    /** Every value of the key {@code store-limit} in the node {@code offline-msgs} of an account. */
    public static List<String> storeLimits(Connection connection, String user) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT pval FROM tig_users u"
                + " JOIN tig_nodes r ON r.uid=u.uid AND r.node='root' AND r.parent_nid IS NULL"
                + " JOIN tig_nodes n ON n.parent_nid=r.nid AND n.node='offline-msgs'"
                + " JOIN tig_pairs p ON p.nid=n.nid AND p.uid=u.uid AND p.pkey='store-limit'"
                + " WHERE u.user_id=?")) {
            statement.setString(1, user);
            try (ResultSet rows = statement.executeQuery()) {
                List<String> values = new ArrayList<>();
                while (rows.next()) {
                    values.add(rows.getString(1));
                }
                return values;
            }
        }
    }
}
