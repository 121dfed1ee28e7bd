package im.restante.internal.roster;

import im.restante.stanza.Presence;
import java.util.Locale;

/** The nine states between an account and one contact, and what leads from one to another (RFC 6121, Appendix A). */
enum Subscription {
    NONE,
    NONE_PENDING_OUT,
    NONE_PENDING_IN,
    NONE_PENDING_OUT_IN,
    TO,
    TO_PENDING_IN,
    FROM,
    FROM_PENDING_OUT,
    BOTH;

    /** Whether the account sends the stanza to the contact, or the contact to the account. */
    enum Direction {
        OUTBOUND,
        INBOUND
    }

    // The tables of Appendix A.2 and A.3: a row per stanza, a column per state in the order above. "-" goes no further:
    // it is
    // neither routed nor delivered, and nothing changes. The appendix has no change of state without the stanza going
    // on.
    private static final String[][] OUTBOUND_TABLE = {
        {"subscribe", "NO NO NOI NOI T TI FO FO B"},
        {"subscribed", "- - F FO - B - - -"},
        {"unsubscribe", "N N NI NI N NI F F F"},
        {"unsubscribed", "- - N NO - T N NO T"},
    };
    private static final String[][] INBOUND_TABLE = {
        {"subscribe", "NI NOI - - TI - - - -"},
        {"subscribed", "- T - TI - - - B -"},
        {"unsubscribe", "- - N NO - T N NO T"},
        {"unsubscribed", "- N - NI N NI - F F"},
    };

    /**
     * The state behind a subscription stanza.
     *
     * @param type one of the four of which {@link Presence.Type#isSubscription} says so
     * @return null if the stanza goes no further and changes nothing; the same state if it only goes on
     */
    Subscription after(Direction direction, Presence.Type type) {
        String name = type.name().toLowerCase(Locale.ROOT);
        for (String[] row : direction == Direction.OUTBOUND ? OUTBOUND_TABLE : INBOUND_TABLE) {
            if (row[0].equals(name)) {
                return named(row[1].split(" ")[ordinal()]);
            }
        }
        throw new IllegalArgumentException("not a subscription stanza: " + type);
    }

    /** Whether the account is told of the contact's presence. */
    boolean to() {
        return this == TO || this == TO_PENDING_IN || this == BOTH;
    }

    /** Whether the contact is told of the account's presence. */
    boolean from() {
        return this == FROM || this == FROM_PENDING_OUT || this == BOTH;
    }

    /** Whether the account has asked the contact and waits. */
    boolean pendingOut() {
        return this == NONE_PENDING_OUT || this == NONE_PENDING_OUT_IN || this == FROM_PENDING_OUT;
    }

    /** Whether the contact has asked the account and waits. */
    boolean pendingIn() {
        return this == NONE_PENDING_IN || this == NONE_PENDING_OUT_IN || this == TO_PENDING_IN;
    }

    /** The {@code subscription} attribute (RFC 6121 §2.1.2.5). */
    String attribute() {
        if (to()) {
            return from() ? "both" : "to";
        }
        return from() ? "from" : "none";
    }

    /** The state that has these properties; an open question that is answered already counts as answered. */
    static Subscription of(boolean to, boolean from, boolean pendingOut, boolean pendingIn) {
        for (Subscription state : values()) {
            if (state.to() == to
                    && state.from() == from
                    && state.pendingOut() == (pendingOut && !to)
                    && state.pendingIn() == (pendingIn && !from)) {
                return state;
            }
        }
        throw new IllegalStateException("every combination has a state");
    }

    private static Subscription named(String cell) {
        return switch (cell) {
            case "N" -> NONE;
            case "NO" -> NONE_PENDING_OUT;
            case "NI" -> NONE_PENDING_IN;
            case "NOI" -> NONE_PENDING_OUT_IN;
            case "T" -> TO;
            case "TI" -> TO_PENDING_IN;
            case "F" -> FROM;
            case "FO" -> FROM_PENDING_OUT;
            case "B" -> BOTH;
            default -> null;
        };
    }
}
