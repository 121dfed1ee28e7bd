package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;

/** Asks for a password on the terminal, which does not show what is typed, or reads one from a pipe. */
final class PasswordPrompt {
    private PasswordPrompt() {}

    /** Somebody sits there; null: input or output is a pipe or a file. */
    static Console terminal() {
        Console console = System.console();
        return console != null && isTerminal(console) ? console : null;
    }

    /** JDK 22 and later may give a console for a pipe too, and a method to tell; before, a console is a terminal. */
    private static boolean isTerminal(Console console) {
        try {
            return (Boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }

    /** The answer; empty at the end of the input. */
    static String asked(Console terminal, String question) {
        char[] typed = terminal.readPassword("%s", question);
        return typed == null ? "" : new String(typed);
    }

    static String password() throws Refusal {
        Console terminal = terminal();
        if (terminal != null) {
            return asked(terminal, "Password: ");
        }
        try {
            String line = new BufferedReader(new InputStreamReader(System.in, UTF_8)).readLine();
            if (line == null || line.isEmpty()) {
                throw Refusal.usage("no password on standard input");
            }
            return line;
        } catch (IOException e) {
            throw Refusal.failed("cannot read the password: " + Refusals.reason(e));
        }
    }
}
