package im.restante.itests.database;

import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.itests.contract.ArchiveContract;
import im.restante.itests.contract.ArchivingStoreContract;
import im.restante.itests.contract.GuideTables;
import im.restante.itests.contract.MessageStoreContract;
import im.restante.itests.contract.UserRepositoryContract;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import im.restante.store.jdbc.SqlStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** All that a store on a database server must do, on one server, each test on a database of its own. */
public abstract class ServerStoreContract {
    private Database database;
    private SqlStore store;

    /** Empty, on the server of the tests. */
    protected abstract Database newDatabase() throws Exception;

    /** As an operator would configure it, not yet started. */
    protected abstract SqlStore store(Database where);

    private SqlStore opened() throws Exception {
        database = newDatabase();
        return reopened();
    }

    private SqlStore reopened() {
        store = store(database);
        store.start();
        return store;
    }

    @Nested
    class Messages extends MessageStoreContract {
        @Override
        protected MessageStore open() throws Exception {
            return opened();
        }

        @Override
        protected MessageStore reopen() {
            return reopened();
        }

        @Override
        protected void close(MessageStore open) {
            ((SqlStore) open).close();
        }
    }

    @Nested
    class Users extends UserRepositoryContract {
        @Override
        protected UserRepository open() throws Exception {
            return opened();
        }

        @Override
        protected UserRepository reopen() {
            return reopened();
        }

        @Override
        protected void close(UserRepository open) {
            ((SqlStore) open).close();
        }

        /** As a program reads it that was written for the tables of the guide's server. */
        @Test
        void aUsersLimitIsWhereTheGuideSays() throws Exception {
            List<Setting> limit = List.of(new Setting(UserLimits.NODE, UserLimits.KEY, "10"));
            await(repository().create(Jid.of("romeo@example.org"), limit, Fence.HERE));
            try (Connection connection =
                    DriverManager.getConnection(database.url(), database.user(), database.password())) {
                assertEquals(List.of("10"), GuideTables.storeLimits(connection, "romeo@example.org"));
            }
        }
    }

    @Nested
    class Archives extends ArchiveContract {
        @Override
        protected MessageArchive open() throws Exception {
            return opened().archive().orElseThrow();
        }

        @Override
        protected MessageArchive reopen() {
            return reopened().archive().orElseThrow();
        }

        @Override
        protected void close() {
            store.close();
        }
    }

    @Nested
    class MessagesWithCopies extends ArchivingStoreContract {
        @Override
        protected MessageStore open() throws Exception {
            return opened();
        }

        @Override
        protected MessageStore reopen() {
            return reopened();
        }

        @Override
        protected void close(MessageStore open) {
            ((SqlStore) open).close();
        }
    }
}
