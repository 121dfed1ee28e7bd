package im.restante.internal.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.jline.reader.Candidate;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReader.Option;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.MaskingCallback;
import org.jline.reader.ParsedLine;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Size;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/**
 * The prompt at a terminal: the Tab key completes, the arrow keys edit the line and find earlier ones, which a file keeps. JLine does it,
 * by {@code stty} and {@code tty} of the system, without a native library. For one thread.
 */
final class Prompt implements Operator, AutoCloseable {
    static final String EXIT = "exit";

    static final String TEXT = "restante> ";
    private static final char UNSEEN = 0;
    /** Held, since a logger that nobody holds forgets its level. */
    private static final Logger JLINE = Logger.getLogger("org.jline");
    /** In memory and in the file. */
    private static final int MOST_LINES = 1_000;

    /** What no file shall keep; see {@link Typed} for how words are parted. */
    private static final Pattern PASSWORD = Pattern.compile(
            "\\s*(restante:)?user-(add|password)\\s+\\S+\\s+\\S.*|.*[?&;]password=.*",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Terminal terminal;
    private final LineReader lines;
    private final LineReader answers;

    /**
     * @param history     the file, readable by its owner only; made if it is missing
     * @param completions how the last of some words can go on; asked on this thread whenever Tab is pressed
     */
    Prompt(Terminal terminal, Path history, UnaryOperator<List<String>> completions) {
        this.terminal = terminal;
        LineReaderBuilder builder = LineReaderBuilder.builder()
                .terminal(terminal)
                .parser(new DefaultParser().quoteChars(new char[] {'\''}).escapeChars(new char[] {'\\'}))
                .completer((reader, line, candidates) -> complete(line, completions, candidates))
                .variable(LineReader.HISTORY_SIZE, MOST_LINES)
                .variable(LineReader.HISTORY_FILE_SIZE, MOST_LINES)
                .option(Option.DISABLE_EVENT_EXPANSION, true) // ! means nothing
                .option(Option.HISTORY_IGNORE_SPACE, true)
                .option(Option.INSERT_TAB, false)
                // Each pasted line is a command.
                .option(Option.BRACKETED_PASTE, false);
        if (isOwnersOnly(history)) {
            builder.variable(LineReader.HISTORY_FILE, history); // read when the reader is made
        }
        this.lines = builder.build();
        this.answers = LineReaderBuilder.builder().terminal(terminal).build();
    }

    /** At the terminal this program was started in. @throws IOException if it is none that JLine can steer */
    static Prompt atTerminal(Path history, UnaryOperator<List<String>> completions) throws IOException {
        JLINE.setLevel(Level.OFF); // whoever types sees no log
        try {
            Terminal terminal = TerminalBuilder.builder()
                    .system(true)
                    .provider(TerminalBuilder.PROP_PROVIDER_EXEC)
                    .dumb(false)
                    .nativeSignals(true) // Ctrl-C gives a line up, not the program
                    .graphemeCluster(false) // it would be asked for first, and wait for an answer
                    .build();
            if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
                terminal.close();
                throw new IOException("the terminal has no cursor that could be moved");
            }
            if (terminal.getSize().getColumns() <= 0) { // it does not say
                terminal.setSize(Size.of(80, 24));
            }
            return new Prompt(terminal, history, completions);
        } catch (IllegalStateException e) {
            throw new IOException(e);
        }
    }

    /** Made empty if it is missing, so that it never exists with wider permissions. Where that cannot be, nothing is kept. */
    private static boolean isOwnersOnly(Path history) {
        try {
            if (Files.notExists(history)) {
                Files.createFile(
                        history, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            }
            return true;
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    private static void complete(ParsedLine line, UnaryOperator<List<String>> completions, List<Candidate> candidates) {
        String begun =
                line.word().substring(0, Math.min(line.wordCursor(), line.word().length()));
        List<String> words = new ArrayList<>(
                line.words().subList(0, Math.min(line.wordIndex(), line.words().size())));
        if (words.isEmpty() && EXIT.startsWith(begun)) {
            candidates.add(new Candidate(EXIT));
        }
        words.add(begun);
        completions.apply(words).forEach(word -> candidates.add(new Candidate(word)));
    }

    /** The next one; null at the end of the input. */
    String line() {
        while (true) {
            try {
                return lines.readLine(TEXT, null, new WithoutPasswords(), null);
            } catch (UserInterruptException e) {
                // Ctrl-C gives up what was typed.
            } catch (EndOfFileException e) {
                return null;
            }
        }
    }

    /** Shows everything, and keeps no line that holds a password. */
    private static final class WithoutPasswords implements MaskingCallback {
        @Override
        public String display(String line) {
            return line;
        }

        @Override
        public String history(String line) {
            return PASSWORD.matcher(line).matches() ? null : line;
        }
    }

    /** Shows nothing of it. Ctrl-C is no answer. */
    @Override
    public String answer(String question) throws Refusal {
        try {
            return PasswordPrompt.checked(answers.readLine(question, UNSEEN), terminal.encoding());
        } catch (UserInterruptException | EndOfFileException e) {
            return "";
        }
    }

    @Override
    public void close() throws IOException {
        lines.getHistory().save();
        terminal.close();
    }
}
