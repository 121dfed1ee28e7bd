package im.restante.migration;

import im.restante.store.StoreException;
import java.io.Closeable;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** Reads what another server keeps in its database; changes nothing there. Safe for concurrent use. */
@ProviderType
public interface ForeignServer {
    /** Service property: whose database it reads, e.g. {@code tigase}. */
    String KIND = "foreign.server";

    /**
     * Connects; blocks for some seconds at most.
     *
     * @param url where the database is, without user and password
     * @throws IllegalArgumentException if the url cannot be right
     * @throws StoreException           if the database cannot be read, or is none of that server
     */
    Spool open(String url, String user, String password) throws StoreException;

    /**
     * Numbers of messages, see {@link ForeignMessage#id()}.
     *
     * @param first the smallest
     * @param last  the largest
     */
    record Range(long first, long last) {}

    /** A connection. For one thread; calls block. Every page is read at its own moment. */
    interface Spool extends Closeable {
        /** How an operator knows the database; without user and password. */
        String place();

        /** Between which numbers the messages are; empty if nothing waits. */
        Optional<Range> range() throws StoreException;

        /** In the order of their ids, those above {@code afterId}; empty: no more. */
        List<ForeignAccount> accounts(long afterId, int most) throws StoreException;

        /** As {@link #accounts}; fewer than {@code most}, though at least one, if they are large. */
        List<ForeignMessage> messages(long afterId, int most) throws StoreException;

        @Override
        void close();
    }
}
