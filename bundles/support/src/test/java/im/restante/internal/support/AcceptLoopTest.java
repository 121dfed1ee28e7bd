package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

@Timeout(20)
class AcceptLoopTest {
    private final List<String> served = new ArrayList<>();
    private final List<String> closed = new ArrayList<>();
    private final List<Long> pauses = new ArrayList<>();

    private record Connection(String name, List<String> closed) implements Closeable {
        @Override
        public void close() {
            closed.add(name);
        }
    }

    private Connection connection(String name) {
        return new Connection(name, closed);
    }

    private static Callable<Connection> fails(Throwable problem) {
        return () -> {
            if (problem instanceof Error error) {
                throw error;
            }
            throw (Exception) problem;
        };
    }

    /** Runs until all of them have been accepted. */
    private void run(List<Callable<Connection>> accepts) {
        Iterator<Callable<Connection>> next = accepts.iterator();
        new AcceptLoop<>(
                        new AcceptLoop.Listener<Connection>() {
                            @Override
                            public Connection accept() throws IOException {
                                try {
                                    return next.next().call();
                                } catch (IOException | RuntimeException e) {
                                    throw e;
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            }

                            @Override
                            public boolean isOpen() {
                                return next.hasNext();
                            }
                        },
                        connection -> {
                            if (connection.name().startsWith("bad")) {
                                throw new IllegalStateException(connection.name());
                            }
                            served.add(connection.name());
                        },
                        LoggerFactory.getLogger(AcceptLoopTest.class),
                        pauses::add)
                .run();
    }

    @Test
    void goesOnAfterEveryError() {
        run(List.of(
                () -> connection("a"),
                fails(new SocketException("Too many open files")),
                fails(new IllegalStateException("a fault of ours")),
                fails(new OutOfMemoryError("unable to create native thread: possibly out of memory or process limits")),
                fails(new LinkageError("a bundle is exchanged")),
                () -> connection("b")));
        assertEquals(List.of("a", "b"), served);
        assertEquals(List.of(), closed);
    }

    @Test
    void closesWhatItCannotServeAndGoesOn() {
        run(List.of(() -> connection("bad1"), () -> connection("c")));
        assertEquals(List.of("bad1"), closed);
        assertEquals(List.of("c"), served);
    }

    @Test
    void waitsLongerAfterEachFailureInARowUpToABound() {
        List<Callable<Connection>> accepts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            accepts.add(fails(new SocketException("Too many open files")));
        }
        accepts.add(() -> connection("d"));
        accepts.add(fails(new SocketException("Too many open files")));
        accepts.add(() -> connection("e"));
        run(accepts);
        assertTrue(pauses.get(0) > 0 && pauses.get(1) >= 2 * pauses.get(0) - 1, pauses::toString);
        assertTrue(pauses.stream().allMatch(nanos -> nanos <= 2_000_000_000L), pauses::toString);
        assertEquals(pauses.get(0), pauses.get(20), "after a success it begins anew");
        assertEquals(List.of("d", "e"), served);
    }
}
