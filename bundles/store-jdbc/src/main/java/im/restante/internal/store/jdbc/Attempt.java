package im.restante.internal.store.jdbc;

import im.restante.store.StoreException;
import java.util.List;

/**
 * A transaction whose COMMIT was sent and not answered: it is in the database or not, wholly, and the counter of its partition tells.
 *
 * @param transaction what its operations were answered in it, true if it was committed
 * @param tries       how often it was tried so far
 * @param tenure      of the partition when it ran
 * @param writes      what the partition's counter shows if it was committed
 * @param why         what went wrong
 */
record Attempt(
        List<Operation<?>> batch, Transaction transaction, int tries, int tenure, long writes, StoreException why) {}
