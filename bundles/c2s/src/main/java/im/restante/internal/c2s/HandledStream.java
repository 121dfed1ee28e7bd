package im.restante.internal.c2s;

import im.restante.jid.Jid;
import im.restante.session.ClientSession;
import im.restante.stream.ClientStream;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StreamCondition;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A connection as handlers of stream elements see it. */
final class HandledStream implements ClientStream {
    private final Connection connection;
    private final Server server;
    private volatile Jid account;
    /** Who is in a handler; only the connection's reader ever is. */
    private volatile Thread handling;

    HandledStream(Connection connection, Server server) {
        this.connection = connection;
        this.server = server;
    }

    /** False if nobody understands it. */
    boolean handled(Element element) {
        handling = Thread.currentThread();
        try {
            return server.elements().handle(element, this);
        } finally {
            handling = null;
        }
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
        if (element.namespace().equals(Namespaces.CLIENT)) {
            throw new IllegalArgumentException("a stanza sent so would not be counted (XEP-0198): " + element);
        }
        byte[] xml = server.codec().serialize(element, Namespaces.CLIENT);
        if (connection.session() == null) { // anybody else's words might come before our header, or into the handshake
            return Thread.currentThread() == handling && connection.out().sendNow(xml);
        }
        if (!connection.out().control(xml, 2 * server.config().outboundLimit())) {
            connection.close(StreamCondition.RESOURCE_CONSTRAINT, "too much waits to be read");
        }
        return !connection.isClosing();
    }

    @Override
    public void close(StreamCondition condition, String text) {
        connection.close(condition, text);
    }

    @Override
    public CompletionStage<Void> over() {
        return connection.over().thenRunAsync(() -> {}, server.writers());
    }
}
