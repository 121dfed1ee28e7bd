package im.restante.internal.http;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import im.restante.internal.http.HttpSettings.Place;
import im.restante.internal.support.OutOfMemory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open listener, on the JDK's HTTP server. A request keeps a thread from its first byte on: whoever sends slowly costs one thread for
 * the seconds that {@link Bounds} has for the header fields, and there are as many threads as connections.
 */
final class Listener {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);
    private static final int BACKLOG = 256;
    private static final long GLANCE_NANOS = 10_000_000;

    private final HttpServer server;
    private final Reception reception;
    private final Bounds bounds;
    private final Executor threads;
    private final ScheduledExecutorService timer;
    private final boolean encrypted;
    private final AtomicInteger turns = new AtomicInteger();
    /** Of the thread's present request, until its header fields are read. */
    private final ThreadLocal<ClientWait> reading = new ThreadLocal<>();

    private Listener(
            HttpServer server,
            boolean encrypted,
            Reception reception,
            Bounds bounds,
            Executor threads,
            ScheduledExecutorService timer) {
        this.server = server;
        this.encrypted = encrypted;
        this.reception = reception;
        this.bounds = bounds;
        this.threads = threads;
        this.timer = timer;
    }

    /**
     * Listens from its return on.
     *
     * @param tls null: connections are in the clear
     * @throws IOException if the address is not this machine's or not free
     */
    static Listener open(
            Place place,
            SSLContext tls,
            Reception reception,
            Bounds bounds,
            Executor threads,
            ScheduledExecutorService timer)
            throws IOException {
        JdkServer.prepare();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(place.host()), place.port());
        HttpServer server;
        if (tls == null) {
            server = HttpServer.create(address, BACKLOG);
        } else {
            HttpsServer secure = HttpsServer.create(address, BACKLOG);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            server = secure;
        }
        Listener listener = new Listener(server, tls != null, reception, bounds, threads, timer);
        server.setExecutor(listener::execute);
        server.createContext("/", exchange -> {
            listener.reading.get().end(0);
            reception.handle(exchange, listener.encrypted);
        });
        try {
            server.start();
        } catch (RuntimeException | Error e) { // no thread: the address is given back
            OutOfMemory.endsProcess(e);
            server.stop(0);
            throw e;
        }
        return listener;
    }

    InetSocketAddress address() {
        return server.getAddress();
    }

    /** Runs what reads a request. Where it throws, the JDK's server closes the connection. */
    private void execute(Runnable turn) {
        if (turns.incrementAndGet() > bounds.turns()) {
            turns.decrementAndGet();
            throw new RejectedExecutionException("too many requests at a time");
        }
        try {
            threads.execute(() -> run(turn));
        } catch (RuntimeException | Error e) {
            OutOfMemory.endsProcess(e);
            turns.decrementAndGet();
            throw e;
        }
    }

    private void run(Runnable turn) {
        ClientWait wait = new ClientWait(timer, bounds.headers(), 0);
        reading.set(wait);
        wait.begin();
        try {
            turn.run();
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            LOG.debug("an HTTP connection ended", e);
        } finally {
            wait.finish(0);
            reading.remove();
            turns.decrementAndGet();
        }
    }

    /** Closes it: new requests are refused, and those that are being answered have a moment to end. */
    void close() {
        reception.close();
        long end = System.nanoTime() + bounds.stop().toNanos();
        while (!reception.isIdle() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(GLANCE_NANOS);
        }
        reception.cut();
        server.stop(0);
    }
}
