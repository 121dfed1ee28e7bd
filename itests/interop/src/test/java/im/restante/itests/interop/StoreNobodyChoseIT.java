package im.restante.itests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A {@code url} of a MariaDB that is down, which neither {@code store} nor {@code user-store} names. */
class StoreNobodyChoseIT {
    /** Less than the default: the ready line waits ten seconds for what is known then, on a slow machine, too. */
    private static final int SWAP_TIMEOUT_SECONDS = 2;
    /** What a busy machine may need beside; far less than the next timeout that somebody could wait for. */
    private static final int ROOM_SECONDS = 20;

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static int closedPort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static List<String> log(ServerProcess server, String part) throws Exception {
        return Files.readAllLines(server.home().resolve("log/restante.log")).stream()
                .filter(line -> line.contains(part))
                .toList();
    }

    /** A server that knows a MariaDB nobody will ever reach. */
    private static ServerProcess prepared() throws Exception {
        return ServerProcess.prepare(Jdk.newest())
                .configure("im.restante.accounts", "scram-iterations", "4096")
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.offline", "swap-timeout-seconds", "" + SWAP_TIMEOUT_SECONDS)
                .configure("im.restante.offline", "store-timeout-seconds", "60");
    }

    private static void addDead(ServerProcess server) throws Exception {
        server.configure("im.restante.store.mariadb", "url", "jdbc:mariadb://127.0.0.1:" + closedPort() + "/restante");
        server.configure("im.restante.store.mariadb", "user", "restante");
    }

    @Test
    void mailComesWithoutItAndTheReadyLineSaysSo() throws Exception {
        try (ServerProcess server = prepared()) {
            server.start().user("romeo").user("juliet").user("mercutio");
            try (RawClient juliet = RawClient.login(server, "juliet")) {
                juliet.say("<message to='romeo@localhost'><body>1</body></message>"
                        + "<message to='mercutio@localhost'><body>2</body></message>");
            }
            server.stop();
            addDead(server);
            server.start();
            long begun = System.nanoTime();
            try (RawClient romeo = RawClient.login(server, "romeo")) {
                romeo.write("<presence/>");
                romeo.readUntil("<body>1</body>");
                Duration waited = Duration.ofNanos(System.nanoTime() - begun);
                assertTrue(
                        waited.compareTo(Duration.ofSeconds(SWAP_TIMEOUT_SECONDS + ROOM_SECONDS)) < 0,
                        waited::toString);
            }
            try (RawClient mercutio = RawClient.login(server, "mercutio")) {
                mercutio.write("<presence/>");
                mercutio.readUntil("<body>2</body>");
            }
            Await.until("sqlite is chosen", PATIENCE, () -> MariaDbTest.isChosen(server, "sqlite"));
            String leftOut = "the store mariadb has not answered since it came";
            Await.until("the log says it", PATIENCE, () -> !log(server, leftOut).isEmpty());
            assertEquals(1, log(server, leftOut).size());
            List<String> troubles = Files.readAllLines(server.home().resolve("log/restante.log")).stream()
                    .filter(line -> line.contains("WARN") || line.contains("ERROR"))
                    .toList();
            long minutes = Duration.ofNanos(System.nanoTime() - begun).toMinutes(); // each is said once in one
            assertTrue(troubles.size() <= 6 * (1 + minutes), () -> String.join("\n", troubles));
            server.stop();
            assertTrue(readyLine(server).endsWith(" store=sqlite"));
        }
    }

    @Test
    void theReadyLineNamesTheOneThatWorksWhateverTheRanking() throws Exception {
        try (ServerProcess server = prepared()) {
            addDead(server);
            server.configure("im.restante.store.mariadb", "service.ranking", "10");
            assertTrue(readyLine(server).endsWith(" store=sqlite"));
        }
    }

    /** As it is printed; the server that prints it is ended. */
    private static String readyLine(ServerProcess server) throws Exception {
        Process process = server.launch();
        try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8))) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("restante ready: ")) {
                    return line;
                }
            }
            throw new AssertionError("it was never ready");
        } finally {
            process.destroy();
            process.waitFor();
        }
    }
}
