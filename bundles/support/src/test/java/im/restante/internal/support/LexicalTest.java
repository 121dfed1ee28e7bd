package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LexicalTest {
    private static final long H = 0xffff_ffffL;

    @Test
    void numbersUpToTheLargestThatIsRight() {
        assertEquals(0, Lexical.unsigned("0", H));
        assertEquals(7, Lexical.unsigned(Lexical.collapsed(" 007\n"), H));
        assertEquals(H, Lexical.unsigned("4294967295", H));
        assertEquals(-1, Lexical.unsigned("4294967296", H));
        assertEquals(Long.MAX_VALUE, Lexical.unsigned(Long.toString(Long.MAX_VALUE), Long.MAX_VALUE));
        assertEquals(-1, Lexical.unsigned("9223372036854775808", Long.MAX_VALUE));
        assertEquals(3, Lexical.unsigned("3", 3));
        assertEquals(-1, Lexical.unsigned("4", 3));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", " 1", "1 ", "+1", "-1", "-0", "1 2", "1.0", "1e3", "0x1", "\u0661", "1\u0662", "\uff11",
                "\u00b2", "\u20035"
            })
    void whatIsNoUnsignedNumber(String text) {
        assertEquals(-1, Lexical.unsigned(text, H));
    }

    @Test
    void numbersWithASign() {
        assertEquals(5, Lexical.signed("5", -128, 127));
        assertEquals(5, Lexical.signed("+5", -128, 127));
        assertEquals(-128, Lexical.signed("-128", -128, 127));
        assertEquals(0, Lexical.signed("-0", -128, 127));
        for (String wrong : new String[] {"", "-", "+", "--5", "- 5", "+ 5", "128", "-129", "\u0665", "-\u0665"}) {
            assertNull(Lexical.signed(wrong, -128, 127), wrong);
        }
    }

    @Test
    void base64NeedsItsPadding() {
        assertArrayEquals(new byte[0], Lexical.base64(""));
        assertArrayEquals(new byte[] {'a'}, Lexical.base64("YQ=="));
        for (String wrong : new String[] {"YQ", "YQ=", "YWI", "Y Q==", "YQ==YQ==", "\u0661AAA"}) {
            assertThrows(IllegalArgumentException.class, () -> Lexical.base64(wrong), wrong);
        }
    }
}
