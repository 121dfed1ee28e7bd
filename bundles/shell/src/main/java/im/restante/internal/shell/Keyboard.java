package im.restante.internal.shell;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** What an operator types while a command runs. */
final class Keyboard {
    private static final int MAX_PASSWORD_BYTES = 1_024;

    private Keyboard() {}

    /** Asks for one. @throws IllegalArgumentException if none is given */
    static String password(Terminal terminal) {
        terminal.console().ask("Password: ");
        String password = line(terminal.keyboard());
        terminal.console().println();
        if (password.isEmpty()) {
            throw new IllegalArgumentException("no password given");
        }
        return password;
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
