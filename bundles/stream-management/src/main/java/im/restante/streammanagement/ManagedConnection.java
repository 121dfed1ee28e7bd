package im.restante.streammanagement;

import im.restante.session.ClientConnection;
import im.restante.session.ClientSession;
import java.util.concurrent.CompletableFuture;

/** The connection that a stream uses at present, as those see it who manage the stream. Safe for concurrent use where nothing else is said. */
public interface ManagedConnection extends ClientConnection {
    /** Null until a resource is bound. */
    ClientSession session();

    /** The session that it goes on with: from here on that ends with this connection. Reader's thread. */
    void bound(ClientSession session);

    /** Ends the stream: its client has acknowledged more stanzas than it was sent, both modulo 2^32 (XEP-0198 §4). */
    void handledTooMuch(long h, long sent);

    /** Its client goes on with the stream on another connection (XEP-0198 §5). Returns when this one has ended, or soon will. */
    void replaced() throws InterruptedException;

    /** Completes when it ends. */
    CompletableFuture<Void> over();

    /** Whether it is ending. */
    boolean isClosing();
}
