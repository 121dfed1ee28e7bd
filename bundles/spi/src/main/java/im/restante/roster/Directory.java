package im.restante.roster;

import im.restante.jid.Jid;
import im.restante.xml.Element;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** Who is connected, as rosters need to see it. Safe for concurrent use; does not block. */
@ProviderType
public interface Directory {
    /** All bound sessions of an account at this moment, available or not. */
    List<LiveSession> sessions(Jid account);

    /** Marks the session bound as {@code fullJid} as {@link LiveSession#interested}; nothing if there is none. */
    void interested(Jid fullJid);

    /** One bound session of an account. */
    @ProviderType
    interface LiveSession {
        /** Full. */
        Jid jid();

        /** The last available presence it broadcast, stamped with its full JID; null before that and after unavailable. */
        @Nullable
        Element presence();

        /** Whether it asked for its roster, so that it is told of changes (RFC 6121 §2.1.6: an "interested resource"). */
        boolean interested();

        /** Queues one stanza; see {@link im.restante.session.ClientConnection#offer}. */
        void send(Element stanza);

        /**
         * Runs a task when the answer to the request being handled has been queued, so that what the task sends comes behind it;
         * see {@link im.restante.session.ClientConnection#afterPending}.
         */
        void afterPending(Runnable task);
    }
}
