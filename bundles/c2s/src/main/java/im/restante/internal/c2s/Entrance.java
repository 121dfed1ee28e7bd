package im.restante.internal.c2s;

import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.limit.Permission;
import im.restante.xml.StreamCondition;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds out whose connection it is that has come in, and whether it may. */
final class Entrance implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

    /** For a header that a proxy writes at once. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Refusals a second, while more are due: each costs the system some work, too, which must not be missing to clients that are in. */
    private static final int REFUSALS_PER_SECOND = 2_000;

    /** Refusals at once after a silence. */
    private static final int REFUSALS_AT_ONCE = 100;

    private static final long REFUSAL_NANOS = TimeUnit.SECONDS.toNanos(1) / REFUSALS_PER_SECOND;

    private final Server server;
    private final Guard guard;
    private final LogLimit bad = LogLimit.perMinute(System::nanoTime);

    /** Those whose header is being read. */
    private final Set<Socket> unknown = ConcurrentHashMap.newKeySet();

    private volatile boolean closed;

    /** When the refusals so far are paid for. */
    private final AtomicLong refusedUntil = new AtomicLong(System.nanoTime());

    /** Whoever has come in. */
    @FunctionalInterface
    interface Welcome {
        /** @param thread where it is to be served */
        void serve(ClientAddress clientAddress, Executor thread);
    }

    Entrance(Server server, Guard guard) {
        this.server = server;
        this.guard = guard;
    }

    /**
     * Serves a connection, or closes it. Blocks only while more are refused than may be in a second: whoever comes next waits in the
     * system's queue.
     *
     * @param words   whether the client understands a word now; not so before TLS
     * @param threads one for each task
     */
    void accept(Socket socket, boolean words, Executor threads, Welcome welcome) {
        if (guard.isProxy(socket.getInetAddress())) {
            threads.execute(() -> introduced(socket, words, welcome));
            return;
        }
        try {
            if (!enter(socket, (InetSocketAddress) socket.getRemoteSocketAddress(), words, threads, welcome)) {
                payForRefusal();
            }
        } catch (IOException e) {
            LOG.debug("{}: {}", socket.getInetAddress(), e.getClass().getSimpleName());
            close(socket);
        }
    }

    /** Blocks for the proxy's header, then for the client's life. */
    private void introduced(Socket socket, boolean words, Welcome welcome) {
        unknown.add(socket);
        try {
            if (closed) { // asked after adding: either this thread sees it, or close() sees the socket
                socket.close();
                return;
            }
            Future<?> alarm = server.later(PATIENCE, () -> {
                if (unknown.remove(socket)) {
                    close(socket);
                }
            });
            InetSocketAddress client = ProxyHeader.read(socket.getInputStream());
            alarm.cancel(false);
            if (!unknown.remove(socket)) {
                throw new IOException("its PROXY header took longer than " + PATIENCE.toSeconds() + " s");
            }
            InetSocketAddress peer = (InetSocketAddress) socket.getRemoteSocketAddress();
            enter(socket, client == null ? peer : client, words, Runnable::run, welcome);
        } catch (IOException e) {
            if (!closed && bad.isDue()) {
                LOG.warn(
                        "a connection from {} (proxy-protocol-from) is refused: {}{}",
                        Guard.numeric(socket.getInetAddress()),
                        e.getMessage(),
                        bad.more());
            }
            close(socket);
        } catch (RuntimeException | Error e) {
            OutOfMemory.endsProcess(e);
            LOG.error("cannot serve a new connection", e);
            close(socket);
        } finally {
            unknown.remove(socket);
        }
    }

    private void payForRefusal() {
        long now = System.nanoTime();
        long until = refusedUntil.updateAndGet(
                before -> Math.max(before - now, -REFUSALS_AT_ONCE * REFUSAL_NANOS) + now + REFUSAL_NANOS);
        if (until - now > 0) {
            LockSupport.parkNanos(this, until - now);
        }
    }

    /** @return whether it may */
    private boolean enter(Socket socket, InetSocketAddress client, boolean words, Executor thread, Welcome welcome)
            throws IOException {
        ClientAddress clientAddress = new ClientAddress(guard, client);
        if (clientAddress.enter() instanceof Permission.Refused refused) {
            if (words) { // into an empty buffer: does not block
                socket.getOutputStream().write(lastWords(refused.text()));
            }
            socket.close();
            return false;
        }
        try {
            welcome.serve(clientAddress, thread);
            return true;
        } catch (RuntimeException | Error e) {
            OutOfMemory.endsProcess(e);
            clientAddress.leave();
            throw e;
        }
    }

    private byte[] lastWords(String text) {
        String header = StreamXml.header(server.domain(), null);
        String error = new String(StreamXml.error(StreamCondition.POLICY_VIOLATION, text), StandardCharsets.UTF_8);
        return (header + error).getBytes(StandardCharsets.UTF_8);
    }

    /** Closes those who have not said who they are. */
    @Override
    public void close() {
        closed = true;
        unknown.forEach(Entrance::close);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("{} on close", e.getClass().getSimpleName());
        }
    }
}
