package im.restante.store.jdbc;

import im.restante.config.Settings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The keys that every engine has whose database is on a server: {@code url}, {@code user}, {@code .password} and {@code pool-size}.
 *
 * @param url      where the database is; options in it win over the engine's
 * @param user     empty: none
 * @param password empty: none
 * @param poolSize connections: one that writes, the others read
 */
public record ServerSettings(String url, String user, String password, int poolSize) {
    public static final int DEFAULT_POOL_SIZE = 5;
    /** Below that of an embedded store: what is added beside it takes over when it is told to, not by being there. */
    public static final int DEFAULT_RANKING = -10;

    /** How long a driver may take to connect. A verdict may take {@code store-timeout-seconds}, which is 10. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    /** How long a statement may wait for what another program holds locked. */
    public static final Duration LOCK_TIMEOUT = Duration.ofSeconds(4);
    /** How long a driver waits for an answer. */
    public static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(8);

    private static final int MOST_CONNECTIONS = 100;

    /**
     * Empty if there is no url.
     *
     * @param isUrlRight whether the engine can use the url
     * @param rightUrl   what it must be, for the operator: ends the sentence "must be ..."
     * @throws im.restante.config.ConfigException for a value that is not usable
     */
    public static Optional<ServerSettings> of(
            String pid, Map<String, ?> properties, Predicate<ServerSettings> isUrlRight, String rightUrl) {
        Settings settings = Settings.of(pid, properties);
        ServerSettings read = new ServerSettings(
                settings.text("url", ""),
                settings.text("user", ""),
                settings.text(".password", ""),
                settings.integer("pool-size", DEFAULT_POOL_SIZE, 2, MOST_CONNECTIONS));
        if (read.url.isEmpty()) {
            return Optional.empty();
        }
        if (!isUrlRight.test(read)) {
            throw Settings.of(pid, Map.of("url", withoutPassword(read.url))).bad("url", rightUrl);
        }
        return Optional.of(read);
    }

    /** The text goes to the log. */
    private static String withoutPassword(String url) {
        return url.replaceAll("(?i)(password=)[^&]*", "$1...");
    }

    /** How many threads of an {@link SqlStore} read. */
    public int readers() {
        return poolSize - 1;
    }

    /** Without the password, which the url may have too. */
    @Override
    public String toString() {
        return user + ", pool-size=" + poolSize;
    }
}
