package im.restante.internal.store.jdbc;

import im.restante.internal.store.jdbc.Operation.Append;
import im.restante.internal.store.jdbc.Operation.Copy;

/** What a message is known by: ids are unique for an owner. */
record MessageKey(Key owner, long id) {
    static MessageKey of(Append append) {
        return new MessageKey(append.pair.owner(), append.message.id());
    }

    static MessageKey of(Copy copy) {
        return new MessageKey(copy.owner(), copy.message().id());
    }
}
