package im.restante.internal.accounts;

import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
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

    private static final String REGISTRATION = "registration";
    private static final String ITERATIONS = "scram-iterations";
    private static final String USER_STORE = "user-store";

    /** RFC 7677 §4 asks for at least that many. */
    private static final int FEWEST_ITERATIONS = 4096;

    /** Above this a single login takes a second. */
    private static final int MOST_ITERATIONS = 2_000_000;

    static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(PID, "Restante: accounts", "Accounts.")
            .flag(REGISTRATION, false, "Whether anybody may make an account from a client (XEP-0077).")
            .number(
                    ITERATIONS,
                    10_000,
                    FEWEST_ITERATIONS,
                    MOST_ITERATIONS,
                    "Iterations of the hash that a password is kept as (RFC 5802). Applies to passwords set from now"
                            + " on.")
            .text(
                    USER_STORE,
                    "",
                    "Which store keeps the users, by its store.id; empty: the one of the highest ranking.")
            .build();

    /** @throws im.restante.config.ConfigException naming the value that is not usable */
    static AccountsConfig of(Map<String, ?> properties) {
        Settings settings = DESCRIPTOR.read(properties);
        return new AccountsConfig(settings.flag(REGISTRATION), settings.integer(ITERATIONS), settings.text(USER_STORE));
    }
}
