package im.restante.internal.session.owner;

import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** All leases of one owner, oldest first. A lease ends by its proof, or falls with its session. */
final class Leases {
    private final List<Lease> open = new ArrayList<>(0);
    private final Set<Long> ids = new HashSet<>(0);

    Lease begin(Drain drain, List<StoredMessage> page) {
        Lease lease = new Lease(drain, page.stream().map(StoredMessage::id).toList(), Drain.bytes(page));
        open.add(lease);
        ids.addAll(lease.ids);
        drain.unproved += lease.ids.size();
        drain.unprovedBytes += lease.bytes;
        return lease;
    }

    /** Its rows are proved, or free again. False if it had ended before. */
    boolean end(Lease lease) {
        if (!open.remove(lease)) {
            return false;
        }
        lease.drain.unproved -= lease.ids.size();
        lease.drain.unprovedBytes -= lease.bytes;
        lease.ids.forEach(ids::remove);
        return true;
    }

    boolean isOpen(Lease lease) {
        return open.contains(lease);
    }

    boolean contains(Long id) {
        return ids.contains(id);
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    int size() {
        return open.size();
    }

    /** What an earlier drain has handed over and is not proved may have to come before a later one's rows. */
    boolean areAllOf(Drain drain) {
        for (int i = 0; i < open.size(); i++) {
            if (open.get(i).drain != drain) {
                return false;
            }
        }
        return true;
    }

    /** Those that fall if the session ends now. */
    List<Lease> fallingWith(Recipient recipient) {
        return open.stream()
                .filter(lease -> lease.drain.to == recipient && !lease.mayBeProved())
                .toList();
    }
}
