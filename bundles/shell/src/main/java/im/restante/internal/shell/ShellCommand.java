package im.restante.internal.shell;

import java.util.List;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Function;

/**
 * One command of the scope {@value #SCOPE}, for Gogo on its own and for Karaf, which finds it the same way: by its service
 * properties. A Gogo function and not an annotated method, because a method cannot be named {@code user-add}. What goes wrong is
 * thrown; the message is all that an operator sees.
 */
abstract class ShellCommand implements Function {
    static final String SCOPE = "restante";
    static final String IN_SCOPE = "osgi.command.scope=" + SCOPE;
    static final String NAME = "osgi.command.function=";

    private final String usage;
    private final String purpose;
    private final int least;
    private final int most;

    /**
     * @param usage   name and arguments, e.g. {@code "spool JID"}
     * @param purpose one sentence
     * @param least   fewest arguments
     * @param most    most arguments
     */
    ShellCommand(String usage, String purpose, int least, int most) {
        this.usage = usage;
        this.purpose = purpose;
        this.least = least;
        this.most = most;
    }

    final String usage() {
        return SCOPE + ":" + usage;
    }

    final String purpose() {
        return purpose;
    }

    @Override
    public final Object execute(CommandSession session, List<Object> arguments) {
        List<String> words = arguments.stream().map(String::valueOf).toList();
        if (words.contains("--help")) {
            session.getConsole().println(usage() + "\n    " + purpose);
            return null;
        }
        if (words.size() < least || words.size() > most) {
            throw new IllegalArgumentException("usage: " + usage());
        }
        run(session, words);
        return null;
    }

    /** As many arguments as announced. Prints to the session's console. */
    abstract void run(CommandSession session, List<String> arguments);
}
