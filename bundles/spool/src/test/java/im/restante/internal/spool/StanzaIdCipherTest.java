package im.restante.internal.spool;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StanzaIdCipherTest {
    private static final Jid ROMEO = Jid.of("romeo@localhost");
    private static final Jid JULIET = Jid.of("juliet@localhost");
    private static final byte[] SECRET = "a key of thirty-two bytes, or so".getBytes(UTF_8);
    private static final int THREADS = 4;
    private static final int IDS = 20_000;

    private final StanzaIdCipher cipher = new StanzaIdCipher(SECRET);

    private String encrypt(Jid owner, long arrivalId) {
        return new String(cipher.encrypt(owner, arrivalId), US_ASCII);
    }

    /** The figures are those of openssl. */
    @Test
    void theFormStaysForGood() {
        assertEquals("oqdVF3YHgnDHd8vCEghGNg", encrypt(ROMEO, 1_234_567_890_123_456_789L));
    }

    @Test
    void theArrivalIdIsReadBackAndOnlyForItsOwner() {
        for (long id : new long[] {0, 1, -1, 1L << 62, Long.MAX_VALUE}) {
            String stanzaId = encrypt(ROMEO, id);
            assertEquals(22, stanzaId.length());
            assertEquals(OptionalLong.of(id), cipher.decrypt(ROMEO, stanzaId));
            assertEquals(OptionalLong.empty(), cipher.decrypt(JULIET, stanzaId));
            assertEquals(OptionalLong.empty(), new StanzaIdCipher(new byte[32]).decrypt(ROMEO, stanzaId));
        }
    }

    @Test
    void whatWasNotGivenIsNotRead() {
        String stanzaId = encrypt(ROMEO, 7);
        char last = stanzaId.charAt(21);
        List<String> others = List.of(
                "",
                "m1",
                stanzaId + "A",
                stanzaId.substring(1),
                "?" + stanzaId.substring(1),
                "é" + stanzaId.substring(1),
                (stanzaId.charAt(0) == 'A' ? "B" : "A") + stanzaId.substring(1),
                stanzaId.substring(0, 21) + (char) (last + 1)); // the same bytes in another spelling
        for (String other : others) {
            assertEquals(OptionalLong.empty(), cipher.decrypt(ROMEO, other), other);
        }
    }

    @Test
    void neighboursHaveNothingInCommon() {
        Set<String> heads = new HashSet<>();
        for (long id = 0; id < 1000; id++) {
            heads.add(encrypt(ROMEO, id).substring(0, 6));
        }
        assertTrue(heads.size() > 990, "36 bits of a thousand ids: " + heads.size());
    }

    /** What waits since an older version keeps the id it had; that version wrote this one. */
    @Test
    void idsOfTheFormerFormAreKnown() {
        String former = "5pj2DLzOHa4_WdRXbLAtRg";
        assertTrue(cipher.isOfFormerForm(ROMEO, 7, former));
        assertFalse(cipher.isOfFormerForm(ROMEO, 8, former));
        assertFalse(cipher.isOfFormerForm(JULIET, 7, former));
        assertFalse(cipher.isOfFormerForm(ROMEO, 7, encrypt(ROMEO, 7)));
        assertFalse(cipher.isOfFormerForm(ROMEO, 7, "m1"));
    }

    @Test
    void ownersWhoShareItGetTheirIdsAtTheSameTime() throws Exception {
        CyclicBarrier together = new CyclicBarrier(THREADS);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<List<String>>> found = new ArrayList<>();
            for (int n = 0; n < THREADS; n++) {
                Jid owner = Jid.of("owner" + n + "@localhost");
                found.add(threads.submit((Callable<List<String>>) () -> {
                    together.await(20, TimeUnit.SECONDS);
                    return ids(cipher, owner);
                }));
            }
            for (int n = 0; n < THREADS; n++) {
                assertEquals(
                        ids(new StanzaIdCipher(SECRET), Jid.of("owner" + n + "@localhost")),
                        found.get(n).get(30, TimeUnit.SECONDS));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<String> ids(StanzaIdCipher cipher, Jid owner) {
        List<String> ids = new ArrayList<>();
        for (int id = 0; id < IDS; id++) {
            ids.add(new String(cipher.encrypt(owner, id), US_ASCII));
        }
        return ids;
    }
}
