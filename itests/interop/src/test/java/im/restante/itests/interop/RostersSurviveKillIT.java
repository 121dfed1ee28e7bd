package im.restante.itests.interop;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Pattern;
import org.jivesoftware.smack.packet.Presence;
import org.junit.jupiter.api.Test;
import org.jxmpp.jid.impl.JidCreate;

/** Two rosters agree after {@code kill -9} amid changes of one of them, though neither of the two logs in again. */
class RostersSurviveKillIT {
    private static final int ROUNDS = 4;
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pattern ASKS = Pattern.compile("<item[^>]*ask=['\"]subscribe");
    private static final Pattern IS_ASKED = Pattern.compile("<presence[^>]*type=['\"]subscribe['\"]");

    @Test
    void bothSidesAgreeAfterAKill() throws Exception {
        try (ServerProcess server = ServerProcess.prepare(Jdk.forTests().get(0))) {
            server.start().user("romeo").user("juliet");
            for (int round = 1; round <= ROUNDS; round++) {
                SmackClient romeo = SmackClient.online(server, "romeo", "orchard");
                SmackClient juliet = SmackClient.online(server, "juliet", "balcony");
                juliet.ping(); // who is not there yet hears of the last question only
                int heard = 13 * round;
                for (int i = 0; i < heard + 40; i++) {
                    romeo.send(romeo.connection
                            .getStanzaFactory()
                            .buildPresenceStanza()
                            .to(JidCreate.bareFrom("juliet@localhost"))
                            .ofType(i % 2 == 0 ? Presence.Type.subscribe : Presence.Type.unsubscribe)
                            .build());
                }
                Await.until("some of it arrives", SOON, () -> questionsAndTheirEnds(juliet) >= heard);
                server.kill();
                romeo.cut();
                juliet.cut();
                server.start();
                String file = "round-" + round + "-";
                int[] exports = {0};
                String[] last = {""};
                Await.until(() -> "they agree in " + last[0], SOON, () -> {
                    Path export = server.home().resolve(file + exports[0] + ".xml");
                    server.shell("restante:export " + file + exports[0]++ + ".xml");
                    last[0] = Files.readString(export);
                    return ASKS.matcher(last[0]).find()
                            == IS_ASKED.matcher(last[0]).find();
                });
            }
            server.stop();
        }
    }

    private static long questionsAndTheirEnds(SmackClient client) {
        return client.presences.stream()
                .filter(p -> p.getType() == Presence.Type.subscribe || p.getType() == Presence.Type.unsubscribe)
                .count();
    }
}
