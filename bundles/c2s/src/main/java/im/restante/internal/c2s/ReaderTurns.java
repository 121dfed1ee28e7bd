package im.restante.internal.c2s;

import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Threads;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Places for readers that keep a processor busy: of these only a few work at a time, in turn, by address. A reader needs a place once it
 * has worked for {@link #SLICE} without having waited for as long, and gives it to the next after another slice. Whoever asks for little
 * needs none, and waits for one slice where without this it would wait for all the busy ones: nobody takes the processor from a virtual
 * thread. Safe for concurrent use.
 */
final class ReaderTurns implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReaderTurns.class);

    /** Nanoseconds. */
    static final long SLICE = TimeUnit.MILLISECONDS.toNanos(1);

    /** Nanoseconds of work that a reader has to wait out before it is none of the busy ones any more. */
    private static final long MOST_COUNTED = 4 * SLICE;

    private final int places;
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by lock, as what follows. */
    private final RoundRobin<Object, Turn> waiting = new RoundRobin<>();

    private final Set<Turn> placed = new HashSet<>();

    /** Hands places on. Of the system's: what a virtual thread wakes may go before what others wait for. */
    private Thread host;

    private boolean closed;

    ReaderTurns() {
        this(Runtime.getRuntime().availableProcessors(), System::nanoTime);
    }

    /** @param places how many busy readers work at a time */
    ReaderTurns(int places, LongSupplier nanoTime) {
        this.places = places;
        this.nanoTime = nanoTime;
    }

    /** One reader's. @param whose those of one owner wait for each other */
    Turn of(Object whose) {
        return new Turn(whose);
    }

    /** Everybody goes on. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            LockSupport.unpark(host);
        } finally {
            lock.unlock();
        }
    }

    private void handOn() {
        while (true) {
            try {
                boolean more = give();
                if (more) {
                    LockSupport.parkNanos(this, SLICE);
                } else if (isClosed()) {
                    return;
                } else {
                    LockSupport.park(this);
                }
            } catch (Throwable e) { // memory, most likely: they must not wait for ever
                OutOfMemory.endsProcess(e);
                LOG.error("readers that wait for their turn may wait longer", e);
            }
        }
    }

    private boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** @return whether more wait than there are places */
    private boolean give() {
        lock.lock();
        try {
            placed.removeIf(Turn::isIdle);
            while (!waiting.isEmpty() && (closed || placed.size() < places)) {
                waiting.poll().give();
            }
            return !waiting.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /** For its reader's thread only, but for {@link #end}. Begins with the reader at work. */
    final class Turn {
        private final Object whose;
        private long since = nanoTime.getAsLong();

        /** How much it has worked beyond what it has waited. */
        private long worked;

        /** When it has to give its place to the next. */
        private long until;

        private volatile boolean hasPlace;
        private volatile boolean paused;
        private volatile boolean ended;
        private volatile Thread waiter;

        private Turn(Object whose) {
            this.whose = whose;
        }

        /** Its reader may be about to wait for something else. */
        void pause() {
            long now = nanoTime.getAsLong();
            worked = Math.min(MOST_COUNTED, worked + now - since);
            since = now;
            paused = true;
        }

        /** Its reader goes on. Blocks for a turn if it is a busy one. */
        void resume() {
            long now = nanoTime.getAsLong();
            worked = Math.max(0, worked - (now - since));
            since = now;
            paused = false;
            if (worked > SLICE && !ended && !(hasPlace && now < until)) {
                take();
            }
        }

        /** Waits no more. */
        void end() {
            ended = true;
            LockSupport.unpark(waiter);
        }

        private boolean isIdle() {
            return paused || ended;
        }

        private void take() {
            waiter = Thread.currentThread();
            if (!tookFree()) {
                while (!hasPlace && !ended && !waiter.isInterrupted()) {
                    LockSupport.park(ReaderTurns.this);
                }
                if (!hasPlace) {
                    leave();
                }
            }
            long now = nanoTime.getAsLong();
            worked = Math.max(0, worked - (now - since));
            since = now;
            until = now + SLICE;
        }

        /** @return whether it has a place; else it waits for one */
        private boolean tookFree() {
            lock.lock();
            try {
                placed.remove(this);
                placed.removeIf(Turn::isIdle);
                hasPlace = closed || waiting.isEmpty() && placed.size() < places;
                if (hasPlace) {
                    placed.add(this);
                    return true;
                }
                if (host == null) {
                    Thread begun = Threads.daemons("restante-c2s-turns").newThread(ReaderTurns.this::handOn);
                    begun.start(); // without a thread to be had this reader ends, and the next one tries
                    host = begun;
                }
                waiting.add(whose, this);
                LockSupport.unpark(host);
                return false;
            } finally {
                lock.unlock();
            }
        }

        private void leave() {
            lock.lock();
            try {
                waiting.remove(whose, this);
            } finally {
                lock.unlock();
            }
        }

        /** With the lock. */
        private void give() {
            placed.add(this);
            hasPlace = true;
            LockSupport.unpark(waiter);
        }
    }
}
