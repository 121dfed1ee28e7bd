package im.restante.internal.store.postgresql;

import im.restante.itests.database.Database;
import im.restante.itests.database.ServerStoreContract;
import im.restante.itests.postgresql.NeedsPostgreSql;
import im.restante.itests.postgresql.PostgreSqlServer;
import im.restante.store.jdbc.SqlStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

@NeedsPostgreSql
class PostgreSqlStoreTest extends ServerStoreContract {
    private static PostgreSqlServer server;

    @BeforeAll
    static void startServer(@TempDir Path directory) throws Exception {
        server = PostgreSqlServer.in(directory);
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
        return server.newSchema(); // the other test has databases of their own
    }

    @Override
    protected SqlStore store(Database where) {
        return TestStores.store(where);
    }
}
