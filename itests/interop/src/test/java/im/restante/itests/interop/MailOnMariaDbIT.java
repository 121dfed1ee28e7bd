package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Mail on a real MariaDB server, alone and beside the embedded store. */
class MailOnMariaDbIT extends MariaDbTest {
    private static void send(SmackClient sender, int from, int to) throws Exception {
        for (int n = from; n < to; n++) {
            sender.chat("romeo@localhost", Integer.toString(n));
        }
        sender.ping();
    }

    private static void assertRomeoGets(ServerProcess server, int count) throws Exception {
        List<String> sent =
                IntStream.range(0, count).mapToObj(Integer::toString).toList();
        try (SmackClient romeo = SmackClient.online(server, "romeo", "orchard")) {
            romeo.awaitBodies(count);
            romeo.ping();
            assertEquals(sent, romeo.bodies());
        }
        try (SmackClient again = SmackClient.online(server, "romeo", "orchard")) {
            again.ping();
            assertEquals(List.of(), again.bodies(), "nothing twice");
        }
    }

    @Test
    void accountsAndMailSurviveTheKillOfBothServers() throws Exception {
        try (ServerProcess server = prepare()
                .configure("im.restante.offline", "store", "mariadb")
                .configure("im.restante.accounts", "user-store", "mariadb")) {
            server.start().user("romeo").user("juliet");
            SmackClient juliet = SmackClient.online(server, "juliet", "balcony");
            send(juliet, 0, 100);
            mariaDb.kill();
            server.kill();
            juliet.cut();

            mariaDb.start();
            server.start();
            assertRomeoGets(server, 100);
        }
    }

    @Test
    void anotherStoreTakesOverOnTheRunningServerAndWhatWaitsComesFromBothInOrder() throws Exception {
        try (ServerProcess server = prepare()) {
            server.start().user("romeo").user("juliet");
            Await.until("sqlite is chosen", Duration.ofSeconds(60), () -> isChosen(server, "sqlite"));
            try (SmackClient juliet = SmackClient.online(server, "juliet", "balcony")) {
                send(juliet, 0, 20);
                choose(server, "mariadb");
                send(juliet, 20, 40);
                choose(server, "sqlite");
                send(juliet, 40, 60);
            }
            assertRomeoGets(server, 60);
        }
    }
}
