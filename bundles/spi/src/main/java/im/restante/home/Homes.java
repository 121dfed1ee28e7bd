package im.restante.home;

import im.restante.jid.Jid;
import im.restante.store.Fence;
import java.util.List;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Says which node decides about an owner. With one node every owner is at home here, and the answer is {@link Fence#HERE}.
 *
 * <p>Safe for concurrent use; never blocks.
 */
@ProviderType
@FunctionalInterface
public interface Homes {
    /**
     * The fence that every write of what belongs to {@code owner} carries. Ask anew for each operation: a fence that was kept may be
     * out of date, and then the write fails and changes nothing.
     *
     * @param owner an account, or the domain for what belongs to the server itself; a resource is ignored
     */
    Fence fence(Jid owner);

    /** The partitions that are held here, each with its fence as it is now. */
    default List<Fence> held() {
        return List.of(Fence.HERE);
    }

    /**
     * The number of this node, 0 to 255, which stands in the ids that it gives ({@link IdSource}). No other node has it at the same
     * time, and it stays the same as long as this service is there. A server that is alone is node 0.
     */
    default int node() {
        return 0;
    }
}
