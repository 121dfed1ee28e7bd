package im.restante.message;

import im.restante.jid.Jid;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One thing that became of one message, or of several that left the spool together: a verdict, or what followed it. Never a body. Does
 * not change; nothing it gives is null.
 */
@ProviderType
public interface HistoryEntry {
    /** What became of it. Those from {@link #PROVED} on follow a verdict, and are the {@link Disposition} of the same name. */
    enum Kind {
        /** Delivered to connected sessions. */
        DELIVERED,
        /** In a store, committed. */
        STORED,
        /** Not stored, by a rule. */
        SKIPPED,
        /** Refused, and the sender was told. */
        REFUSED,
        /** Dropped, and the sender was told nothing. */
        DROPPED,
        /** Should have been stored and was not, or nobody can tell. */
        FAILED,
        /** Its recipient has acknowledged it, so it left the spool. */
        PROVED,
        /** It was handed to a session that ended before it had it, and is in the spool (again). */
        RETURNED,
        /** It was handed to a session that ended before it had it, and could not be stored. */
        LOST,
        /** It made room for a newer one. */
        EVICTED,
        /** It waited as long as it may. */
        EXPIRED,
        /** Its owner removed it by hand. */
        REMOVED,
        /** An administrator removed it. */
        PURGED,
        /** It was removed with the account for which it waited. */
        ACCOUNT_REMOVED
    }

    /** When it became known, to the millisecond. */
    Instant at();

    Kind kind();

    /** The recipient, bare. */
    Jid owner();

    /** The sender, bare; empty where it was not at hand, as when several messages leave together. */
    Optional<Jid> sender();

    /** The id that the sender gave the message; empty if it gave none or it was not at hand. Cut at 256 characters. */
    Optional<String> messageId();

    /** The arrival ids of the messages; empty for one that could not have been stored. */
    List<Long> arrivalIds();

    /** Their stanza-ids (XEP-0359), in the same order; empty too while the key of the server is not known. Computed for each call. */
    List<String> stanzaIds();

    /**
     * Why: the text of the rule that decided, the limit and how much waited, the session that has it, who removed it; empty for no more
     * than {@link #kind} says. Cut at 256 characters, some of which a sender or an operator may have chosen.
     */
    Optional<String> reason();

    /** Which configuration was in force; see {@link HistoryPage#configuration}. */
    int revision();
}
