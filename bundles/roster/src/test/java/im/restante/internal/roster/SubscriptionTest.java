package im.restante.internal.roster;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.internal.roster.Subscription.Direction;
import im.restante.stanza.Presence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** RFC 6121, Appendix A.2 and A.3, written out cell by cell. */
class SubscriptionTest {
    @ParameterizedTest(name = "{0} {1} in {2}: goes on {3}, then {4}")
    @CsvSource(delimiter = '|', textBlock = """
            OUTBOUND | SUBSCRIBE    | NONE                | yes | NONE_PENDING_OUT
            OUTBOUND | SUBSCRIBE    | NONE_PENDING_OUT    | yes | NONE_PENDING_OUT
            OUTBOUND | SUBSCRIBE    | NONE_PENDING_IN     | yes | NONE_PENDING_OUT_IN
            OUTBOUND | SUBSCRIBE    | NONE_PENDING_OUT_IN | yes | NONE_PENDING_OUT_IN
            OUTBOUND | SUBSCRIBE    | TO                  | yes | TO
            OUTBOUND | SUBSCRIBE    | TO_PENDING_IN       | yes | TO_PENDING_IN
            OUTBOUND | SUBSCRIBE    | FROM                | yes | FROM_PENDING_OUT
            OUTBOUND | SUBSCRIBE    | FROM_PENDING_OUT    | yes | FROM_PENDING_OUT
            OUTBOUND | SUBSCRIBE    | BOTH                | yes | BOTH
            OUTBOUND | UNSUBSCRIBE  | NONE                | yes | NONE
            OUTBOUND | UNSUBSCRIBE  | NONE_PENDING_OUT    | yes | NONE
            OUTBOUND | UNSUBSCRIBE  | NONE_PENDING_IN     | yes | NONE_PENDING_IN
            OUTBOUND | UNSUBSCRIBE  | NONE_PENDING_OUT_IN | yes | NONE_PENDING_IN
            OUTBOUND | UNSUBSCRIBE  | TO                  | yes | NONE
            OUTBOUND | UNSUBSCRIBE  | TO_PENDING_IN       | yes | NONE_PENDING_IN
            OUTBOUND | UNSUBSCRIBE  | FROM                | yes | FROM
            OUTBOUND | UNSUBSCRIBE  | FROM_PENDING_OUT    | yes | FROM
            OUTBOUND | UNSUBSCRIBE  | BOTH                | yes | FROM
            OUTBOUND | SUBSCRIBED   | NONE                | no  | NONE
            OUTBOUND | SUBSCRIBED   | NONE_PENDING_OUT    | no  | NONE_PENDING_OUT
            OUTBOUND | SUBSCRIBED   | NONE_PENDING_IN     | yes | FROM
            OUTBOUND | SUBSCRIBED   | NONE_PENDING_OUT_IN | yes | FROM_PENDING_OUT
            OUTBOUND | SUBSCRIBED   | TO                  | no  | TO
            OUTBOUND | SUBSCRIBED   | TO_PENDING_IN       | yes | BOTH
            OUTBOUND | SUBSCRIBED   | FROM                | no  | FROM
            OUTBOUND | SUBSCRIBED   | FROM_PENDING_OUT    | no  | FROM_PENDING_OUT
            OUTBOUND | SUBSCRIBED   | BOTH                | no  | BOTH
            OUTBOUND | UNSUBSCRIBED | NONE                | no  | NONE
            OUTBOUND | UNSUBSCRIBED | NONE_PENDING_OUT    | no  | NONE_PENDING_OUT
            OUTBOUND | UNSUBSCRIBED | NONE_PENDING_IN     | yes | NONE
            OUTBOUND | UNSUBSCRIBED | NONE_PENDING_OUT_IN | yes | NONE_PENDING_OUT
            OUTBOUND | UNSUBSCRIBED | TO                  | no  | TO
            OUTBOUND | UNSUBSCRIBED | TO_PENDING_IN       | yes | TO
            OUTBOUND | UNSUBSCRIBED | FROM                | yes | NONE
            OUTBOUND | UNSUBSCRIBED | FROM_PENDING_OUT    | yes | NONE_PENDING_OUT
            OUTBOUND | UNSUBSCRIBED | BOTH                | yes | TO
            INBOUND  | SUBSCRIBE    | NONE                | yes | NONE_PENDING_IN
            INBOUND  | SUBSCRIBE    | NONE_PENDING_OUT    | yes | NONE_PENDING_OUT_IN
            INBOUND  | SUBSCRIBE    | NONE_PENDING_IN     | no  | NONE_PENDING_IN
            INBOUND  | SUBSCRIBE    | NONE_PENDING_OUT_IN | no  | NONE_PENDING_OUT_IN
            INBOUND  | SUBSCRIBE    | TO                  | yes | TO_PENDING_IN
            INBOUND  | SUBSCRIBE    | TO_PENDING_IN       | no  | TO_PENDING_IN
            INBOUND  | SUBSCRIBE    | FROM                | no  | FROM
            INBOUND  | SUBSCRIBE    | FROM_PENDING_OUT    | no  | FROM_PENDING_OUT
            INBOUND  | SUBSCRIBE    | BOTH                | no  | BOTH
            INBOUND  | UNSUBSCRIBE  | NONE                | no  | NONE
            INBOUND  | UNSUBSCRIBE  | NONE_PENDING_OUT    | no  | NONE_PENDING_OUT
            INBOUND  | UNSUBSCRIBE  | NONE_PENDING_IN     | yes | NONE
            INBOUND  | UNSUBSCRIBE  | NONE_PENDING_OUT_IN | yes | NONE_PENDING_OUT
            INBOUND  | UNSUBSCRIBE  | TO                  | no  | TO
            INBOUND  | UNSUBSCRIBE  | TO_PENDING_IN       | yes | TO
            INBOUND  | UNSUBSCRIBE  | FROM                | yes | NONE
            INBOUND  | UNSUBSCRIBE  | FROM_PENDING_OUT    | yes | NONE_PENDING_OUT
            INBOUND  | UNSUBSCRIBE  | BOTH                | yes | TO
            INBOUND  | SUBSCRIBED   | NONE                | no  | NONE
            INBOUND  | SUBSCRIBED   | NONE_PENDING_OUT    | yes | TO
            INBOUND  | SUBSCRIBED   | NONE_PENDING_IN     | no  | NONE_PENDING_IN
            INBOUND  | SUBSCRIBED   | NONE_PENDING_OUT_IN | yes | TO_PENDING_IN
            INBOUND  | SUBSCRIBED   | TO                  | no  | TO
            INBOUND  | SUBSCRIBED   | TO_PENDING_IN       | no  | TO_PENDING_IN
            INBOUND  | SUBSCRIBED   | FROM                | no  | FROM
            INBOUND  | SUBSCRIBED   | FROM_PENDING_OUT    | yes | BOTH
            INBOUND  | SUBSCRIBED   | BOTH                | no  | BOTH
            INBOUND  | UNSUBSCRIBED | NONE                | no  | NONE
            INBOUND  | UNSUBSCRIBED | NONE_PENDING_OUT    | yes | NONE
            INBOUND  | UNSUBSCRIBED | NONE_PENDING_IN     | no  | NONE_PENDING_IN
            INBOUND  | UNSUBSCRIBED | NONE_PENDING_OUT_IN | yes | NONE_PENDING_IN
            INBOUND  | UNSUBSCRIBED | TO                  | yes | NONE
            INBOUND  | UNSUBSCRIBED | TO_PENDING_IN       | yes | NONE_PENDING_IN
            INBOUND  | UNSUBSCRIBED | FROM                | no  | FROM
            INBOUND  | UNSUBSCRIBED | FROM_PENDING_OUT    | yes | FROM
            INBOUND  | UNSUBSCRIBED | BOTH                | yes | FROM
            """)
    void followsAppendixA(
            Direction direction, Presence.Type type, Subscription state, String goesOn, Subscription then) {
        assertEquals(goesOn.equals("yes") ? then : null, state.after(direction, type));
        if (goesOn.equals("no")) {
            assertEquals(state, then, "the appendix changes no state silently");
        }
    }

    @Test
    void everyStateIsFoundAgainByItsProperties() {
        for (Subscription state : Subscription.values()) {
            assertEquals(state, Subscription.of(state.to(), state.from(), state.pendingOut(), state.pendingIn()));
        }
        assertEquals(Subscription.BOTH, Subscription.of(true, true, true, true));
    }

    @Test
    void otherPresenceHasNoPlaceInTheTables() {
        assertThrows(
                IllegalArgumentException.class, () -> Subscription.NONE.after(Direction.INBOUND, Presence.Type.PROBE));
    }
}
