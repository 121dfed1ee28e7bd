package im.restante.internal.shell;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What an operator types while a command runs. */
final class Keyboard {
    private static final int MAX_PASSWORD_BYTES = 1_024;
    private static final String QUESTION = "Password: ";

    private Keyboard() {}

    /** Asks for one. @throws IllegalArgumentException if none is given */
    static String password(Terminal terminal) {
        String password = terminal.keyboard() instanceof RemoteKeyboard remote ? asked(remote) : asked(terminal);
        if (password.isEmpty()) {
            throw new IllegalArgumentException("no password given");
        }
        return password;
    }

    /** Who is at the other end asks, and shows nothing of the answer. */
    private static String asked(RemoteKeyboard remote) {
        try {
            remote.ask(QUESTION);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot ask for the password", e);
        }
        return line(remote);
    }

    private static String asked(Terminal terminal) {
        terminal.console().ask(QUESTION);
        String answer = line(terminal.keyboard());
        terminal.console().println();
        return answer;
    }

    /** One line; a terminal in raw mode ends it with a carriage return. */
    private static String line(InputStream keyboard) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int b = keyboard.read(); b >= 0 && b != '\n' && b != '\r'; b = keyboard.read()) {
                if (line.size() == MAX_PASSWORD_BYTES) {
                    throw new IllegalArgumentException("a password has at most " + MAX_PASSWORD_BYTES + " bytes");
                }
                line.write(b);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the password", e);
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
