package im.restante.internal.shell;

import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * {@code restante:commands}: ours, and what other bundles add to the scope. Not {@code help}, which would stand before the
 * shell's own in Karaf; the socket takes {@code help} for it.
 */
@Component(
        service = CommandsCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "commands"})
public final class CommandsCommand extends ShellCommand {
    static final String ALL = "--all";

    private static final String ITS_NAME = "commands";
    private static final String OPERANDS = "[" + ALL + "]";
    private static final String PURPOSE = "Lists these commands; each one explains itself with --help. " + ALL
            + ": and the names of those in other scopes, behind them.";

    /** It is not among those that it is given. */
    static final KnownCommand ITSELF = new KnownCommand(SCOPE, ITS_NAME, OPERANDS, PURPOSE);

    private final BundleContext context;
    private final List<ShellCommand> ours;

    @Activate
    public CommandsCommand(
            BundleContext context, @Reference(policyOption = ReferencePolicyOption.GREEDY) List<ShellCommand> ours) {
        super(ITS_NAME + " " + OPERANDS, PURPOSE, 0, 1);
        this.context = context;
        this.ours = List.copyOf(ours);
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        if (!arguments.isEmpty() && !arguments.get(0).equals(ALL)) {
            throw new IllegalArgumentException("usage: " + usage());
        }
        List<KnownCommand> all = KnownCommand.all(context, ours);
        for (KnownCommand command : all) {
            if (command.isOurs()) {
                terminal.console().println(command.usage());
                if (!command.purpose().isEmpty()) {
                    Paragraph.print(terminal.console(), command.purpose());
                }
            }
        }
        List<String> others = all.stream()
                .filter(command -> !command.isOurs())
                .map(KnownCommand::fullName)
                .toList();
        if (!arguments.isEmpty() && !others.isEmpty()) {
            terminal.console().println("commands of others:");
            Paragraph.print(terminal.console(), String.join(" ", others));
        }
    }
}
