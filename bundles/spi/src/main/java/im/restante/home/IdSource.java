package im.restante.home;

import im.restante.jid.Jid;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Gives arrival ids. Every message that may be stored has one, a copy for an archive too: with its owner it is the key of the message
 * in every store, and its place in the owner's order.
 *
 * <p>An id has 63 bits: milliseconds since 2020-01-01 UTC (41 bits), the number of the node that gave it (8 bits, {@link Homes#node}),
 * and a counter (14 bits). Each partition that is held here ({@link Homes#held}) has an order and a floor of its own. Within a
 * partition every id is larger than those before it and than the floor, whatever the clock does and whichever node set the floor. Owners
 * of two partitions may be given the same id.
 *
 * <p>Take none before {@link im.restante.spool.OwnerSpools#ready} has completed: until then it is not known which ids the stores have.
 *
 * <p>Safe for concurrent use; never blocks.
 */
@ProviderType
public interface IdSource {
    /**
     * The next id of the partition that {@code owner} is of. It tells the millisecond of {@code arrived}, or a later one if an id of
     * that time would not be larger than all before it.
     *
     * @param owner a bare JID, or the domain; a resource is ignored
     */
    long next(Jid owner, Instant arrived);

    /** The last id given in the partition that {@code owner} is of, or its floor if that is larger; 0 if it has neither. */
    long last(Jid owner);

    /**
     * From here on every id of a partition is larger than {@code floor}. A floor below the present one, or below the last id, changes
     * nothing. Whoever takes a partition over, or makes one, sets its floor before anything of it is decided here: to the largest id
     * that the node before gave, or may have given.
     *
     * @param part the partition, as in {@link im.restante.store.Fence#part}
     * @return completes when the stores keep ids above the floor for this node, so that the ids given next are not given again after a
     *     restart; also if no store can keep them at present, after a second at most; never exceptionally
     */
    CompletionStage<Void> floor(int part, long floor);
}
