package im.restante.internal.store.mariadb;

import im.restante.account.UserRepository;
import im.restante.itests.contract.UserRepositoryContract;
import im.restante.itests.mariadb.MariaDbServer;
import im.restante.itests.mariadb.MariaDbServer.Database;
import im.restante.store.jdbc.SqlStore;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

class MariaDbUserRepositoryTest extends UserRepositoryContract {
    private static MariaDbServer server;

    private Database database;

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
    protected UserRepository open() throws Exception {
        database = server.newDatabase();
        return reopen();
    }

    @Override
    protected UserRepository reopen() {
        return TestStores.started(database);
    }

    @Override
    protected void close(UserRepository repository) {
        ((SqlStore) repository).close();
    }
}
