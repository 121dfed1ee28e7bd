package im.restante.internal.c2s;

import im.restante.account.Accounts;
import im.restante.config.ConfigException;
import im.restante.internal.support.Threads;
import im.restante.jid.Jid;
import im.restante.session.SessionManager;
import im.restante.xml.StreamCondition;
import im.restante.xml.XmlCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All connections of clients, where they come in, and what they share. Knows nothing of OSGi. */
final class Server {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration SHORTEST_TICK = Duration.ofMillis(50);

    /** What a shutdown waits: for open verdicts, then for clients to leave, then for sessions to put away what was not sent. */
    private static final Duration LAST_VERDICTS = Duration.ofSeconds(4);

    private static final Duration LAST_WORDS = Connection.GRACE.plusSeconds(1);
    private static final Duration LAST_SESSIONS = Duration.ofSeconds(5);

    private final SessionManager sessions;
    private final Accounts accounts;
    private final XmlCodec codec;
    private final Jid domain;
    private final Path home;
    private final ConnectionThreads threads;
    private final Semaphore handshakes = new Semaphore(Runtime.getRuntime().availableProcessors());
    private final Semaphore openVerdicts = new Semaphore(PendingOutcomes.MAX_UNITS_OF_ALL, true);
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final Features features = new Features();
    private final Resumptions resumptions = new Resumptions(this::later);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Threads.daemons("restante-c2s-timer"));

    private volatile C2sConfig config;
    private volatile TlsIdentity tls;
    private volatile boolean stopping;
    private Acceptor ordinary;
    private Acceptor direct;

    /** What others offer on a stream. */
    Features features() {
        return features;
    }

    /** @param home where relative paths begin */
    Server(
            SessionManager sessions,
            Accounts accounts,
            XmlCodec codec,
            Jid domain,
            Path home,
            ConnectionThreads threads,
            C2sConfig config) {
        this.sessions = sessions;
        this.accounts = accounts;
        this.codec = codec;
        this.domain = domain;
        this.home = home;
        this.threads = threads;
        this.config = config;
    }

    /** @throws ConfigException if a file or an address of the configuration cannot be used */
    void start() {
        try {
            tls = identity(config);
            listen(config);
        } catch (ConfigException e) {
            timer.shutdownNow();
            throw e;
        }
        long tick = Math.min(
                TICK.toNanos(),
                Math.max(SHORTEST_TICK.toNanos(), shortestTimeout().toNanos() / 4));
        timer.scheduleWithFixedDelay(this::tick, tick, tick, TimeUnit.NANOSECONDS);
    }

    /**
     * Puts another configuration in force, all or nothing; connections stay.
     *
     * @throws ConfigException if a file or an address cannot be used; then everything is as before
     */
    void reconfigure(C2sConfig wanted) {
        TlsIdentity fresh = identity(wanted);
        if (!wanted.sameAddress(config)) {
            move(wanted);
        }
        tls = fresh;
        config = wanted;
    }

    /** Where clients connect. */
    InetSocketAddress address() {
        return ordinary.address();
    }

    /** Where clients connect that begin with TLS; null if nowhere. */
    InetSocketAddress directTlsAddress() {
        return direct == null ? null : direct.address();
    }

    /**
     * Ends everything in order: no new connections, open verdicts become final, every client is told, and every session has put
     * away what was not sent. Takes some seconds at most.
     */
    void stop() {
        stopping = true;
        unlisten();
        connections.forEach(Connection::shutdown);
        if (!awaitGone(LAST_VERDICTS)) {
            connections.forEach(c -> c.close(StreamCondition.SYSTEM_SHUTDOWN, null));
        }
        if (!awaitGone(LAST_WORDS)) {
            connections.forEach(Connection::abort);
        }
        if (!awaitGone(LAST_SESSIONS)) {
            LOG.warn("{} sessions were not put away in time", connections.size());
        }
        endSuspended();
        timer.shutdownNow();
        if (tls != null) {
            tls.awaitOpened();
        }
        threads.close();
    }

    private void endSuspended() {
        try {
            resumptions.stop().get(LAST_SESSIONS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("sessions whose clients might have come back were not put away in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean awaitGone(Duration atMost) {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (!connections.isEmpty() && left > 0) {
                left = fewer.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return connections.isEmpty();
    }

    private TlsIdentity identity(C2sConfig wanted) {
        if (wanted.tls() == C2sConfig.Tls.OFF && wanted.directTlsPort() == 0) {
            return null;
        }
        try {
            return TlsIdentity.open(wanted, domain, home, threads.writers());
        } catch (IOException e) {
            throw new ConfigException(
                    C2sConfig.PID,
                    "certificate",
                    wanted.certificate(),
                    "usable for TLS, with its private-key: " + e.getMessage());
        }
    }

    /** The old places are given up first: the new ones may overlap, as 0.0.0.0 does with every other address. */
    private void move(C2sConfig wanted) {
        int port = ordinary.address().getPort();
        int directPort = direct == null ? 0 : direct.address().getPort();
        unlisten();
        try {
            listen(wanted);
        } catch (ConfigException e) {
            listen(config.at(port, directPort));
            throw e;
        }
    }

    private void listen(C2sConfig wanted) {
        Acceptor first = Acceptor.open("port", wanted.host(), wanted.port(), s -> accept(s, false));
        try {
            if (wanted.directTlsPort() != 0) {
                direct = Acceptor.open("direct-tls-port", wanted.host(), wanted.directTlsPort(), s -> accept(s, true));
            }
        } catch (ConfigException e) {
            first.close();
            throw e;
        }
        ordinary = first;
        LOG.info(
                "clients of {} connect to {} (TLS {}){}",
                domain,
                ordinary.address(),
                wanted.tls().name().toLowerCase(Locale.ROOT),
                direct == null ? "" : " and to " + direct.address() + " (direct TLS)");
    }

    private void unlisten() {
        ordinary.close();
        if (direct != null) {
            direct.close();
            direct = null;
        }
    }

    private void accept(Socket socket, boolean directTls) {
        Connection connection = new Connection(this, socket, directTls);
        connections.add(connection);
        if (stopping) { // asked after adding: either this thread sees it, or stop() sees the connection
            connections.remove(connection);
            connection.abort();
            return;
        }
        try {
            threads.read(connection);
        } catch (RuntimeException | Error e) {
            connections.remove(connection);
            throw e;
        }
    }

    private Duration shortestTimeout() {
        Duration shortest = config.authTimeout();
        for (Duration other : new Duration[] {config.idleTimeout(), config.pingTimeout(), config.writeTimeout()}) {
            shortest = shortest.compareTo(other) < 0 ? shortest : other;
        }
        return shortest;
    }

    private void tick() {
        long now = System.nanoTime();
        for (Connection connection : connections) {
            try {
                connection.tick(now);
            } catch (RuntimeException e) {
                LOG.error("{}: the timer failed", connection.remote(), e);
            }
        }
    }

    // What connections ask for.

    C2sConfig config() {
        return config;
    }

    TlsIdentity tls() {
        return tls;
    }

    Jid domain() {
        return domain;
    }

    SessionManager sessions() {
        return sessions;
    }

    Accounts accounts() {
        return accounts;
    }

    XmlCodec codec() {
        return codec;
    }

    /** Room for stanzas whose verdict is open, on all connections together. */
    Semaphore openVerdicts() {
        return openVerdicts;
    }

    Resumptions resumptions() {
        return resumptions;
    }

    boolean isStopping() {
        return stopping;
    }

    Semaphore handshakes() {
        return handshakes;
    }

    Executor writers() {
        return threads.writers();
    }

    void later(Duration delay, Runnable task) {
        if (!timer.isShutdown()) {
            timer.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    void gone(Connection connection) {
        connections.remove(connection);
        if (stopping) {
            lock.lock();
            try {
                fewer.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
