package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Clients that are not ours drain a great spool and prove it: it is empty then. README.md says how to run the two that are not Java. */
class ProvedByOtherClientsIT extends ServerTest {
    private static final int MANY = 10_000;

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.quota", "store-limit", "-1");
    }

    @Test
    void smackProvesTenThousandByStreamManagement() throws Exception {
        String romeo = backlog(MANY);
        try (SmackClient client = SmackClient.online(server, romeo, "orchard")) {
            assertTrue(client.connection.isSmEnabled(), "stream management");
            client.awaitBodies(MANY);
            client.ping();
            assertEquals(numbers(MANY), client.bodies());
            awaitEmptySpool(romeo);
        }
    }

    @Test
    void whoReadsFiveAndLeavesInOrderGetsNoneOfThemAgain() throws Exception {
        String romeo = backlog(5);
        try (SmackClient client = SmackClient.online(server, romeo, "orchard")) {
            client.awaitBodies(5);
        }
        awaitEmptySpool(romeo);
        try (SmackClient client = SmackClient.online(server, romeo, "orchard")) {
            client.ping();
            assertEquals(List.of(), client.bodies());
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "slixmpp", matches = ".+")
    void slixmppProvesTenThousand() throws Exception {
        String romeo = backlog(MANY);
        run(romeo, System.getProperty("slixmpp"), "drain-slixmpp.py", romeo + "@localhost", MANY);
    }

    @Test
    @EnabledIfSystemProperty(named = "slixmpp", matches = ".+")
    void slixmppRetrievesByHand() throws Exception {
        String romeo = backlog(500);
        run(romeo, System.getProperty("slixmpp"), "retrieve-slixmpp.py", romeo + "@localhost", 500);
    }

    @Test
    @EnabledIfSystemProperty(named = "xmppjs", matches = ".+")
    void xmppJsProvesTenThousand() throws Exception {
        String romeo = backlog(MANY);
        run(romeo, "node", System.getProperty("xmppjs") + "/drain-xmppjs.mjs", romeo, MANY);
    }

    /** The script compares what came with what was sent, and says with its exit code whether that is the same. */
    private void run(String romeo, String interpreter, String script, String user, int count) throws Exception {
        Path clients = Path.of("clients").toAbsolutePath();
        ProcessBuilder client = new ProcessBuilder(
                        interpreter,
                        clients.resolve(script).toString(),
                        "127.0.0.1",
                        Integer.toString(server.port()),
                        user,
                        ServerProcess.password(romeo),
                        Integer.toString(count))
                .inheritIO();
        client.environment().put("NODE_TLS_REJECT_UNAUTHORIZED", "0"); // the certificate is self-signed
        Process process = client.start();
        assertTrue(process.waitFor(300, TimeUnit.SECONDS), "it ends");
        assertEquals(0, process.exitValue());
        awaitEmptySpool(romeo);
    }

    /** Gives a user for whom that many messages wait: their bodies count from 0. */
    private String backlog(int count) throws Exception {
        String romeo = newUser("romeo");
        StringBuilder load = new StringBuilder();
        numbers(count)
                .forEach(n -> load.append("<message type='chat' to='")
                        .append(jid(romeo))
                        .append("'><body>")
                        .append(n)
                        .append("</body></message>"));
        try (RawClient juliet = RawClient.login(server, newUser("juliet"))) {
            juliet.say(load.toString());
        }
        return romeo;
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private void awaitEmptySpool(String local) throws Exception {
        Await.until(
                () -> "an empty spool: " + spool(local),
                Duration.ofSeconds(60),
                () -> spool(local).contains("nothing waits"));
    }

    private String spool(String local) {
        try {
            return server.shell("restante:spool " + jid(local));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
