package im.restante.internal.store.postgresql;

import im.restante.store.jdbc.ServerSettings;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** One configuration. @param server options in its url win over ours */
record PostgreSqlSettings(ServerSettings server) {
    private static final String RIGHT_URL = "like jdbc:postgresql://HOST:5432/DATABASE, with one host";

    /** Empty if there is no url. @throws im.restante.config.ConfigException for a value that is not usable */
    static Optional<PostgreSqlSettings> of(Map<String, ?> properties) {
        return ServerSettings.of(
                        ConfiguredPostgreSql.DESCRIPTOR,
                        properties,
                        read -> new PostgreSqlSettings(read).isUrlRight(),
                        RIGHT_URL)
                .map(PostgreSqlSettings::new);
    }

    /** With several hosts readers and writer could come to different servers. */
    private boolean isUrlRight() {
        Properties parsed = parsed();
        if (parsed == null || PGProperty.PG_DBNAME.getOrDefault(parsed) == null) {
            return false;
        }
        String host = PGProperty.PG_HOST.getOrDefault(parsed);
        String sslMode = PGProperty.SSL_MODE.getOrDefault(parsed);
        return host != null
                && !host.contains(",")
                && (sslMode == null
                        || Arrays.asList(PGProperty.SSL_MODE.getChoices()).contains(sslMode));
    }

    private Properties parsed() {
        return Driver.parseURL(server.url(), null);
    }

    /** How an operator knows the database; without user and password. */
    String place() {
        Properties parsed = parsed();
        return "PostgreSQL database " + PGProperty.PG_DBNAME.getOrDefault(parsed) + " at "
                + PGProperty.PG_HOST.getOrDefault(parsed) + ':' + PGProperty.PG_PORT.getOrDefault(parsed);
    }

    /** What the driver wants beside the url. */
    Properties properties() {
        Properties ours = new Properties();
        ours.setProperty("user", server.user());
        ours.setProperty("password", server.password());
        ours.setProperty("connectTimeout", Long.toString(ServerSettings.CONNECT_TIMEOUT.toSeconds()));
        ours.setProperty("socketTimeout", Long.toString(ServerSettings.ANSWER_TIMEOUT.toSeconds()));
        ours.setProperty("ApplicationName", "restante");
        // It would show values, of which an exception's message is made.
        ours.setProperty("logServerErrorDetail", "false");
        return ours;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return place() + " as " + server;
    }
}
