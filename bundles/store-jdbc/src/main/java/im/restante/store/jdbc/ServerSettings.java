package im.restante.store.jdbc;

import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
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
    /** Below that of an embedded store: what is added beside it takes over when it is told to, not by being there. */
    private static final int DEFAULT_RANKING = -10;

    /** How long a driver may take to connect. A verdict may take {@code store-timeout-seconds}, which is 10. */
    public static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    /** How long a statement may wait for what another program holds locked. */
    public static final Duration LOCK_TIMEOUT = Duration.ofSeconds(4);
    /** How long a driver waits for an answer. */
    public static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(8);

    private static final String URL = "url";
    private static final String USER = "user";
    private static final String PASSWORD = ".password";
    private static final String POOL_SIZE = "pool-size";

    private static final int MOST_CONNECTIONS = 100;

    /**
     * Adds these keys, and the ranking of the store, to those of an engine.
     *
     * @param url  what an operator must know of {@code url}
     * @param user what an operator must know of {@code user}, such as the privileges it needs
     */
    public static SettingsDescriptor.Builder describe(SettingsDescriptor.Builder engine, String url, String user) {
        return ConfiguredStore.ranking(
                engine.text(URL, "", url)
                        .text(USER, "", user)
                        .secret(PASSWORD, "Its password.")
                        .number(POOL_SIZE, 5, 2, MOST_CONNECTIONS, "Connections: one that writes, the others read."),
                DEFAULT_RANKING);
    }

    /**
     * Empty if there is no url.
     *
     * @param descriptor with the keys of {@link #describe}
     * @param isUrlRight whether the engine can use the url
     * @param rightUrl   what it must be, for the operator: ends the sentence "must be ..."
     * @throws im.restante.config.ConfigException for a value that is not usable
     */
    public static Optional<ServerSettings> of(
            SettingsDescriptor descriptor,
            Map<String, ?> properties,
            Predicate<ServerSettings> isUrlRight,
            String rightUrl) {
        Settings settings = descriptor.read(properties);
        ServerSettings read = new ServerSettings(
                settings.text(URL), settings.text(USER), settings.text(PASSWORD), settings.integer(POOL_SIZE));
        if (read.url.isEmpty()) {
            return Optional.empty();
        }
        if (!isUrlRight.test(read)) {
            throw settings.bad(URL, rightUrl);
        }
        return Optional.of(read);
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
