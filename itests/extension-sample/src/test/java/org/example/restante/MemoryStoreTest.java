package org.example.restante;

import im.restante.itests.contract.MessageStoreContract;
import im.restante.store.MessageStore;

/** That is all it takes to show that a store is one. */
class MemoryStoreTest extends MessageStoreContract {
    private Mailboxes place;

    @Override
    protected MessageStore open() {
        place = new Mailboxes();
        return new MemoryStore(place);
    }

    @Override
    protected MessageStore reopen() {
        return new MemoryStore(place);
    }

    @Override
    protected void close(MessageStore store) {
        ((MemoryStore) store).close();
    }
}
