package im.restante.internal.store.mariadb;

import im.restante.store.jdbc.ServerSettings;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.HostAddress;
import org.mariadb.jdbc.export.HaMode;

/** One configuration. @param server options in its url win over ours */
record MariaDbSettings(ServerSettings server) {
    private static final String RIGHT_URL = "like jdbc:mariadb://HOST:3306/DATABASE, with one host";

    /** Empty if there is no url. @throws im.restante.config.ConfigException for a value that is not usable */
    static Optional<MariaDbSettings> of(Map<String, ?> properties) {
        return ServerSettings.of(
                        ConfiguredMariaDb.DESCRIPTOR,
                        properties,
                        read -> new MariaDbSettings(read).isUrlRight(),
                        RIGHT_URL)
                .map(MariaDbSettings::new);
    }

    /**
     * For one connection to a database that is not ours.
     *
     * @throws IllegalArgumentException if the url is not usable
     */
    static MariaDbSettings reading(String url, String user, String password) {
        MariaDbSettings given = new MariaDbSettings(new ServerSettings(url, user, password, 1));
        if (!given.isUrlRight()) {
            throw new IllegalArgumentException("the url must be " + RIGHT_URL);
        }
        return given;
    }

    /** With several hosts the driver changes its connection unseen, and with it the lock and the transaction are gone. */
    private boolean isUrlRight() {
        try {
            Configuration parsed = configuration(0);
            return parsed != null
                    && parsed.haMode() == HaMode.NONE
                    && parsed.addresses().size() == 1
                    && parsed.database() != null;
        } catch (SQLException e) {
            return false;
        }
    }

    /** How an operator knows the database; without user and password. */
    String place() {
        try {
            Configuration parsed = configuration(0);
            HostAddress address = parsed.addresses().get(0);
            return "MariaDB database " + parsed.database() + " at " + address.host + ':' + address.port;
        } catch (SQLException e) {
            throw new IllegalStateException("was parsed before", e);
        }
    }

    /** What the driver wants. @param maxPacket the greatest packet to be sent, in bytes; 0: not known */
    Configuration configuration(int maxPacket) throws SQLException {
        Properties ours = new Properties(); // the driver writes into it
        ours.setProperty("user", server.user());
        ours.setProperty("password", server.password());
        ours.setProperty("connectTimeout", Long.toString(ServerSettings.CONNECT_TIMEOUT.toMillis()));
        ours.setProperty("socketTimeout", Long.toString(ServerSettings.ANSWER_TIMEOUT.toMillis()));
        ours.setProperty("useServerPrepStmts", "true");
        // With it, after a packet that was too large, the driver waits for an answer that never comes.
        ours.setProperty("disablePipeline", "true");
        ours.setProperty("allowLocalInfile", "false");
        if (maxPacket > 0) {
            ours.setProperty("maxAllowedPacket", Integer.toString(maxPacket));
        }
        return Configuration.parse(server.url(), ours);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return place() + " as " + server;
    }
}
