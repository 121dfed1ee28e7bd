package im.restante.internal.store.mariadb;

import im.restante.itests.database.Database;
import im.restante.itests.database.ServerStoreContract;
import im.restante.itests.mariadb.MariaDbServer;
import im.restante.store.jdbc.SqlStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class MariaDbStoreTest extends ServerStoreContract {
    private static MariaDbServer server;

    @BeforeAll
    static void startServer(@TempDir Path directory) throws Exception {
        server = MariaDbServer.in(directory);
        server.start();
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @Override
    protected Database newDatabase() throws Exception {
        return server.newDatabase();
    }

    @Override
    protected SqlStore store(Database where) {
        return TestStores.store(where);
    }
}
