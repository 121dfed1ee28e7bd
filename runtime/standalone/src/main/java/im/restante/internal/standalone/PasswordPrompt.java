package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;

/** Asks for a password on the terminal, which does not show what is typed, or reads one from a pipe. */
final class PasswordPrompt {
    /** What stands for a character that the terminal's character set does not have. */
    private static final char REPLACEMENT = '\uFFFD';

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
    static String asked(Console terminal, String question) throws Refusal {
        char[] typed = terminal.readPassword("%s", question);
        return checked(typed == null ? "" : new String(typed), terminal.charset());
    }

    /** The answer itself, if the terminal could take it whole. */
    static String checked(String answer, Charset terminals) throws Refusal {
        if (answer.indexOf(REPLACEMENT) >= 0) { // nobody sees what was typed, so nobody would find out
            throw Refusal.failed("the terminal's character set, " + terminals
                    + ", has not all of these characters: use a locale with UTF-8, or a pipe");
        }
        return answer;
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
