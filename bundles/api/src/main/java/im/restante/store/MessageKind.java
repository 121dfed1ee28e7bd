package im.restante.store;

/** Why a row is in the spool. Stores keep the {@link #code()}, which never changes its meaning. */
public enum MessageKind {
    /** Sent to somebody who was away. */
    OFFLINE(0),
    /**
     * Counts as handed over at once, and waits for one session: by {@code journal=true}, or because others have it. Removed on
     * proof like any other.
     */
    JOURNAL(1),
    /** Sent live, never acknowledged, come back when the session was cut. */
    RETURNED(2),
    /** Made by the server about another message, such as an AMP reply to a sender who is away. */
    NOTICE(3);

    private final int code;

    MessageKind(int code) {
        this.code = code;
    }

    /** What a store writes. */
    public int code() {
        return code;
    }

    /** @throws IllegalArgumentException for a number no kind has */
    public static MessageKind of(int code) {
        for (MessageKind kind : values()) {
            if (kind.code == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException("no message kind has the code " + code);
    }
}
