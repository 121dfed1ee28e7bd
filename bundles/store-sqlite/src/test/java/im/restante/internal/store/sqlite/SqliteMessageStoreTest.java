package im.restante.internal.store.sqlite;

import im.restante.itests.contract.MessageStoreContract;
import im.restante.store.MessageStore;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteMessageStoreTest extends MessageStoreContract {
    @TempDir
    private Path directory;

    @Override
    protected MessageStore open() {
        SqliteStore store = new SqliteStore(directory.resolve("spool.db"), 4_000);
        store.start();
        return store;
    }

    @Override
    protected MessageStore reopen() {
        return open();
    }

    @Override
    protected void close(MessageStore store) {
        ((SqliteStore) store).close();
    }
}
