package im.restante.internal.delivery;

import im.restante.internal.support.Failures;
import im.restante.jid.Jid;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Component;

/**
 * Keeps those who read or remove what waits for an owner apart from the one who carries it to another store: many pass at a time,
 * the carrier has the owner to itself. Else what is proved while it is carried would be back in the other store, and a drain that
 * looks into one store before and into the other after would miss it.
 */
@Component(service = OwnerGate.class)
public final class OwnerGate {
    /** One owner somebody is busy with. Guarded by the map. */
    private static final class Passage {
        int inside;
        /** Done when nobody is inside any more; null while open. */
        CompletableFuture<Void> empty;
        /** Done when it is opened again; null while open. */
        CompletableFuture<Void> opened;
    }

    private final ConcurrentMap<Jid, Passage> passages = new ConcurrentHashMap<>();

    /** Starts {@code work} as soon as nobody carries what waits for {@code owner}: mostly at once, on the caller's thread. */
    <T> CompletionStage<T> pass(Jid owner, Supplier<CompletionStage<T>> work) {
        CompletableFuture<Void> wait = enter(owner);
        if (wait != null) {
            return wait.thenCompose(open -> pass(owner, work));
        }
        return Failures.stage(work).whenComplete((done, problem) -> leave(owner));
    }

    /** Null: entered. Else what to wait for before the next try. */
    private CompletableFuture<Void> enter(Jid owner) {
        List<CompletableFuture<Void>> wait = new ArrayList<>(1);
        passages.compute(owner, (o, present) -> {
            Passage passage = present == null ? new Passage() : present;
            if (passage.opened == null) {
                passage.inside++;
            } else {
                wait.add(passage.opened);
            }
            return passage;
        });
        return wait.isEmpty() ? null : wait.get(0);
    }

    private void leave(Jid owner) {
        List<CompletableFuture<Void>> done = new ArrayList<>(1);
        passages.computeIfPresent(owner, (o, passage) -> {
            passage.inside--;
            if (passage.inside > 0) {
                return passage;
            }
            if (passage.opened == null) {
                return null;
            }
            done.add(passage.empty);
            return passage;
        });
        done.forEach(empty -> empty.complete(null));
    }

    /** Lets nobody in any more; completes when those inside have left. Only one carrier at a time closes. */
    CompletableFuture<Void> close(Collection<Jid> owners) {
        return CompletableFuture.allOf(owners.stream().map(this::close).toArray(CompletableFuture<?>[]::new));
    }

    private CompletableFuture<Void> close(Jid owner) {
        CompletableFuture<Void> empty = new CompletableFuture<>();
        passages.compute(owner, (o, present) -> {
            Passage passage = present == null ? new Passage() : present;
            passage.opened = new CompletableFuture<>();
            passage.empty = empty;
            if (passage.inside == 0) {
                empty.complete(null); // nobody waits for it yet
            }
            return passage;
        });
        return empty;
    }

    /** Lets in who waits. */
    void open(Collection<Jid> owners) {
        for (Jid owner : owners) {
            List<CompletableFuture<Void>> waiting = new ArrayList<>(1);
            passages.computeIfPresent(owner, (o, passage) -> {
                waiting.add(passage.opened);
                passage.opened = null;
                passage.empty = null;
                return passage.inside == 0 ? null : passage;
            });
            waiting.forEach(opened -> opened.complete(null));
        }
    }

    /** Whether nobody is busy with any owner. */
    boolean isIdle() {
        return passages.isEmpty();
    }
}
