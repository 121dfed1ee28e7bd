package im.restante.internal.store.postgresql;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.itests.contract.GuideTables;
import im.restante.itests.contract.UserRepositoryContract;
import im.restante.itests.database.Database;
import im.restante.itests.postgresql.NeedsPostgreSql;
import im.restante.itests.postgresql.PostgreSqlServer;
import im.restante.quota.UserLimits;
import im.restante.store.Fence;
import im.restante.store.jdbc.SqlStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NeedsPostgreSql
class PostgreSqlUserRepositoryTest extends UserRepositoryContract {
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

    /** As a program reads it that was written for the tables of the guide's server. */
    @Test
    void aUsersLimitIsWhereTheGuideSays() throws Exception {
        UserRepository repository = open();
        repository
                .create(TestStores.ROMEO, List.of(new Setting(UserLimits.NODE, UserLimits.KEY, "10")), Fence.HERE)
                .toCompletableFuture()
                .get(20, TimeUnit.SECONDS);
        close(repository);
        try (Connection connection =
                DriverManager.getConnection(database.url(), database.user(), database.password())) {
            assertEquals(List.of("10"), GuideTables.storeLimits(connection, "romeo@example.org"));
        }
    }
}
