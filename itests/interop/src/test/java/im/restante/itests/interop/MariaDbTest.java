package im.restante.itests.interop;

import im.restante.itests.database.Database;
import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import im.restante.itests.mariadb.MariaDbServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A MariaDB server for the tests of a class, and servers that know it beside their embedded store. */
abstract class MariaDbTest {
    static MariaDbServer mariaDb;

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

    /** Not started, with an empty database there. */
    static ServerProcess prepare() throws Exception {
        Database database = mariaDb.newDatabase();
        return ServerTest.patient(ServerProcess.prepare(Jdk.newest()))
                .configure("im.restante.store.mariadb", "url", database.url())
                .configure("im.restante.store.mariadb", "user", database.user())
                .configure("im.restante.store.mariadb", ".password", database.password());
    }

    /** Chooses the store of new messages on a running server; returns when they go there. */
    static void choose(ServerProcess server, String store) throws Exception {
        server.configure("im.restante.offline", "store", store);
        Await.until("the store is " + store, Duration.ofSeconds(60), () -> isChosen(server, store));
    }

    static boolean isChosen(ServerProcess server, String store) {
        try {
            return server.shell("restante:store").lines().anyMatch(line -> line.matches("\\*\\s+" + store + "\\s.*"));
        } catch (IOException e) { // the command is away while its configuration changes
            return false;
        }
    }
}
