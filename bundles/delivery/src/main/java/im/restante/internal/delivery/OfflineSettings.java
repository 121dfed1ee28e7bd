package im.restante.internal.delivery;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import java.time.Duration;
import java.util.Map;

/**
 * What this bundle reads of {@code im.restante.offline}; the other keys are the session's.
 *
 * @param storing      whether anything is stored at all ({@code msg-offline})
 * @param store        {@code store.id} of the store that takes new messages; empty: the one of the highest ranking
 * @param storeTimeout how long a store may take for one answer
 * @param swapTimeout  how long something waits for a service that is being replaced
 */
record OfflineSettings(boolean storing, String store, Duration storeTimeout, Duration swapTimeout) {
    static final String PID = "im.restante.offline";
    static final int STORE_TIMEOUT_SECONDS = 10;
    static final int SWAP_TIMEOUT_SECONDS = 5;

    /** @throws ConfigException naming the key whose value is bad */
    static OfflineSettings of(Map<String, ?> values) {
        Settings settings = Settings.of(PID, values);
        return new OfflineSettings(
                settings.flag("msg-offline", true),
                settings.text("store", ""),
                Duration.ofSeconds(settings.integer("store-timeout-seconds", STORE_TIMEOUT_SECONDS, 1, 3600)),
                Duration.ofSeconds(settings.integer("swap-timeout-seconds", SWAP_TIMEOUT_SECONDS, 0, 3600)));
    }
}
