package org.example.restante;

import im.restante.itests.contract.ArchiveContract;
import im.restante.itests.contract.ArchivingStoreContract;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import org.junit.jupiter.api.Nested;

/** What shows that an archive is one, and that a store keeps messages and their copies in one step. */
class MemoryArchiveTest {
    private Mailboxes place;
    private MemoryStore store;

    private MemoryStore opened() {
        place = new Mailboxes();
        return reopened();
    }

    private MemoryStore reopened() {
        store = new MemoryStore(place);
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
            return reopened().archive().orElseThrow();
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
            return reopened();
        }

        @Override
        protected void close(MessageStore open) {
            ((MemoryStore) open).close();
        }
    }
}
