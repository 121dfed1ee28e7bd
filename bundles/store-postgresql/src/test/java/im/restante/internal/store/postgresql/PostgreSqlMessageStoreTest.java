package im.restante.internal.store.postgresql;

import im.restante.itests.contract.MessageStoreContract;
import im.restante.itests.database.Database;
import im.restante.itests.postgresql.NeedsPostgreSql;
import im.restante.itests.postgresql.PostgreSqlServer;
import im.restante.store.MessageStore;
import im.restante.store.jdbc.SqlStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

@NeedsPostgreSql
class PostgreSqlMessageStoreTest extends MessageStoreContract {
    private static PostgreSqlServer server;

    private Database database;

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
    protected MessageStore open() throws Exception {
        database = server.newDatabase();
        return reopen();
    }

    @Override
    protected MessageStore reopen() {
        return TestStores.started(database);
    }

    @Override
    protected void close(MessageStore store) {
        ((SqlStore) store).close();
    }
}
