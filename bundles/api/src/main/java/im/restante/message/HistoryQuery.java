package im.restante.message;

import static java.util.Objects.requireNonNull;

import im.restante.jid.Jid;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is asked of a {@link MessageHistory}. Does not change; each method gives another query. */
public final class HistoryQuery {
    /** Most entries of a page. */
    public static final int MOST_ENTRIES = 1_000;

    private static final int ENTRIES = 100;

    private final @Nullable Jid account;
    private final @Nullable String messageId;
    private final @Nullable String stanzaId;
    private final int max;
    private final @Nullable String before;

    private HistoryQuery(
            @Nullable Jid account,
            @Nullable String messageId,
            @Nullable String stanzaId,
            int max,
            @Nullable String before) {
        this.account = account;
        this.messageId = messageId;
        this.stanzaId = stanzaId;
        this.max = max;
        this.before = before;
    }

    /** Whatever is known of messages for or from an account; a resource makes no difference. */
    public static HistoryQuery ofAccount(Jid account) {
        return new HistoryQuery(account.bare(), null, null, ENTRIES, null);
    }

    /** Whatever is known of the messages to which their senders gave that id; different senders may use the same one. */
    public static HistoryQuery ofMessageId(String id) {
        return new HistoryQuery(null, requireNonNull(id, "id"), null, ENTRIES, null);
    }

    /** Whatever is known of the message with that stanza-id (XEP-0359); nothing while the key of the server is not known. */
    public static HistoryQuery ofStanzaId(String id) {
        return new HistoryQuery(null, null, requireNonNull(id, "id"), ENTRIES, null);
    }

    /** All of these at once, for a field into which a person writes any of them; of an address that cannot be one only the rest. */
    public static HistoryQuery of(String anything) {
        return new HistoryQuery(address(anything), anything, anything, ENTRIES, null);
    }

    private static @Nullable Jid address(String text) {
        try {
            return Jid.of(text).bare();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * At most so many entries, the newest; 100 if nothing is said.
     *
     * @throws IllegalArgumentException unless it is from 1 to {@link #MOST_ENTRIES}
     */
    public HistoryQuery max(int entries) {
        if (entries < 1 || entries > MOST_ENTRIES) {
            throw new IllegalArgumentException(
                    "the number of entries must be from 1 to " + MOST_ENTRIES + ", got " + entries);
        }
        return new HistoryQuery(account, messageId, stanzaId, entries, before);
    }

    /** Only what is older than a page that ended with that {@link HistoryPage#next()}. */
    public HistoryQuery before(String next) {
        return new HistoryQuery(account, messageId, stanzaId, max, requireNonNull(next, "next"));
    }

    /** Bare; empty if no account is asked for. */
    public Optional<Jid> account() {
        return Optional.ofNullable(account);
    }

    /** Empty if no message id is asked for. */
    public Optional<String> messageId() {
        return Optional.ofNullable(messageId);
    }

    /** Empty if no stanza-id is asked for. */
    public Optional<String> stanzaId() {
        return Optional.ofNullable(stanzaId);
    }

    /** Most entries of the page. */
    public int max() {
        return max;
    }

    /** Where the page begins; empty for the newest. */
    public Optional<String> before() {
        return Optional.ofNullable(before);
    }
}
