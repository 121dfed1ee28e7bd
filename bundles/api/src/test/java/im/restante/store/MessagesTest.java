package im.restante.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.jid.Jid;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class MessagesTest {
    private static final Jid JULIET = Jid.of("juliet@localhost");
    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final Instant NOON = Instant.parse("2026-12-01T12:00:00Z");
    private static final byte[] STANZA = {1, 2, 3};

    @Test
    void aMessageOfWhichNoMoreIsSaidWasSentToSomebodyAwayAndWaitsWithoutAnEnd() {
        assertEquals(
                new StoredMessage(7, ROMEO, JULIET, NOON, null, MessageKind.OFFLINE, STANZA),
                StoredMessage.of(7, ROMEO, JULIET, NOON, STANZA));
    }

    @Test
    void whatIsSaidOfAMessageLeavesTheRestAsItIs() {
        StoredMessage whole =
                new StoredMessage(7, ROMEO, JULIET, NOON, NOON.plusSeconds(9), MessageKind.NOTICE, STANZA);
        StoredMessage plain = StoredMessage.of(7, ROMEO, JULIET, NOON, STANZA);
        assertEquals(whole, plain.withKind(MessageKind.NOTICE).withExpiresAt(NOON.plusSeconds(9)));
        assertEquals(whole, plain.withExpiresAt(NOON.plusSeconds(9)).withKind(MessageKind.NOTICE));
        assertEquals(plain.withKind(MessageKind.NOTICE), whole.withExpiresAt(null));
    }

    @Test
    void aMessageIsCheckedHoweverItIsMade() {
        assertThrows(IllegalArgumentException.class, () -> StoredMessage.of(0, ROMEO, JULIET, NOON, STANZA));
        assertThrows(
                IllegalArgumentException.class,
                () -> StoredMessage.of(7, Jid.of("romeo@localhost/orchard"), JULIET, NOON, STANZA));
    }

    @Test
    void anAdmissionOfAPairHasNoLimitForTheOwnerUnlessItIsSaid() {
        assertEquals(
                new Admission(5, Admission.OnFull.EVICT_OLDEST, OwnerLimit.NONE),
                Admission.of(5, Admission.OnFull.EVICT_OLDEST));
        assertEquals(
                new Admission(5, Admission.OnFull.REFUSE, new OwnerLimit(9, 900)),
                Admission.of(5, Admission.OnFull.REFUSE).withTotal(new OwnerLimit(9, 900)));
    }

    @Test
    void everyAnswerOfAStoreIsMadeByAMethodNamedAsTheCase() {
        assertEquals(new Appended.Stored(List.of()), Appended.stored());
        assertEquals(new Appended.Stored(List.of(1L, 2L)), Appended.stored(List.of(1L, 2L)));
        assertEquals(new Appended.Withdrawn(), Appended.WITHDRAWN);
        Usage pair = Usage.of(3);
        Usage total = Usage.of(9).withBytes(900);
        assertEquals(new Appended.Full(Appended.Limit.PAIR, pair, null), Appended.full(pair));
        assertEquals(
                new Appended.Full(Appended.Limit.OWNER_BYTES, pair, total),
                Appended.full(Appended.Limit.OWNER_BYTES, pair, total));
        assertThrows(
                NullPointerException.class,
                () -> Appended.full(Appended.Limit.OWNER_BYTES, pair, null),
                "a limit of the owner without what waits for the owner");
    }
}
