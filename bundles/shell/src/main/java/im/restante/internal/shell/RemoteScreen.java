package im.restante.internal.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.internal.support.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/**
 * What a command prints to the other end of the shell's socket. It is kept until the command has ended, and is sent behind its verdict;
 * only when the command flushes, the whole lines so far go at once, each behind a line {@code say}. Safe for several threads.
 */
final class RemoteScreen extends ByteArrayOutputStream {
    private final OutputStream toClient;

    RemoteScreen(OutputStream toClient) {
        this.toClient = toClient;
    }

    /** Fails if the client is gone: what was printed stays then, and the command goes on. */
    @Override
    public synchronized void flush() throws IOException {
        int whole = count;
        while (whole > 0 && buf[whole - 1] != '\n') {
            whole--;
        }
        if (whole == 0) {
            return;
        }
        StringBuilder said = new StringBuilder();
        printable(new String(buf, 0, whole, UTF_8))
                .lines()
                .forEach(line -> said.append("say\n").append(line).append('\n'));
        toClient.write(said.toString().getBytes(UTF_8));
        toClient.flush();
        System.arraycopy(buf, whole, buf, 0, count - whole);
        count -= whole;
    }

    /** What was not sent before; escaped, whosever command it is. */
    String rest() {
        return printable(toString(UTF_8));
    }

    private static String printable(String printed) {
        return Printable.lines(printed.replace(System.lineSeparator(), "\n"));
    }
}
