package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At a terminal that is made of two streams. */
@Timeout(60)
class PromptTest {
    private static final String UP = "\u001bOA"; // as a terminal sends it that was told to
    private static final String HOME_KEY = "\u0001";

    @TempDir
    Path directory;

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final List<List<String>> asked = new ArrayList<>();
    private final Map<List<String>, List<String>> completions = Map.of(
            List.of("restante:sp"), List.of("restante:spool"),
            List.of("sto"), List.of("restante:store"),
            List.of("restante:spool", "ro"), List.of("romeo@localhost"),
            List.of("restante:spool", "j"), List.of("juliet@localhost", "julia@localhost"),
            List.of("restante:spool", "a"), List.of("a\\b@localhost"));

    /** @param keys by what must be shown before they are pressed */
    private Prompt prompt(List<Map.Entry<String, String>> keys) throws IOException {
        Terminal terminal = TerminalBuilder.builder()
                .system(false)
                .provider(TerminalBuilder.PROP_PROVIDER_EXEC)
                .streams(new Keys(shown, keys), shown)
                .encoding(UTF_8)
                .type("xterm")
                .build();
        return new Prompt(terminal, history(), words -> {
            asked.add(List.copyOf(words));
            return completions.getOrDefault(words, List.of());
        });
    }

    /** Pressed one after the other, each when what it waits for is shown. */
    private static final class Keys extends InputStream {
        private final ByteArrayOutputStream shown;
        private final Iterator<Map.Entry<String, String>> keys;
        private byte[] pressed = {};
        private int at;
        private int seen;

        Keys(ByteArrayOutputStream shown, List<Map.Entry<String, String>> keys) {
            this.shown = shown;
            this.keys = keys.iterator();
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (at == pressed.length) {
                if (!keys.hasNext()) {
                    return -1;
                }
                Map.Entry<String, String> next = keys.next();
                await(next.getKey());
                pressed = next.getValue().getBytes(UTF_8);
                at = 0;
            }
            int count = Math.min(length, pressed.length - at);
            System.arraycopy(pressed, at, into, offset, count);
            at += count;
            return count;
        }

        private void await(String text) throws IOException {
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            int found = shown.toString(UTF_8).indexOf(text, seen);
            while (found < 0) {
                if (System.nanoTime() > end) {
                    throw new IOException(
                            "no " + text + " in " + shown.toString(UTF_8).substring(seen));
                }
                LockSupport.parkNanos(1_000_000);
                found = shown.toString(UTF_8).indexOf(text, seen);
            }
            seen = found + text.length();
        }
    }

    private Path history() {
        return directory.resolve("history");
    }

    /** Each line typed at a prompt of its own. */
    private List<String> lines(String typed) throws IOException {
        List<Map.Entry<String, String>> keys = new ArrayList<>();
        for (String line : typed.split("(?<=\r)")) {
            keys.add(Map.entry(Prompt.TEXT, line));
        }
        return lines(keys);
    }

    private List<String> lines(List<Map.Entry<String, String>> keys) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Prompt prompt = prompt(keys)) {
            for (String line = prompt.line(); line != null; line = prompt.line()) {
                lines.add(line);
            }
        }
        return lines;
    }

    @Test
    void tabAsksHowAWordCanGoOnBehindTheOthers() throws IOException {
        assertEquals(List.of("restante:spool romeo@localhost x"), lines("restante:sp\tro\tx\r"));
        assertEquals(List.of(List.of("restante:sp"), List.of("restante:spool", "ro")), asked);
    }

    @Test
    void aCommandIsFoundWithoutItsScope() throws IOException {
        assertEquals(List.of("restante:store "), lines("sto\t\r"));
    }

    @Test
    void whatTheyHaveInCommonIsCompletedAndAllAreShown() throws IOException {
        // In a list, what is typed already has another colour than the rest.
        assertEquals(
                List.of("restante:spool juli"),
                lines(List.of(Map.entry(Prompt.TEXT, "restante:spool j\t"), Map.entry("et@localhost", "\r"))));
    }

    @Test
    void whatIsCompletedIsReadBackAsItIs() throws IOException {
        List<String> lines = lines("restante:spool a\t\r");
        assertEquals(List.of("restante:spool", "a\\b@localhost"), Typed.words(lines.get(0)));
    }

    @Test
    void theLineCanBeEditedAndNothingInItMeansAnythingToTheEditor() throws IOException {
        assertEquals(
                List.of("restante:why !a \\! 'b", "restante:x"),
                lines("why !a \\! 'b" + HOME_KEY + "restante:\rrestante:\u0001\u0005x\r"));
        assertEquals(List.of(), asked);
    }

    @Test
    void linesAreKeptInAFileOfTheOwnersOnlyAndFoundAgain() throws IOException {
        assertEquals(
                4, lines("restante:status\r unseen\rrestante:store\rexit\r").size());
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(history())));
        assertFalse(Files.readString(history()).contains("unseen"), "it begins with a blank");
        assertEquals(List.of("restante:store"), lines(UP + UP + "\r"));
        assertEquals(List.of("restante:status"), lines(UP + UP + UP + UP + "\r"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "restante:user-add a@localhost hush",
                "user-add a@localhost 'hush hush'",
                "  restante:user-password  a@localhost  hush",
                "USER-password a@localhost hush",
                "restante:import-tigase jdbc:mariadb://h/d?user=x&password=hush x"
            })
    void noPasswordIsKept(String line) throws IOException {
        assertEquals(List.of(line, "user-add b@localhost"), lines(line + "\ruser-add b@localhost\r"));
        String kept = Files.readString(history());
        assertFalse(kept.contains("hush"), kept);
        assertTrue(kept.contains("user-add b@localhost"), kept);
    }

    @Test
    void anAnswerIsNeitherShownNorKept() throws Exception {
        try (Prompt prompt = prompt(List.of(Map.entry("Password: ", "hush\r"), Map.entry(Prompt.TEXT, "status\r")))) {
            assertEquals("hush", prompt.answer("Password: "));
            assertEquals("status", prompt.line());
            assertNull(prompt.line());
            assertEquals("", prompt.answer("Password: "), "the end of the input is no answer");
        }
        assertFalse(shown.toString(UTF_8).contains("hush"), shown.toString(UTF_8));
        assertFalse(Files.readString(history()).contains("hush"));
    }

    @Test
    void whereNothingCanBeWrittenNothingIsKept() throws IOException {
        directory = directory.resolve("missing");
        assertEquals(List.of("status"), lines("status\r"));
        assertFalse(Files.exists(directory));
    }
}
