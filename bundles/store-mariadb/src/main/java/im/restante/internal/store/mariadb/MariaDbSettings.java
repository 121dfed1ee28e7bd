package im.restante.internal.store.mariadb;

import im.restante.config.Settings;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.mariadb.jdbc.Configuration;
import org.mariadb.jdbc.HostAddress;
import org.mariadb.jdbc.export.HaMode;
import org.osgi.framework.Constants;

/**
 * One configuration.
 *
 * @param url      where the database is; options in it win over ours
 * @param user     empty: none
 * @param password empty: none
 * @param poolSize connections: one that writes, the others read
 * @param ranking  {@code service.ranking} of the store
 */
record MariaDbSettings(String url, String user, String password, int poolSize, int ranking) {
    static final int DEFAULT_POOL_SIZE = 5;
    private static final int MOST_CONNECTIONS = 100;
    /** Below that of an embedded store: what is added beside it takes over when it is told to, not by being there. */
    private static final int DEFAULT_RANKING = -10;

    private static final String RIGHT_URL = "like jdbc:mariadb://HOST:3306/DATABASE, with one host";

    /** In milliseconds; a verdict may take {@code store-timeout-seconds}, which is 10. */
    private static final String CONNECT_TIMEOUT = "3000";

    private static final String SOCKET_TIMEOUT = "8000";

    /** Empty if there is no url. @throws im.restante.config.ConfigException for a value that is not usable */
    static Optional<MariaDbSettings> of(Map<String, ?> properties) {
        Settings settings = Settings.of(ConfiguredMariaDb.PID, properties);
        MariaDbSettings read = new MariaDbSettings(
                settings.text("url", ""),
                settings.text("user", ""),
                settings.text(".password", ""),
                settings.integer("pool-size", DEFAULT_POOL_SIZE, 2, MOST_CONNECTIONS),
                settings.integer(Constants.SERVICE_RANKING, DEFAULT_RANKING, Integer.MIN_VALUE, Integer.MAX_VALUE));
        if (read.url.isEmpty()) {
            return Optional.empty();
        }
        if (!read.isUrlRight()) {
            throw settings.bad("url", RIGHT_URL);
        }
        return Optional.of(read);
    }

    /**
     * For one connection to a database that is not ours.
     *
     * @throws IllegalArgumentException if the url is not usable
     */
    static MariaDbSettings reading(String url, String user, String password) {
        MariaDbSettings given = new MariaDbSettings(url, user, password, 1, 0);
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
        ours.setProperty("user", user);
        ours.setProperty("password", password);
        ours.setProperty("connectTimeout", CONNECT_TIMEOUT);
        ours.setProperty("socketTimeout", SOCKET_TIMEOUT);
        ours.setProperty("useServerPrepStmts", "true");
        // With it, after a packet that was too large, the driver waits for an answer that never comes.
        ours.setProperty("disablePipeline", "true");
        ours.setProperty("allowLocalInfile", "false");
        if (maxPacket > 0) {
            ours.setProperty("maxAllowedPacket", Integer.toString(maxPacket));
        }
        return Configuration.parse(url, ours);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return place() + " as " + user + ", pool-size=" + poolSize + ", ranking=" + ranking;
    }
}
