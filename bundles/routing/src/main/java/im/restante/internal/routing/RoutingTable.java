package im.restante.internal.routing;

import im.restante.stanza.Message;
import java.util.EnumMap;
import java.util.Map;

/** RFC 6121 §8 for messages, as data: state of the account and kind of address down, type of the message across. */
enum RoutingTable {
    //                                 normal           chat             groupchat        headline         error
    NO_ACCOUNT_BARE(/*            */ "UNKNOWN_USER     UNKNOWN_USER     UNAVAILABLE      SILENCE          SILENCE"),
    NO_ACCOUNT_FULL(/*            */ "UNAVAILABLE      UNKNOWN_USER     UNAVAILABLE      SILENCE          SILENCE"),
    NO_ACTIVE_RESOURCE_BARE(/*    */ "SPOOL            SPOOL            UNAVAILABLE      SILENCE          SILENCE"),
    NO_ACTIVE_RESOURCE_FULL(/*    */ "UNAVAILABLE      SPOOL            UNAVAILABLE      SILENCE          SILENCE"),
    NEGATIVE_ONLY_BARE(/*         */ "SPOOL            SPOOL            UNAVAILABLE      SILENCE          SILENCE"),
    NEGATIVE_ONLY_MATCH(
            /*        */ "THIS_RESOURCE    THIS_RESOURCE    THIS_RESOURCE    THIS_RESOURCE    THIS_RESOURCE"),
    NEGATIVE_ONLY_NO_MATCH(/*     */ "UNAVAILABLE      SPOOL            UNAVAILABLE      SILENCE          SILENCE"),
    ONE_BARE(/*                   */ "ALL_NON_NEGATIVE ALL_NON_NEGATIVE UNAVAILABLE      ALL_NON_NEGATIVE SILENCE"),
    ONE_MATCH(
            /*                  */ "THIS_RESOURCE    THIS_RESOURCE    THIS_RESOURCE    THIS_RESOURCE    THIS_RESOURCE"),
    ONE_NO_MATCH(/*               */ "UNAVAILABLE      ALL_NON_NEGATIVE UNAVAILABLE      SILENCE          SILENCE"),
    SEVERAL_BARE(/*               */ "ALL_NON_NEGATIVE ALL_NON_NEGATIVE UNAVAILABLE      ALL_NON_NEGATIVE SILENCE"),
    SEVERAL_MATCH(
            /*              */ "THIS_RESOURCE    THIS_RESOURCE    THIS_RESOURCE    THIS_RESOURCE    THIS_RESOURCE"),
    SEVERAL_NO_MATCH(/*           */ "UNAVAILABLE      ALL_NON_NEGATIVE UNAVAILABLE      SILENCE          SILENCE");

    /** What becomes of a message. */
    enum Action {
        /** Into the spool, if storage rules let it. */
        SPOOL,
        /** To the resource that is addressed. */
        THIS_RESOURCE,
        /** To every session of non-negative priority. */
        ALL_NON_NEGATIVE,
        /** {@code service-unavailable} to the sender. */
        UNAVAILABLE,
        /** What {@code unknown-user} says. */
        UNKNOWN_USER,
        /** Nothing. */
        SILENCE
    }

    private final Map<Message.Type, Action> actions = new EnumMap<>(Message.Type.class);

    RoutingTable(String row) {
        String[] cells = row.split(" +");
        Message.Type[] columns = {
            Message.Type.NORMAL, Message.Type.CHAT, Message.Type.GROUPCHAT, Message.Type.HEADLINE, Message.Type.ERROR
        };
        for (int i = 0; i < columns.length; i++) {
            actions.put(columns[i], Action.valueOf(cells[i]));
        }
    }

    Action action(Message.Type type) {
        return actions.get(type);
    }

    /**
     * The row for an account that exists.
     *
     * @param available   sessions that have sent available presence
     * @param nonNegative those of them with a priority of 0 or more
     * @param full        whether a resource is addressed
     * @param match       whether that resource is connected
     */
    static RoutingTable row(int available, int nonNegative, boolean full, boolean match) {
        if (!full) {
            return available == 0
                    ? NO_ACTIVE_RESOURCE_BARE
                    : nonNegative == 0 ? NEGATIVE_ONLY_BARE : nonNegative == 1 ? ONE_BARE : SEVERAL_BARE;
        }
        if (match) {
            return nonNegative == 0 ? NEGATIVE_ONLY_MATCH : nonNegative == 1 ? ONE_MATCH : SEVERAL_MATCH;
        }
        return available == 0
                ? NO_ACTIVE_RESOURCE_FULL
                : nonNegative == 0 ? NEGATIVE_ONLY_NO_MATCH : nonNegative == 1 ? ONE_NO_MATCH : SEVERAL_NO_MATCH;
    }

    /** The row for an account that does not exist. */
    static RoutingTable noAccount(boolean full) {
        return full ? NO_ACCOUNT_FULL : NO_ACCOUNT_BARE;
    }
}
