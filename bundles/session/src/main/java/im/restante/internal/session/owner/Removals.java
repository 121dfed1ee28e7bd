package im.restante.internal.session.owner;

import static java.util.stream.Collectors.toSet;

import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The rows of one owner that are on their way out of the store: a drain passes them over. */
final class Removals {
    private final List<Removal> underWay = new ArrayList<>(0);
    private final Set<Long> ids = new HashSet<>(0);
    /** Gone from the store while a page was being read that may show them still; a part of {@link #ids}. */
    private final Set<Long> justGone = new HashSet<>(0);

    /** {@link Drainer#remove} must follow, outside the lock. */
    Removal begin(List<Long> rows) {
        ids.addAll(rows);
        Removal begun = new Removal(rows, new CompletableFuture<>());
        underWay.add(begun);
        return begun;
    }

    /** The store has done it. */
    void end(Removal removal) {
        underWay.remove(removal);
        justGone.addAll(removal.ids());
    }

    /** The store could not do it, and nobody tries again. */
    void giveUp(Removal removal) {
        underWay.remove(removal);
        removal.ids().stream()
                .filter(id -> underWay.stream().noneMatch(other -> other.ids().contains(id)))
                .forEach(ids::remove);
    }

    /** No page that was begun before can show them any more. */
    void forgetJustGone() {
        ids.removeAll(justGone);
        justGone.clear();
    }

    boolean contains(Long id) {
        return ids.contains(id);
    }

    boolean isEmpty() {
        return ids.isEmpty();
    }

    /** A row that another session needed no more may be needed again: it must be gone before it is put back. */
    CompletableFuture<Void> of(List<StoredMessage> rows) {
        Set<Long> wanted = rows.stream().map(StoredMessage::id).collect(toSet());
        return CompletableFuture.allOf(underWay.stream()
                .filter(removal -> removal.ids().stream().anyMatch(wanted::contains))
                .map(Removal::done)
                .toArray(CompletableFuture[]::new));
    }

    /** They are put back. */
    void forget(List<StoredMessage> rows) {
        rows.forEach(row -> {
            ids.remove(row.id());
            justGone.remove(row.id());
        });
    }
}
