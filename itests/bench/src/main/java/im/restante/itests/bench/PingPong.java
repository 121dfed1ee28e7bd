package im.restante.itests.bench;

import im.restante.itests.harness.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Pairs of users who are present; at a steady pace one of a pair sends a message and the other answers it. Times count from when
 * a message was due, so that a server that stands still is not spared the messages that were not sent meanwhile.
 */
final class PingPong implements AutoCloseable {
    private static final Duration PACE = Duration.ofMillis(50);

    private final AtomicReferenceArray<Peer> peers;
    private final List<CompletableFuture<Void>> pairs = new ArrayList<>();
    private final Queue<Long> nanos = new ConcurrentLinkedQueue<>();
    private volatile boolean closed;
    private volatile boolean failed;

    /** The users {@code u0} to {@code u(users-1)} come and begin. */
    PingPong(int port, int users) throws Exception {
        peers = new AtomicReferenceArray<>(users);
        long begin = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        for (int first = 0; first < users; first += 2) {
            Semaphore answers = new Semaphore(0);
            come(port, first, (sender, number) -> answers.release());
            int second = first + 1;
            byte[] answer = Stanzas.message("u" + first + "@localhost", second, 0);
            come(port, second, (sender, number) -> write(second, answer));
            int one = first;
            long due = begin + PACE.toNanos() * first / users;
            pairs.add(Threads.run(() -> play(one, answers, due)));
        }
    }

    private void come(int port, int user, Told told) throws Exception {
        Peer peer = Peer.login(port, "u" + user, "pong", new Receiver() {
            @Override
            public void message(int sender, int number) {
                told.message(sender, number);
            }

            @Override
            public void error() {
                failed = true;
            }
        });
        peers.set(user, peer);
        peer.presence();
        peer.ping();
    }

    @FunctionalInterface
    private interface Told {
        void message(int sender, int number);
    }

    private void write(int user, byte[] message) {
        try {
            peers.get(user).write(message);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void play(int user, Semaphore answers, long begin) {
        byte[] message = Stanzas.message("u" + (user + 1) + "@localhost", user, 0);
        try {
            for (long due = begin; !closed; due += PACE.toNanos()) {
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                write(user, message);
                if (!answers.tryAcquire(30, TimeUnit.SECONDS)) {
                    failed = true;
                    return;
                }
                nanos.add(System.nanoTime() - due);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The times of what is answered until {@code time} has passed. */
    Waits during(Duration time) throws Exception {
        return during(() -> {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
            return null;
        });
    }

    /** The same until something is done. */
    Waits during(Callable<?> work) throws Exception {
        nanos.clear();
        work.call();
        return new Waits(List.copyOf(nanos));
    }

    /** Whether a message came back or was not answered within 30 seconds. */
    boolean hasFailed() {
        return failed;
    }

    @Override
    public void close() {
        closed = true;
        CompletableFuture.allOf(pairs.toArray(CompletableFuture[]::new)).join();
        for (int user = 0; user < peers.length(); user++) {
            peers.get(user).close();
        }
    }
}
