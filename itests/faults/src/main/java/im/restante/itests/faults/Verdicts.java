package im.restante.itests.faults;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What one connection's sender was told of his messages, and when: an error that came back, by its id, or the answer to a question
 * whether all up to some number is taken. Written by the connection's reading thread, read by any. Times are of {@link
 * System#nanoTime}.
 */
final class Verdicts {
    /** What came back, and when. */
    private record Refusal(String stanza, long nanos) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<Mail, Refusal> refused = new LinkedHashMap<>();
    /** When it was first told that all up to that number is taken. */
    private final TreeMap<Long, Long> taken = new TreeMap<>();

    private int answers;
    private boolean ended;

    /** An error came back. */
    void refused(Mail mail, String stanza) {
        lock.lock();
        try {
            refused.putIfAbsent(mail, new Refusal(stanza, System.nanoTime()));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** A question was answered: everything up to message {@code number} is taken, unless an error came back before. */
    void takenUpTo(long number) {
        lock.lock();
        try {
            answers++;
            taken.putIfAbsent(number, System.nanoTime());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Nothing more will be told. */
    void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many questions were answered. */
    int answers() {
        lock.lock();
        try {
            return answers;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until everything up to message {@code number} has its verdict, as a question behind it tells.
     *
     * @throws IOException    if the connection ends before
     * @throws AssertionError if it takes longer than {@code limit}
     */
    void await(long number, Duration limit) throws IOException {
        lock.lock();
        try {
            long left = limit.toNanos();
            while (taken.ceilingKey(number) == null) {
                if (ended) {
                    throw new IOException("the connection ended");
                }
                if (left <= 0) {
                    throw new AssertionError("no verdict within " + limit.toSeconds() + " s");
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } finally {
            lock.unlock();
        }
    }

    /** What was told of {@code mail}, which this connection sent. */
    Told of(Mail mail) {
        lock.lock();
        try {
            if (refused.containsKey(mail)) {
                return Told.FAILED;
            }
            return taken.ceilingKey(mail.number()) == null ? Told.NOTHING : Told.TAKEN;
        } finally {
            lock.unlock();
        }
    }

    /** When {@link #of} was first known; empty while nothing was told. */
    OptionalLong nanosOf(Mail mail) {
        lock.lock();
        try {
            Refusal refusal = refused.get(mail);
            if (refusal != null) {
                return OptionalLong.of(refusal.nanos());
            }
            Map.Entry<Long, Long> answer = taken.ceilingEntry(mail.number());
            return answer == null ? OptionalLong.empty() : OptionalLong.of(answer.getValue());
        } finally {
            lock.unlock();
        }
    }

    /** What came back as an error. */
    Set<Mail> refused() {
        lock.lock();
        try {
            return Set.copyOf(refused.keySet());
        } finally {
            lock.unlock();
        }
    }

    /** One of the errors, for a reader; empty if there was none. */
    String anError() {
        lock.lock();
        try {
            return refused.values().stream().map(Refusal::stanza).findFirst().orElse("");
        } finally {
            lock.unlock();
        }
    }
}
