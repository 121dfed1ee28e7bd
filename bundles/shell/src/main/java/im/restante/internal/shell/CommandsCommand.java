package im.restante.internal.shell;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.felix.service.command.CommandSession;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:commands}. Not {@code help}, which would stand before the shell's own. */
@Component(
        service = CommandsCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "commands"})
public final class CommandsCommand extends ShellCommand {
    private final List<ShellCommand> others;

    @Activate
    public CommandsCommand(@Reference(policyOption = ReferencePolicyOption.GREEDY) List<ShellCommand> others) {
        super("commands", "Lists these commands; each one explains itself with --help.", 0, 0);
        this.others = List.copyOf(others);
    }

    @Override
    void run(CommandSession session, List<String> arguments) {
        Stream.concat(others.stream(), Stream.of(this))
                .sorted(Comparator.comparing(ShellCommand::usage))
                .forEach(command -> session.getConsole().println(command.usage() + "\n    " + command.purpose()));
    }
}
