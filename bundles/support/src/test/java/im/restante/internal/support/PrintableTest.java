package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PrintableTest {
    @ParameterizedTest
    @ValueSource(
            ints = {
                0, '\n', '\r', '\t', 0x1b, 0x7f, 0x85, 0x9b, 0xad, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x202a,
                0x202e, 0x2066, 0x2069, 0x61c, 0xfeff, 0xe0041, 0xd800, 0xdfff
            })
    void showsTheCodeOfWhatCannotBeSeen(int c) {
        String code = c > 0xffff ? String.format(Locale.ROOT, "\\u{%X}", c) : String.format(Locale.ROOT, "\\u%04X", c);
        assertEquals("a" + code + "b", Printable.line("a" + new String(Character.toChars(c)) + "b"));
    }

    @Test
    void leavesWhatCanBeSeen() {
        String text = "r\u00f6m\u00e9o \u05d0\u05d1 \ud83d\ude00 $(x) 'y' \\ \"z\"";
        assertSame(text, Printable.line(text));
    }

    @Test
    void severalLinesKeepTheirEndsAndTabs() {
        assertEquals("a\n\tb\\u000D\\u202E", Printable.lines("a\n\tb\r\u202e"));
    }

    @Test
    void aRefusalIsOnePrintableLine() {
        RuntimeException clean = new IllegalStateException("clean");
        assertSame(clean, Printable.refusal(clean));
        assertEquals(
                "a\\u000Ab",
                Printable.refusal(new IllegalStateException("a\nb")).getMessage());
    }

    @Test
    void aConsolePrintsWhatItIsGivenAsOneLine() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        OperatorConsole console = new OperatorConsole(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        console.println("a\nb\u009b31m");
        console.ask("c\u2028? ");
        console.println();
        assertEquals(
                "a\\u000Ab\\u009B31m\nc\\u2028? \n",
                bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n"));
    }
}
