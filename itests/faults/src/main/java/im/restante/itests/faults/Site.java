package im.restante.itests.faults;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A server under test, with what every scenario does to it. */
final class Site implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long POLL_NANOS = 30_000_000;

    private final ServerProcess server;
    private final AtomicLong numbers = new AtomicLong();
    private final AtomicInteger names = new AtomicInteger();

    private Site(ServerProcess server) {
        this.server = server;
    }

    /** Not started yet. Closed, and so killed, also when this program is interrupted. */
    static Site prepare() {
        ServerProcess server = ServerProcess.prepare(Jdk.newest())
                .configure("im.restante.c2s", "tls", "off")
                .configure("im.restante.accounts", "scram-iterations", "4096")
                .configure("im.restante.quota", "store-limit", "-1");
        Site site = new Site(server);
        Runtime.getRuntime().addShutdownHook(new Thread(site::close, "kill-server"));
        return site;
    }

    ServerProcess server() {
        return server;
    }

    /** A new account. */
    String newUser(String prefix) throws IOException {
        String name = prefix + names.incrementAndGet();
        server.user(name);
        return name;
    }

    Client login(String user, String resource) throws IOException {
        return Client.login(server.port(), user, resource);
    }

    /** Numbers that no message of this run has had. */
    long nextNumber() {
        return numbers.incrementAndGet();
    }

    /** Sends {@code count} messages from one sender to {@code recipient}, who is away, and enters them as taken. */
    void fill(String sender, String recipient, int count, Random random, Ledger ledger) throws Exception {
        try (Client client = login(sender, "fill")) {
            for (int n = 0; n < count; n++) {
                Mail mail = new Mail(0, nextNumber());
                client.write(mail.to(recipient, Mail.size(random)));
                ledger.sent(mail, true);
            }
            client.ping();
            if (!client.refused().isEmpty()) {
                throw new AssertionError(client.refused().size() + " messages of the backlog were refused");
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
        try {
            client.presence();
            awaitEmpty(recipient, client);
            client.ping();
        } finally {
            client.close();
            ledger.login(client.received());
        }
    }

    void awaitEmpty(String recipient, Client client) throws Exception {
        Await.until(
                () -> "nothing waits for " + recipient + " any more, who has got " + client.count(), PATIENCE, () -> {
                    LockSupport.parkNanos(POLL_NANOS);
                    return client.hasEnded() || waiting(recipient).isEmpty();
                });
        if (client.hasEnded()) {
            throw new AssertionError("the server ended the connection of " + recipient);
        }
    }

    /** What the server says about the spool; empty if nothing waits. */
    String waiting(String recipient) throws IOException {
        return server.shell("restante:spool " + recipient + "@localhost")
                .lines()
                .filter(line -> !line.startsWith(" ") && !line.endsWith("nothing waits"))
                .findFirst()
                .orElse("");
    }

    /** Everything the server has logged so far. */
    String log() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(server.home().resolve("log"))) {
            for (Path file : files.sorted().toList()) {
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
        }
    }
}
