package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** RFC 6120 §4.6: a peer whose cable was cut sends no end of TCP. It neither reads nor answers, and its socket stays open. */
class VanishedPeerIT extends ServerTest {
    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                // the others must answer in that time, also on a machine that stands still for some seconds
                .configure("im.restante.c2s", "idle-timeout-seconds", "15");
    }

    @Test
    void itsSessionEndsItsMailStaysAndNobodyElseIsCut() throws Exception {
        String vanishing = newUser("vanishing");
        List<String> mail = IntStream.range(0, 10).mapToObj(n -> "mail " + n).toList();
        try (SmackClient juliet = SmackClient.online(server, newUser("juliet"), "balcony");
                SmackClient romeo = SmackClient.online(server, newUser("romeo"), "orchard")) {
            for (String body : mail) {
                juliet.chat(jid(vanishing), body);
            }
            juliet.ping();
            try (RawClient half = RawClient.login(server, vanishing)) {
                half.write("<presence/>");
                half.readUntil("mail 4");
                Await.until(
                        "the session is gone",
                        Duration.ofSeconds(120),
                        () -> !server.shell("restante:sessions").contains(vanishing));
                assertTrue(half.readToEnd().contains("<connection-timeout"));
            }
            juliet.chat(romeo.connection.getUser().asBareJid().toString(), "still there?");
            romeo.awaitBodies(1);
            assertFalse(juliet.connection.isDisconnectedButSmResumptionPossible());
            assertTrue(juliet.connection.isConnected() && romeo.connection.isConnected());
        }
        try (SmackClient back = SmackClient.online(server, vanishing, "home")) {
            back.awaitBodies(mail.size());
            back.ping();
            assertEquals(mail, back.bodies());
        }
    }
}
