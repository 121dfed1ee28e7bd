package im.restante.internal.delivery;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What this bundle reads of {@code im.restante.offline}; the other keys are the session's.
 *
 * @param storing      whether anything is stored at all ({@code msg-offline})
 * @param store        {@code store.id} of the store that takes new messages; empty: the one of the highest ranking
 * @param storeTimeout how long a store may take for one answer
 * @param swapTimeout  how long something waits for a service that is being replaced
 * @param retention    how long a message waits for its owner; zero: for ever
 */
record OfflineSettings(boolean storing, String store, Duration storeTimeout, Duration swapTimeout, Duration retention) {
    static final String PID = "im.restante.offline";
    static final int STORE_TIMEOUT_SECONDS = 10;
    static final int SWAP_TIMEOUT_SECONDS = 5;
    private static final int MAX_RETENTION_DAYS = 36_500;

    /** @throws ConfigException naming the key whose value is bad */
    static OfflineSettings of(Map<String, ?> values) {
        Settings settings = Settings.of(PID, values);
        return new OfflineSettings(
                settings.flag("msg-offline", true),
                settings.text("store", ""),
                Duration.ofSeconds(settings.integer("store-timeout-seconds", STORE_TIMEOUT_SECONDS, 1, 3600)),
                Duration.ofSeconds(settings.integer("swap-timeout-seconds", SWAP_TIMEOUT_SECONDS, 0, 3600)),
                Duration.ofDays(settings.integer("retention-days", 0, 0, MAX_RETENTION_DAYS)));
    }

    /** As it is configured. */
    @Override
    public String toString() {
        return "msg-offline=" + storing + " store=" + store + " store-timeout-seconds=" + storeTimeout.toSeconds()
                + " swap-timeout-seconds=" + swapTimeout.toSeconds() + " retention-days=" + retention.toDays();
    }

    /** The row with the end that messages have, unless its own comes before. */
    StoredMessage expiring(StoredMessage row) {
        return retention.isZero() ? row : ending(row, row.receivedAt().plus(retention));
    }

    /** The row with that end, unless its own comes before. */
    static StoredMessage ending(StoredMessage row, Instant end) {
        if (row.expiresAt() != null && !row.expiresAt().isAfter(end)) {
            return row;
        }
        return with(row, end);
    }

    /** The row without an end. */
    static StoredMessage endless(StoredMessage row) {
        return with(row, null);
    }

    private static StoredMessage with(StoredMessage row, Instant end) {
        return new StoredMessage(row.id(), row.owner(), row.sender(), row.receivedAt(), end, row.kind(), row.stanza());
    }
}
