package im.restante.internal.store.sqlite;

import im.restante.account.UserRepository;
import im.restante.itests.contract.UserRepositoryContract;
import java.nio.file.Path;
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
}
