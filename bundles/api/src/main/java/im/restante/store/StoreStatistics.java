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
    /** Of a store that has set no row aside, and knows nothing else cheaply. */
    public static StoreStatistics of(long messages, long largestId) {
        return new StoreStatistics(messages, -1, 0, largestId, -1);
    }

    /** The same with the number of owners for whom something waits. */
    public StoreStatistics withOwners(long number) {
        return new StoreStatistics(messages, number, quarantined, largestId, bytes);
    }

    /** The same with the number of rows that were set aside. */
    public StoreStatistics withQuarantined(long rows) {
        return new StoreStatistics(messages, owners, rows, largestId, bytes);
    }

    /** The same with the bytes of the waiting stanzas. */
    public StoreStatistics withBytes(long number) {
        return new StoreStatistics(messages, owners, quarantined, largestId, number);
    }
}
