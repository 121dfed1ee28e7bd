package im.restante.internal.shell;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * {@code restante:commands}: ours, and what other bundles add to the scope. Not {@code help}, which would stand before the
 * shell's own.
 */
@Component(
        service = CommandsCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "commands"})
public final class CommandsCommand extends ShellCommand {
    private final BundleContext context;
    private final List<ShellCommand> ours;

    @Activate
    public CommandsCommand(
            BundleContext context, @Reference(policyOption = ReferencePolicyOption.GREEDY) List<ShellCommand> ours) {
        super("commands", "Lists these commands; each one explains itself with --help.", 0, 0);
        this.context = context;
        this.ours = List.copyOf(ours);
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        Map<String, String> purposes = new TreeMap<>();
        purposes.put(usage(), purpose());
        ours.forEach(command -> purposes.put(command.usage(), command.purpose()));
        for (ServiceReference<?> command : ofOthers()) {
            Object purpose = command.getProperty(Constants.SERVICE_DESCRIPTION);
            Object names = command.getProperty("osgi.command.function");
            for (Object name : names instanceof Object[] several ? several : new Object[] {names}) {
                purposes.put(SCOPE + ":" + name, purpose == null ? "" : purpose.toString());
            }
        }
        purposes.forEach((usage, purpose) -> {
            terminal.console().println(usage);
            if (!purpose.isEmpty()) {
                terminal.console().println("    " + purpose);
            }
        });
    }

    /** They are asked for nothing but their properties: what a command of somebody else does with {@code --help} is not known. */
    private ServiceReference<?>[] ofOthers() {
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(
                    null,
                    "(&(" + IN_SCOPE + ")(" + NAME + "*)(!(" + Constants.SERVICE_BUNDLEID + "="
                            + context.getBundle().getBundleId() + ")))");
            return found == null ? new ServiceReference<?>[0] : found;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
