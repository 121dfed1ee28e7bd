package im.restante.internal.support;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DigestsTest {
    @Test
    void digestsAsFips180Does() {
        assertEquals(
                "a9993e364706816aba3e25717850c26c9cd0d89d",
                HexFormat.of().formatHex(Digests.digest("SHA-1", "abc".getBytes(UTF_8))));
    }

    @Test
    void authenticatesAsTheSecondExampleOfRfc4231() {
        assertEquals(
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                HexFormat.of()
                        .formatHex(Digests.hmac("HmacSHA256", "Jefe".getBytes(UTF_8), "what do ya want for nothing?")));
    }

    @Test
    void namesWhatTheJdkHasNot() {
        Exception e = assertThrows(IllegalStateException.class, () -> Digests.digest("SHA-0", new byte[0]));
        assertTrue(e.getMessage().contains("SHA-0"), e.getMessage());
    }
}
