package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import im.restante.itests.mariadb.MariaDbServer;
import im.restante.itests.mariadb.MariaDbServer.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mail on a real MariaDB server, alone and beside the embedded store. */
class MailOnMariaDbIT {
    private static MariaDbServer mariaDb;

    @BeforeAll
    static void startMariaDb(@TempDir Path directory) throws Exception {
        mariaDb = MariaDbServer.in(directory);
        mariaDb.start();
    }

    @AfterAll
    static void stopMariaDb() {
        if (mariaDb != null) {
            mariaDb.close();
        }
    }

    private static ServerProcess prepare() throws Exception {
        Database database = mariaDb.newDatabase();
        return ServerProcess.prepare(Jdk.newest())
                .configure("im.restante.store.mariadb", "url", database.url())
                .configure("im.restante.store.mariadb", "user", database.user())
                .configure("im.restante.store.mariadb", ".password", database.password());
    }

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

    private static void awaitStore(ServerProcess server, String wanted) throws Exception {
        Await.until("the store is " + wanted, Duration.ofSeconds(30), () -> isStore(server, wanted));
    }

    private static boolean isStore(ServerProcess server, String wanted) {
        try {
            return server.shell("restante:store").lines().anyMatch(line -> line.matches("\\*\\s+" + wanted + "\\s.*"));
        } catch (IOException e) { // the command is away while its configuration changes
            return false;
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
            awaitStore(server, "sqlite");
            try (SmackClient juliet = SmackClient.online(server, "juliet", "balcony")) {
                send(juliet, 0, 20);
                server.configure("im.restante.offline", "store", "mariadb");
                awaitStore(server, "mariadb");
                send(juliet, 20, 40);
                server.configure("im.restante.offline", "store", "sqlite");
                awaitStore(server, "sqlite");
                send(juliet, 40, 60);
            }
            assertRomeoGets(server, 60);
        }
    }
}
