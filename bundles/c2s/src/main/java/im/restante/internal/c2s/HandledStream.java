package im.restante.internal.c2s;

import im.restante.jid.Jid;
import im.restante.session.ClientSession;
import im.restante.stream.ClientStream;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StreamCondition;
import im.restante.xml.XmlCodec;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A connection as handlers of stream elements see it. */
final class HandledStream implements ClientStream {
    private final Connection connection;
    private final XmlCodec codec;
    private volatile Jid account;

    HandledStream(Connection connection, XmlCodec codec) {
        this.connection = connection;
        this.codec = codec;
    }

    /** Its client has logged in. */
    void loggedIn(Jid bare) {
        account = bare;
    }

    @Override
    public Phase phase() {
        if (connection.session() != null) {
            return Phase.BOUND;
        }
        return account == null ? Phase.BEFORE_LOGIN : Phase.LOGGED_IN;
    }

    @Override
    public boolean isEncrypted() {
        return connection.encrypted();
    }

    @Override
    public Optional<Jid> address() {
        ClientSession session = connection.session();
        return Optional.ofNullable(session == null ? account : session.jid());
    }

    @Override
    public boolean send(Element element) {
        return connection.out().sendNow(codec.serialize(element, Namespaces.CLIENT));
    }

    @Override
    public void close(StreamCondition condition, String text) {
        connection.close(condition, text);
    }

    @Override
    public CompletionStage<Void> over() {
        return connection.over().copy();
    }
}
