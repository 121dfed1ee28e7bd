package im.restante.internal.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.internal.support.OperatorConsole;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TableTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final OperatorConsole console = new OperatorConsole(new PrintStream(bytes, true, StandardCharsets.UTF_8));

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8).replace(System.lineSeparator(), "\n");
    }

    @Test
    void eightyColumnsStandOnOneLine() {
        Table table = new Table("a", "b", "c");
        table.row("x".repeat(38), "y".repeat(38), "");
        table.row("", "", "");
        table.print(console);
        assertEquals(
                "a" + " ".repeat(39) + "b" + "\n    c\n" + "x".repeat(38) + "  " + "y".repeat(38) + "\n\n\n\n",
                printed(),
                "one more does not");
        bytes.reset();
        table = new Table("a", "b");
        table.row("x".repeat(39), "y".repeat(39));
        table.print(console);
        assertEquals("a" + " ".repeat(40) + "b\n" + "x".repeat(39) + "  " + "y".repeat(39) + "\n", printed());
    }

    @Test
    void whatIsWiderStandsOnFurtherLinesAndIsNeverCut() {
        Table table = new Table("name", "state", "address", "since");
        table.row("n".repeat(60), "on", "a".repeat(90), "now");
        table.print(console);
        assertEquals(
                "name" + " ".repeat(58) + "state\n    address\n    since\n" + "n".repeat(60) + "  on\n    "
                        + "a".repeat(90) + "\n    now\n",
                printed());
    }

    @Test
    void aParagraphIsBrokenAtBlanks() {
        Paragraph.print(console, ("word ".repeat(20)).strip() + " " + "l".repeat(90) + " end");
        assertEquals(
                "    " + "word ".repeat(15).strip() + "\n    "
                        + "word ".repeat(5).strip() + "\n    " + "l".repeat(90) + "\n    end\n",
                printed());
    }
}
