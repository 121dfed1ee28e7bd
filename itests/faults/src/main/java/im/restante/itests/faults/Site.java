package im.restante.itests.faults;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A server under test, with what every scenario does to it. */
final class Site implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration DRAIN_BEGINS = Duration.ofSeconds(30);
    private static final long POLL_NANOS = 30_000_000;
    private static final long RETRY_NANOS = 500_000_000;

    private final ServerProcess server;
    private final Patience patience;
    /** Null for a server that keeps everything in a file. */
    private final Database database;

    private final AtomicLong numbers = new AtomicLong();
    private final AtomicInteger names = new AtomicInteger();

    private Site(ServerProcess server, Database database, Patience patience) {
        this.server = server;
        this.patience = patience;
        this.database = database;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "kill-server"));
    }

    /** Not started yet. Closed, and so killed, also when this program is interrupted. */
    static Site prepare(Place place, Patience patience) throws Exception {
        if (place.isFile()) {
            return new Site(preparedServer(patience), null, patience);
        }
        Database database = new Database(place);
        ServerProcess server = preparedServer(patience)
                .configure("im.restante.offline", "store", place.store())
                .configure("im.restante.accounts", "user-store", place.store());
        database.settings().forEach((key, value) -> server.configure("im.restante.store." + place.store(), key, value));
        return new Site(server, database, patience);
    }

    private static ServerProcess preparedServer(Patience patience) {
        return ServerProcess.prepare(Jdk.newest())
                .patient(patience::room)
                .configure("im.restante.c2s", "tls", "off")
                .configure("im.restante.accounts", "scram-iterations", "4096")
                .configure("im.restante.quota", "store-limit", "-1")
                .configure("im.restante.limits", "owner-limit-bytes", "-1");
    }

    ServerProcess server() {
        return server;
    }

    /** Null for a server that keeps everything in a file. */
    Database database() {
        return database;
    }

    /** Starts what does not run. */
    void start() throws Exception {
        if (database != null) {
            database.start();
        }
        if (!server.isRunning()) {
            server.start();
        }
    }

    /** Kills the server; every other time its database server with it, a moment before or behind it. */
    void kill(Random random) {
        boolean both = database != null && random.nextBoolean();
        boolean databaseFirst = random.nextBoolean();
        if (both && databaseFirst) {
            database.kill();
        }
        server.kill();
        if (both && !databaseFirst) {
            database.kill();
        }
    }

    /** Kills nothing but the database server. */
    void killDatabase() {
        database.kill();
    }

    /** A new account. */
    String newUser(String prefix) throws IOException {
        String name = prefix + names.incrementAndGet();
        server.user(name);
        return name;
    }

    /** Tries again for a minute while the server says that its accounts are out of reach, as those who use it would. */
    Client login(String user, String resource) throws IOException {
        long deadline = System.nanoTime() + patience.room(PATIENCE).toNanos();
        while (true) {
            try {
                return Client.login(server.port(), user, resource, patience);
            } catch (IOException e) {
                if (!e.getMessage().contains("temporary-auth-failure") || System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    /** {@code client}, which was cut, with a new connection; empty if the server refuses to go on with its stream. */
    Optional<Client> resume(Client client, String user, String stream) throws Exception {
        return client.resume(server.port(), user, stream);
    }

    /** Numbers that no message of this run has had. */
    long nextNumber() {
        return numbers.incrementAndGet();
    }

    /**
     * Sends to {@code recipient}, who is away, until {@code count} messages are taken, and enters all: what is refused, as may happen
     * where a verdict must come soon, is followed by others.
     */
    void fill(String sender, String recipient, int count, Random random, Ledger ledger) throws Exception {
        long deadline = System.nanoTime() + patience.room(PATIENCE).toNanos();
        try (Client client = login(sender, "fill")) {
            for (int taken = 0; taken < count; ) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError(
                            "only " + taken + " of " + count + " messages were taken; one was refused by "
                                    + client.verdicts().anError());
                }
                List<Mail> batch = new ArrayList<>();
                for (int n = taken; n < count; n++) {
                    Mail mail = new Mail(0, nextNumber());
                    batch.add(mail);
                    client.write(mail.to(recipient, Mail.size(random)));
                }
                long last = nextNumber();
                client.askWhetherTaken(last);
                client.verdicts().await(last, patience.room(PATIENCE));
                for (Mail mail : batch) {
                    Told told = client.verdicts().of(mail);
                    ledger.sent(mail, told);
                    taken += told == Told.TAKEN ? 1 : 0;
                }
            }
        }
    }

    /**
     * Logs {@code recipient} in until nothing waits any more, and out in order.
     *
     * @throws AssertionError if something still waits after a minute
     */
    void drain(String recipient, String resource, Ledger ledger) throws Exception {
        Client client = login(recipient, resource);
        client.presence();
        drainOn(recipient, client, ledger);
    }

    /** Logs {@code recipient} in and returns when so many messages have come; more come. */
    Client drainInPart(String recipient, String resource, int count) throws Exception {
        Client client = login(recipient, resource);
        client.presence();
        Await.until(
                () -> "only " + client.count() + " messages came, not " + count,
                patience.room(DRAIN_BEGINS),
                () -> client.count() >= count);
        return client;
    }

    /** Drains one who is logged in and available. */
    void drainOn(String recipient, Client client, Ledger ledger) throws Exception {
        drainOn(recipient, client, ledger, PATIENCE);
    }

    /** @throws AssertionError if something still waits after {@code limit} */
    void drainOn(String recipient, Client client, Ledger ledger, Duration limit) throws Exception {
        try {
            awaitEmpty(recipient, client, limit);
            client.ping();
        } finally {
            client.close();
            ledger.login(client.received());
        }
    }

    void awaitEmpty(String recipient, Client client) throws Exception {
        awaitEmpty(recipient, client, PATIENCE);
    }

    private void awaitEmpty(String recipient, Client client, Duration limit) throws Exception {
        Await.until(
                () -> "nothing waits for " + recipient + " any more, who has got " + client.count(),
                patience.room(limit),
                () -> {
                    LockSupport.parkNanos(POLL_NANOS);
                    return client.hasEnded() || waiting(recipient).isEmpty();
                });
        if (client.hasEnded()) {
            throw new AssertionError("the server ended the connection of " + recipient);
        }
    }

    /** What the server says about the spool, if only that it cannot tell just now; empty if nothing waits. */
    private String waiting(String recipient) {
        try {
            return server.shell("restante:spool " + recipient + "@localhost")
                    .lines()
                    .filter(line -> !line.startsWith(" ") && !line.endsWith("nothing waits"))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return e.getMessage();
        }
    }

    /** Everything the server has logged so far, the oldest first; it begins a new file now and then. */
    String log() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(server.home().resolve("log"))) {
            for (Path file : files.sorted(
                            Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }

    /** Lines of {@code log} that an operator would look at. */
    static List<String> troubles(String log) {
        return log.lines()
                .filter(line -> line.contains(" WARN ") || line.contains(" ERROR "))
                .toList();
    }

    @Override
    public synchronized void close() {
        if (Files.exists(server.home())) {
            server.close();
            if (database != null) {
                database.close();
            }
        }
    }
}
