package im.restante.internal.routing;

import static java.util.Objects.requireNonNull;

import im.restante.config.Settings;
import java.time.Duration;
import java.util.Map;

/**
 * The part of {@code im.restante.offline} that routing acts on.
 *
 * @param unknownUser  what a message to an account that does not exist is answered with
 * @param swapTimeout  how long a message waits for a bundle that is being replaced
 * @param proofTimeout how long a client with stream management may leave copies of stored messages unacknowledged
 * @param storeTimeout how long a verdict may stay open, from the moment the stanza leaves the reader
 */
record RoutingSettings(UnknownUser unknownUser, Duration swapTimeout, Duration proofTimeout, Duration storeTimeout) {
    static final String PID = "im.restante.offline";

    /** {@code unknown-user}. */
    enum UnknownUser {
        /** {@code service-unavailable}, so that a typing error is noticed. */
        ERROR,
        /** Nothing, so that names cannot be tried out. */
        SILENCE
    }

    RoutingSettings {
        requireNonNull(unknownUser, "unknownUser");
        requireNonNull(swapTimeout, "swapTimeout");
        requireNonNull(proofTimeout, "proofTimeout");
        requireNonNull(storeTimeout, "storeTimeout");
    }

    /** @throws im.restante.config.ConfigException for a value that is not usable */
    static RoutingSettings of(Map<String, ?> properties) {
        Settings settings = Settings.of(PID, properties);
        return new RoutingSettings(
                settings.choice("unknown-user", UnknownUser.ERROR),
                Duration.ofSeconds(settings.integer("swap-timeout-seconds", 5, 0, 3600)),
                Duration.ofSeconds(settings.integer("proof-timeout-seconds", 60, 1, 3600)),
                Duration.ofSeconds(settings.integer("store-timeout-seconds", 10, 1, 3600)));
    }
}
