package im.restante.internal.c2s;

import im.restante.account.Accounts;
import im.restante.admin.Administrators;
import im.restante.config.ConfigException;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Tally;
import im.restante.internal.support.Threads;
import im.restante.jid.Jid;
import im.restante.limit.Limits;
import im.restante.session.SessionManager;
import im.restante.streammanagement.ManagedStreams;
import im.restante.streammanagement.StanzaHeap;
import im.restante.streammanagement.StreamBounds;
import im.restante.tls.Certificates;
import im.restante.tls.TlsIdentity;
import im.restante.xml.StreamCondition;
import im.restante.xml.XmlCodec;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
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
    private final Certificates certificates;
    private final ConnectionThreads threads;
    private final Handshakes handshakes = new Handshakes(Runtime.getRuntime().availableProcessors());
    private final ReaderTurns turns = new ReaderTurns();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final LongAdder accepted = new LongAdder();
    private final Tally handshakeOutcomes = new Tally("completed", "failed");
    private final LogLimits lines = new LogLimits(System::nanoTime);
    private final Features features = new Features(lines);
    private final StreamElements elements = new StreamElements(lines);
    private final Mechanisms mechanisms = new Mechanisms();
    private final Guard guard = new Guard();
    private final StanzaHeap heap = new StanzaHeap(this::aThirdOfTheBudget, StanzaHeap.GRANTED);
    private final StanzaHeap unread = new StanzaHeap(this::aThirdOfTheBudget, StanzaHeap.GRANTED_UNREAD);
    private final StanzaHeap unproved = new StanzaHeap(this::aThirdOfTheBudget, StanzaHeap.GRANTED_UNPROVED);
    private final Entrance entrance = new Entrance(this, guard);
    private final ManagedStreams streams = new ManagedStreams(this::bounds, this::later);
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition fewer = lock.newCondition();
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, Threads.daemons("restante-c2s-timer"));

    private volatile C2sConfig config;
    private volatile TlsIdentity tls;
    private volatile boolean stopping;
    private volatile Administrators administrators; // null: nobody is one
    private Acceptor ordinary;
    private Acceptor direct;

    /** What others offer on a stream. */
    Features features() {
        return features;
    }

    /** Who understands what is no stanza. */
    StreamElements elements() {
        return elements;
    }

    /** How clients may log in. */
    Mechanisms mechanisms() {
        return mechanisms;
    }

    /** Other limits apply from here on, to connections that are open too. @param present null: none */
    void limits(Limits present) {
        guard.limits(present);
        toAll(connection -> connection.clientAddress().move());
    }

    /** How many there are. */
    int connections() {
        return connections.size();
    }

    /** How many were let in so far. */
    long accepted() {
        return accepted.sum();
    }

    /** Of TLS: {@code completed} and {@code failed}. */
    Tally handshakeOutcomes() {
        return handshakeOutcomes;
    }

    /** Whose names nobody may register; null: nobody's. */
    Administrators administrators() {
        return administrators;
    }

    void administrators(Administrators present) {
        administrators = present;
    }

    Guard guard() {
        return guard;
    }

    Server(
            SessionManager sessions,
            Accounts accounts,
            XmlCodec codec,
            Jid domain,
            Certificates certificates,
            ConnectionThreads threads,
            C2sConfig config) {
        this.sessions = sessions;
        this.accounts = accounts;
        this.codec = codec;
        this.domain = domain;
        this.certificates = certificates;
        this.threads = threads;
        this.config = config;
    }

    /** @throws ConfigException if a file or an address of the configuration cannot be used */
    void start() {
        try {
            timer.setRemoveOnCancelPolicy(true);
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
        entrance.close();
        toAll(Connection::shutdown);
        if (!awaitGone(LAST_VERDICTS)) {
            toAll(c -> c.close(StreamCondition.SYSTEM_SHUTDOWN, null));
        }
        if (!awaitGone(LAST_WORDS)) {
            toAll(Connection::abort);
        }
        if (!awaitGone(LAST_SESSIONS)) {
            LOG.warn("{} sessions were not put away in time", connections.size());
        }
        endSuspended();
        timer.shutdownNow();
        turns.close();
        threads.close();
    }

    private void endSuspended() {
        try {
            streams.resumptions().stop().get(LAST_SESSIONS.toMillis(), TimeUnit.MILLISECONDS);
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
            return wanted.certificate().isEmpty()
                    ? certificates.own(domain)
                    : certificates.open(wanted.certificate(), wanted.privateKey());
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
        entrance.accept(
                socket,
                !directTls,
                threads::read,
                (clientAddress, thread) -> serve(socket, directTls, clientAddress, thread));
    }

    private void serve(Socket socket, boolean directTls, ClientAddress clientAddress, Executor thread) {
        Connection connection = new Connection(this, socket, directTls, clientAddress);
        accepted.increment();
        connections.add(connection);
        if (stopping) { // asked after adding: either this thread sees it, or stop() sees the connection
            connections.remove(connection);
            clientAddress.leave();
            connection.abort();
            return;
        }
        clientAddress.move(); // likewise: other limits may be there since it came in
        try {
            thread.execute(connection);
        } catch (RuntimeException | Error e) {
            OutOfMemory.endsProcess(e);
            connections.remove(connection);
            throw e;
        }
    }

    /** Nothing that was granted to the account is worth anything from here on. Sessions that live are not ended here. */
    void accountRemoved(Jid account) {
        toAll(connection -> connection.accountRemoved(account));
        streams.resumptions().forget(account);
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
        toAll(connection -> connection.tick(now));
    }

    /** One that fails does not keep it from the others. */
    private void toAll(Consumer<Connection> what) {
        for (Connection connection : connections) {
            try {
                what.accept(connection);
            } catch (Throwable e) {
                OutOfMemory.endsProcess(e);
                LogLimit limit = lines.of("all");
                if (limit.isDue()) {
                    LOG.error("{}: what all connections are told failed{}", connection.remote(), limit.more(), e);
                }
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

    /** What each use of memory for stanzas may have, in bytes. */
    long aThirdOfTheBudget() {
        return guard.memoryBudget() / 3;
    }

    private StreamBounds bounds() {
        C2sConfig now = config;
        return new StreamBounds(now.outboundLimit(), now.outboundBytes(), now.resumeTimeout());
    }

    /** For stanzas on their way in. */
    StanzaHeap heap() {
        return heap;
    }

    /** For answers and presence on their way out. */
    StanzaHeap unread() {
        return unread;
    }

    /** For what clients could have and have not proved. */
    StanzaHeap unproved() {
        return unproved;
    }

    /** Of readers that keep a processor busy. */
    ReaderTurns turns() {
        return turns;
    }

    /** What the streams of all connections share. */
    ManagedStreams streams() {
        return streams;
    }

    /** For what may be said as often as clients like: one line a minute of each kind. */
    LogLimits lines() {
        return lines;
    }

    boolean isStopping() {
        return stopping;
    }

    Handshakes handshakes() {
        return handshakes;
    }

    Executor writers() {
        return threads.writers();
    }

    /**
     * Runs a task on the one timer, which must not block; never if the server stops before.
     *
     * @return to be cancelled where nobody needs it any more: until then, or until it has run, whatever it refers to stays in memory
     */
    Future<?> later(Duration delay, Runnable task) {
        try {
            return timer.schedule(() -> guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the server stops: {}", e.getMessage());
            return CompletableFuture.completedFuture(null);
        }
    }

    private void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            LogLimit limit = lines.of("timer");
            if (limit.isDue()) {
                LOG.error("a task of the timer failed{}", limit.more(), e);
            }
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
