package im.restante.internal.shell.portable;

import im.restante.jid.Jid;
import im.restante.message.StanzaIds;
import java.util.OptionalLong;

/** Ids that a test can read, of a server with that key. */
record FakeStanzaIds(String key) implements StanzaIds {
    @Override
    public String stanzaId(Jid owner, long arrivalId) {
        return key + '-' + owner + '-' + arrivalId;
    }

    @Override
    public OptionalLong arrivalId(Jid owner, String stanzaId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isStanzaId(Jid owner, long arrivalId, String stanzaId) {
        return stanzaId.equals(stanzaId(owner, arrivalId));
    }
}
