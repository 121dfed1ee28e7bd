package im.restante.store;

import java.util.List;

/**
 * Why a row is in the spool. A code never changes its meaning; one that this version does not know, from a store that a newer version
 * has written, is kept and passed on like any other.
 *
 * @param code what a store writes: 0 to 127
 */
public record MessageKind(int code) {
    /** Sent to somebody who was away. */
    public static final MessageKind OFFLINE = new MessageKind(0);

    /**
     * Counts as handed over at once, and waits for one session: by {@code journal=true}, or because others have it. Removed on
     * proof like any other.
     */
    public static final MessageKind JOURNAL = new MessageKind(1);

    /** Sent live, never acknowledged, come back when the session was cut. */
    public static final MessageKind RETURNED = new MessageKind(2);

    /** Made by the server about another message, such as an AMP reply to a sender who is away. */
    public static final MessageKind NOTICE = new MessageKind(3);

    /** The kinds of this version, each at its code. */
    public static final List<MessageKind> KNOWN = List.of(OFFLINE, JOURNAL, RETURNED, NOTICE);

    private static final int MOST = 127;

    /** @throws IllegalArgumentException for a number that no version has */
    public MessageKind {
        if (code < 0 || code > MOST) {
            throw new IllegalArgumentException("no message kind has the code " + code);
        }
    }

    /**
     * The kind of that code; no object is made for one that is known.
     *
     * @throws IllegalArgumentException for a number that no version has
     */
    public static MessageKind of(int code) {
        return code >= 0 && code < KNOWN.size() ? KNOWN.get(code) : new MessageKind(code);
    }
}
