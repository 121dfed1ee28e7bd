package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The listener for operators on the standalone server, with the page of a third party in its home's {@code deploy}. */
class HttpIT {
    private static final String PAGE = "/example/messages";
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient client = HttpClient.newHttpClient();

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private static Path sample() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("..", "extension-sample", "target"))) {
            return files.filter(
                            file -> file.getFileName().toString().matches("extension-sample-[^a-z]*(-SNAPSHOT)?\\.jar"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static String log(ServerProcess server) throws IOException {
        return Files.readString(server.home().resolve("log/restante.log"));
    }

    /** Empty if nobody answers. */
    private String get(int port, String path) throws Exception {
        try {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(PATIENCE)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        } catch (IOException e) {
            return "";
        }
    }

    @Test
    void aPageInDeployCountsTheMessagesOfARealClientAndGoesWithItsBundle() throws Exception {
        int port = freePort();
        try (ServerProcess server = ServerTest.patient(
                ServerProcess.prepare(Jdk.newest()).configure("im.restante.http", "port", Integer.toString(port)))) {
            server.start();
            Await.until("operators are served", PATIENCE, () -> get(port, PAGE).startsWith("404 "));
            server.user("juliet").user("romeo");
            Path deployed = server.home().resolve("deploy/sample.jar");
            Path beside = Files.copy(sample(), server.home().resolve("sample.jar"));
            Files.move(beside, deployed, StandardCopyOption.ATOMIC_MOVE);
            Await.until("the page is there", PATIENCE, () -> get(port, PAGE).equals("200 0 messages\n"));
            try (SmackClient juliet = SmackClient.login(server, "juliet", "balcony")) {
                juliet.chat("romeo@localhost", "counted");
                juliet.ping();
            }
            assertEquals("200 1 messages\n", get(port, PAGE));
            Files.delete(deployed);
            Await.until("the page is gone", PATIENCE, () -> get(port, PAGE).startsWith("404 "));
            server.stop();
            assertEquals("", get(port, PAGE));
            assertFalse(log(server).contains("ERROR"), log(server));
        }
    }

    @Test
    void aPortThatIsTakenKeepsNothingElseFromStartingAndIsUsedWhenItIsFree() throws Exception {
        ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
        int port = taken.getLocalPort();
        try (ServerProcess server =
                ServerProcess.prepare(Jdk.newest()).configure("im.restante.http", "port", Integer.toString(port))) {
            server.start();
            server.user("juliet");
            Await.until("the log says so", PATIENCE, () -> log(server).contains("im.restante.http: port=" + port));
            assertEquals(
                    1,
                    log(server)
                            .lines()
                            .filter(line -> line.contains("im.restante.http: port="))
                            .count());
            taken.close();
            Await.until("operators are served", PATIENCE, () -> get(port, "/").startsWith("404 "));
            server.configure("im.restante.http", "port", "door");
            Await.until("the log says so", PATIENCE, () -> log(server).contains("port=door: must be "));
            assertTrue(get(port, "/").startsWith("404 "));
            server.configure("im.restante.http", "port", "-1");
            Await.until(
                    "nobody is served any more", PATIENCE, () -> get(port, "/").isEmpty());
        } finally {
            taken.close();
        }
    }
}
