package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jivesoftware.smack.packet.Message;
import org.jivesoftware.smackx.delay.packet.DelayInformation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The main job: what a sender was told is taken outlives {@code kill -9}, and reaches its owner once, in order, stamped. */
class MailSurvivesKillIT {
    private static final int SENDERS = 10;
    private static final int EACH = 100;

    static Stream<Jdk> jdks() {
        return Jdk.forTests().stream();
    }

    @ParameterizedTest
    @MethodSource("jdks")
    void aThousandMessagesFromTenSendersSurviveAKillAndComeOnceInOrderAndStamped(Jdk jdk) throws Exception {
        try (ServerProcess server =
                ServerTest.patient(ServerProcess.prepare(jdk).plain())) {
            server.start().user("romeo");
            List<SmackClient> senders = new ArrayList<>();
            for (int s = 0; s < SENDERS; s++) {
                senders.add(SmackClient.online(server.user("sender" + s), "sender" + s, "balcony"));
            }
            Map<String, Instant> sentAt = new HashMap<>();
            for (int n = 0; n < EACH; n++) {
                for (int s = 0; s < SENDERS; s++) {
                    sentAt.put(s + ":" + n, Instant.now());
                    senders.get(s).chat("romeo@localhost", s + ":" + n);
                }
            }
            for (SmackClient sender : senders) {
                sender.ping();
            }
            Instant taken = Instant.now();
            server.kill();
            senders.forEach(SmackClient::cut);

            server.start();
            try (SmackClient romeo = SmackClient.online(server, "romeo", "orchard")) {
                romeo.awaitBodies(SENDERS * EACH);
                romeo.ping();
                List<String> bodies = romeo.bodies();
                assertEquals(SENDERS * EACH, bodies.size(), "each once");
                for (int s = 0; s < SENDERS; s++) {
                    String sender = s + ":";
                    assertEquals(
                            IntStream.range(0, EACH).mapToObj(n -> sender + n).toList(),
                            bodies.stream().filter(b -> b.startsWith(sender)).toList(),
                            "order of sender " + s);
                }
                for (Message message : romeo.messages) {
                    assertOneStampOfTheRightTime(message, sentAt.get(message.getBody()), taken);
                }
            }
            try (SmackClient again = SmackClient.online(server, "romeo", "orchard")) {
                again.ping();
                assertEquals(List.of(), again.bodies(), "nothing twice");
            }
            server.stop();
        }
    }

    private static void assertOneStampOfTheRightTime(Message message, Instant sent, Instant taken) {
        assertEquals(1, message.getExtensions(DelayInformation.class).size(), "one stamp");
        DelayInformation delay = message.getExtension(DelayInformation.class);
        assertNotNull(delay);
        assertEquals("localhost", delay.getFrom());
        Instant stamp = delay.getStamp().toInstant();
        assertTrue(
                !stamp.isBefore(sent.minus(Duration.ofMillis(1))) && !stamp.isAfter(taken),
                () -> "stamp " + stamp + " is not between " + sent + " and " + taken);
    }
}
