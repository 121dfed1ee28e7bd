package im.restante.internal.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.itests.contract.GuideTables;
import im.restante.itests.contract.UserRepositoryContract;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import im.restante.store.Fence;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteUserRepositoryTest extends UserRepositoryContract {
    @TempDir
    private Path directory;

    @Override
    protected UserRepository open() {
        SqliteStore store = new SqliteStore(directory.resolve("spool.db"), 4_000);
        store.start();
        return store;
    }

    @Override
    protected UserRepository reopen() {
        return open();
    }

    @Override
    protected void close(UserRepository repository) {
        ((SqliteStore) repository).close();
    }

    /** As a program reads it that was written for the tables of the guide's server. */
    @Test
    void aUsersLimitIsWhereTheGuideSays() throws Exception {
        Jid romeo = Jid.of("romeo@example.org");
        UserRepository repository = repository();
        repository
                .create(romeo, List.of(new Setting(UserLimits.NODE, UserLimits.KEY, "10")), Fence.HERE)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        close(repository);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("spool.db"))) {
            assertEquals(List.of("10"), GuideTables.storeLimits(connection, "romeo@example.org"));
        }
    }
}
