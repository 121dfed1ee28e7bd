package im.restante.internal.shell;

import im.restante.internal.support.Printable;
import java.util.List;
import java.util.Objects;
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
        Terminal terminal = Terminal.of(session);
        if (!arguments.isEmpty() && "--help".equals(String.valueOf(arguments.get(0)))) {
            terminal.console().println(usage());
            Paragraph.print(terminal.console(), purpose);
            return null;
        }
        if (arguments.size() < least || arguments.size() > most) {
            throw new IllegalArgumentException("usage: " + usage());
        }
        try {
            run(terminal, words(arguments));
        } catch (RuntimeException e) {
            throw Printable.refusal(e); // whoever shows it
        }
        return null;
    }

    private static List<String> words(List<Object> arguments) {
        if (arguments.stream().anyMatch(Objects::isNull)) {
            throw new IllegalArgumentException("an argument has no value: what holds $ must stand in single quotes");
        }
        return arguments.stream().map(String::valueOf).toList();
    }

    /** As many arguments as announced, each as it was given: nothing in them is read as part of a command. */
    abstract void run(Terminal terminal, List<String> arguments);
}
