package im.restante.internal.delivery;

import im.restante.offline.OfflineSettings;
import im.restante.store.StoredMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * The part of {@link OfflineSettings} that this bundle acts on.
 *
 * @param storing      whether anything is stored at all ({@code msg-offline})
 * @param store        {@code store.id} of the store that takes new messages; empty: the one of the highest ranking
 * @param storeTimeout how long a store may take for one answer
 * @param swapTimeout  how long something waits for a service that is being replaced
 * @param retention    how long a message waits for its owner; zero: for ever
 */
record StorageSettings(boolean storing, String store, Duration storeTimeout, Duration swapTimeout, Duration retention) {
    /** @throws im.restante.config.ConfigException for a value that is not usable, also one that is not this bundle's */
    static StorageSettings of(Map<String, ?> values) {
        OfflineSettings all = OfflineSettings.of(values);
        return new StorageSettings(all.storing(), all.store(), all.storeTimeout(), all.swapTimeout(), all.retention());
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
        return row.expiresAt() != null && !row.expiresAt().isAfter(end) ? row : row.withExpiresAt(end);
    }
}
