package im.restante.internal.store.sqlite;

import im.restante.itests.contract.ArchiveContract;
import im.restante.itests.contract.ArchivingStoreContract;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

class SqliteArchiveTest {
    @TempDir
    private Path directory;

    private SqliteStore store;

    private SqliteStore opened() {
        store = new SqliteStore(directory.resolve("spool.db"), 4_000);
        store.start();
        return store;
    }

    @Nested
    class Archives extends ArchiveContract {
        @Override
        protected MessageArchive open() {
            return opened().archive().orElseThrow();
        }

        @Override
        protected void close() {
            store.close();
        }

        @Override
        protected MessageArchive reopen() {
            return open();
        }
    }

    @Nested
    class MessagesWithCopies extends ArchivingStoreContract {
        @Override
        protected MessageStore open() {
            return opened();
        }

        @Override
        protected MessageStore reopen() {
            return opened();
        }

        @Override
        protected void close(MessageStore open) {
            ((SqliteStore) open).close();
        }
    }
}
