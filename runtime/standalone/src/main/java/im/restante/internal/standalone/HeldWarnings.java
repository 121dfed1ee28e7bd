package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;

/**
 * Keeps back what is written to standard error while the server starts or stops. A start that fails for a bad value then says so
 * in one line; the log file has the rest.
 */
final class HeldWarnings {
    private final PrintStream err = System.err;
    private final ByteArrayOutputStream held = new ByteArrayOutputStream();

    HeldWarnings() {
        System.setErr(new PrintStream(held, true, UTF_8));
    }

    /** Gives standard error back, and writes to it what was held. */
    void show() {
        drop();
        err.print(held.toString(UTF_8));
        err.flush();
    }

    /** Gives standard error back. */
    void drop() {
        System.setErr(err);
    }
}
