package im.restante.internal.routing;

import static java.util.Objects.requireNonNull;

import im.restante.offline.OfflineSettings;
import im.restante.offline.OfflineSettings.UnknownUser;
import java.time.Duration;
import java.util.Map;

/**
 * The part of {@link OfflineSettings} that routing acts on.
 *
 * @param unknownUser  what a message to an account that does not exist is answered with
 * @param swapTimeout  how long a message waits for a bundle that is being replaced
 * @param proofTimeout how long a client with stream management may leave copies of stored messages unacknowledged
 * @param storeTimeout how long a verdict may stay open, from the moment the stanza leaves the reader
 */
record RoutingSettings(UnknownUser unknownUser, Duration swapTimeout, Duration proofTimeout, Duration storeTimeout) {
    RoutingSettings {
        requireNonNull(unknownUser, "unknownUser");
        requireNonNull(swapTimeout, "swapTimeout");
        requireNonNull(proofTimeout, "proofTimeout");
        requireNonNull(storeTimeout, "storeTimeout");
    }

    /** @throws im.restante.config.ConfigException for a value that is not usable, also one that is not routing's */
    static RoutingSettings of(Map<String, ?> properties) {
        OfflineSettings all = OfflineSettings.of(properties);
        return new RoutingSettings(
                all.unknownUser(), all.swapTimeout(), all.proof().timeout(), all.storeTimeout());
    }
}
