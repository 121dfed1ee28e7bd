package im.restante.internal.spool.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Rows of one owner that are on their way out of the store, so that nobody is handed them. One request for removal is under way at
 * a time, for all that has gathered; one that fails is repeated together with what has gathered since.
 */
final class UnremovedRows {
    /** Rows of one request. */
    static final int MOST_AT_ONCE = 500;

    /** Rows that a store which is slow to remove, or fails to, may leave behind before no more are handed over. */
    static final int MOST_BEHIND = 8192;

    private final LinkedHashSet<Long> gathered = new LinkedHashSet<>(0);
    private Set<Long> asked = Set.of();
    private boolean pausing;

    /** Each of a request of its own, repeated by nobody. */
    private final Set<Long> byHand = new HashSet<>(0);

    /** Removed while a page was being read that may show them still. */
    private final Set<Long> justGone = new HashSet<>(0);

    void gather(Collection<Long> ids) {
        ids.forEach(id -> {
            if (!isAsked(id)) {
                gathered.add(id);
            }
        });
    }

    private boolean isAsked(Long id) {
        return byHand.contains(id) || asked.contains(id);
    }

    /** Asks for the next removal, if none is under way. */
    void pump(OwnerCore core) {
        if (!asked.isEmpty() || pausing || gathered.isEmpty()) {
            return;
        }
        List<Long> next = new ArrayList<>(Math.min(gathered.size(), MOST_AT_ONCE));
        for (Iterator<Long> ids = gathered.iterator(); ids.hasNext() && next.size() < MOST_AT_ONCE; ) {
            next.add(ids.next());
            ids.remove();
        }
        asked = new HashSet<>(next);
        core.emit(new Effect.Remove(next));
    }

    /** The request has ended; answers its rows. */
    Set<Long> answered(boolean done, boolean maybeShown) {
        Set<Long> ids = asked;
        asked = Set.of();
        if (done && maybeShown) {
            justGone.addAll(ids);
        } else if (!done) {
            gathered.addAll(ids);
            pausing = true;
        }
        return ids;
    }

    /** What the store answered is not known: the same is asked again, later. */
    void lost(OwnerCore core) {
        gathered.addAll(asked);
        asked = Set.of();
        if (!gathered.isEmpty()) {
            pausing = true;
            core.emit(new Effect.RemoveLater(size()));
        }
    }

    void again() {
        pausing = false;
    }

    /** So much is left behind that no more may be handed over. */
    boolean isStuck() {
        return gathered.size() >= MOST_BEHIND;
    }

    /** Leaves out what is on its way out already. */
    List<Long> beginByHand(List<Long> ids) {
        List<Long> mine = ids.stream().filter(id -> !contains(id)).toList();
        byHand.addAll(mine);
        return mine;
    }

    void endByHand(List<Long> ids, boolean done, boolean maybeShown) {
        ids.forEach(byHand::remove);
        if (done && maybeShown) {
            justGone.addAll(ids);
        }
    }

    /** A page is being read from here on, which cannot show what is gone by now. */
    void newPage() {
        justGone.clear();
    }

    /** These come back: they are not to be removed. Answers those of which the removal is under way. */
    Set<Long> keep(Collection<Long> ids) {
        Set<Long> underWay = new HashSet<>(0);
        ids.forEach(id -> {
            gathered.remove(id);
            justGone.remove(id);
            if (isAsked(id)) {
                underWay.add(id);
            }
        });
        return underWay;
    }

    boolean contains(Long id) {
        return gathered.contains(id) || isAsked(id) || justGone.contains(id);
    }

    boolean isEmpty() {
        return gathered.isEmpty() && asked.isEmpty() && byHand.isEmpty();
    }

    int size() {
        return gathered.size() + asked.size() + byHand.size();
    }
}
