package im.restante.internal.support;

import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * A value that changes now and then, told to whoever listens: to all when it changes, and at once to one that has just come. Each
 * listener hears of the values in the order in which they came, the newest last. Safe for concurrent use.
 *
 * @param <T> what listeners are
 * @param <V> what the value is
 */
public final class Announcement<T, V> {
    private final Listeners<T> listeners;
    private final Supplier<V> current;
    private final BiConsumer<T, V> call;
    /** Held while they are told: changes are rare, and whoever listens must not block. */
    private final ReentrantLock order = new ReentrantLock();

    /**
     * @param kind    of listeners, for the log
     * @param current the value, whenever it is asked
     * @param call    how a listener is told of a value
     */
    public Announcement(String kind, Supplier<V> current, BiConsumer<T, V> call) {
        this.listeners = new Listeners<>(kind, System::nanoTime);
        this.current = current;
        this.call = call;
    }

    /** There is another value. */
    public void changed() {
        order.lock();
        try {
            V now = current.get();
            listeners.tell(listener -> call.accept(listener, now));
        } finally {
            order.unlock();
        }
    }

    public void add(T listener) {
        order.lock();
        try {
            V now = current.get();
            listeners.add(listener, greeted -> call.accept(greeted, now));
        } finally {
            order.unlock();
        }
    }

    public void remove(T listener) {
        listeners.remove(listener);
    }
}
