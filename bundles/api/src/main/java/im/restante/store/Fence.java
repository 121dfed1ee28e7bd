package im.restante.store;

/**
 * The right to write what belongs to the owners of one partition, as a node took it. Every take-over of a partition raises its
 * epoch in the database; a write that carries an older one changes nothing, so that a node that was paused, or cut off, can do no
 * harm to the one that took over.
 *
 * @param part  the partition, from 0
 * @param epoch the epoch at which it was taken; 0: the one that the store's own start took
 */
public record Fence(int part, long epoch) {
    /** For one node: its store's start has taken the only partition there is. */
    public static final Fence HERE = new Fence(0, 0);

    public Fence {
        if (part < 0 || epoch < 0) {
            throw new IllegalArgumentException("a fence has no negative part or epoch, got " + part + ", " + epoch);
        }
    }
}
