package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smackx.sid.element.StanzaIdElement;
import org.junit.jupiter.api.Test;

/** A client of Smack that is cut, comes back and resumes its stream (XEP-0198 §5). */
class ResumptionIT extends ServerTest {
    private static List<String> numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).mapToObj(Integer::toString).toList();
    }

    private void write(String to, int from, int most) throws Exception {
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
            for (int n = from; n <= most; n++) {
                juliet.chat(jid(to), Integer.toString(n));
            }
            juliet.ping();
        }
    }

    @Test
    void whatCameDuringTheCutArrivesOnceAndInOrder() throws Exception {
        String romeo = newUser("romeo");
        try (SmackClient client = SmackClient.online(server, romeo, "orchard")) {
            write(romeo, 1, 5);
            client.awaitBodies(5);
            for (int i = 1; i <= 3; i++) {
                client.cut();
                write(romeo, 5 * i + 1, 5 * i + 5);
                client.connection.connect().login();
                assertTrue(client.connection.streamWasResumed());
                client.awaitBodies(5 * i + 5);
            }
            client.ping();
            assertEquals(numbers(1, 20), client.bodies());
        }
    }

    @Test
    void aCutInTheMiddleOfADrainLosesNothing() throws Exception {
        String romeo = newUser("romeo");
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "b")) {
            for (int n = 1; n <= 90; n++) {
                juliet.chat(jid(romeo), Integer.toString(n));
            }
            juliet.ping();
        }
        try (SmackClient client = SmackClient.login(server, romeo, "orchard")) {
            client.available(0);
            client.awaitBodies(10);
            client.cut();
            client.connection.connect().login();
            Await.until(
                    () -> "all 90; " + new HashSet<>(client.bodies()).size() + " came",
                    Duration.ofSeconds(60),
                    () -> new HashSet<>(client.bodies()).size() == 90);
            client.ping();
            // what comes twice was on its way when the stream broke, and says that it is the same
            long different = client.messages.stream()
                    .map(message -> message.getBody() + " " + stanzaId(message))
                    .distinct()
                    .count();
            assertEquals(90, different);
        }
    }

    private static String stanzaId(Message message) {
        return message.getExtension(StanzaIdElement.class).getId();
    }
}
