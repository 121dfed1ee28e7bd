package im.restante.internal.support;

import java.io.PrintStream;

/**
 * Where a command prints: line by line, each escaped by {@link Printable}. Commands see this instead of the stream itself, so that
 * none can forget it.
 */
public final class OperatorConsole {
    private final PrintStream out;

    /** @param out not closed here */
    public OperatorConsole(PrintStream out) {
        this.out = out;
    }

    /** One line, whatever the text holds. */
    public void println(Object text) {
        out.println(Printable.line(text));
    }

    /** Ends a line. */
    public void println() {
        out.println();
    }

    /** A question: the answer is typed behind it. */
    public void ask(String question) {
        out.print(Printable.line(question));
        out.flush();
    }

    /** Lets the operator see what was printed so far. */
    public void flush() {
        out.flush();
    }
}
