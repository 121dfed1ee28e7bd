package im.restante.store;

/**
 * Figures of a whole store.
 *
 * @param messages    waiting messages
 * @param owners      owners for whom something waits; -1 if not cheaply known
 * @param quarantined rows set aside because they could not be read
 * @param largestId   the largest id ever stored or owed, or reserved by a server that had the store before; 0 if none. New ids must be
 *                    above it
 * @param bytes       of the stanzas of the waiting messages; -1 if not cheaply known
 */
public record StoreStatistics(long messages, long owners, long quarantined, long largestId, long bytes) {
    /** Of a store that does not count bytes. */
    public StoreStatistics(long messages, long owners, long quarantined, long largestId) {
        this(messages, owners, quarantined, largestId, -1);
    }
}
