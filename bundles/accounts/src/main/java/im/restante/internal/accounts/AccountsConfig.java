package im.restante.internal.accounts;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import java.util.Map;

/**
 * The values of {@code im.restante.accounts}.
 *
 * @param registration whether anybody may make an account over the wire (XEP-0077)
 * @param iterations   of PBKDF2 for passwords set from now on
 * @param userStore    the {@code store.id} of the repository to use; empty: the one of highest ranking
 */
record AccountsConfig(boolean registration, int iterations, String userStore) {
    static final String PID = "im.restante.accounts";

    /** RFC 7677 §4 asks for at least that many. */
    private static final int FEWEST_ITERATIONS = 4096;

    /** Above this a single login takes a second. */
    private static final int MOST_ITERATIONS = 2_000_000;

    /** @throws ConfigException naming the value that is not usable */
    static AccountsConfig of(Map<String, ?> properties) {
        Settings settings = Settings.of(PID, properties);
        return new AccountsConfig(
                settings.flag("registration", false),
                settings.integer("scram-iterations", 10_000, FEWEST_ITERATIONS, MOST_ITERATIONS),
                settings.text("user-store", ""));
    }
}
