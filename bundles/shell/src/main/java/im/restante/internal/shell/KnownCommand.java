package im.restante.internal.shell;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceReference;

/**
 * What a command's service says of it.
 *
 * @param scope    e.g. {@value ShellCommand#SCOPE}
 * @param operands as its usage shows them; empty: it takes none, or does not say
 * @param purpose  a sentence; empty: it does not say
 */
record KnownCommand(String scope, String name, String operands, String purpose) {
    private static final String SCOPE = "osgi.command.scope";
    private static final String FUNCTION = "osgi.command.function";

    /** In the way of {@link Operands}. */
    private static final String OPERANDS = "restante.command.operands";

    private static final Comparator<KnownCommand> OURS_FIRST = Comparator.<KnownCommand, Boolean>comparing(
                    command -> !command.scope().equals(ShellCommand.SCOPE))
            .thenComparing(KnownCommand::fullName);

    static KnownCommand of(ShellCommand command) {
        String usage = command.usage().substring(ShellCommand.SCOPE.length() + 1);
        int blank = usage.indexOf(' ');
        return blank < 0
                ? new KnownCommand(ShellCommand.SCOPE, usage, "", command.purpose())
                : new KnownCommand(
                        ShellCommand.SCOPE, usage.substring(0, blank), usage.substring(blank + 1), command.purpose());
    }

    /** Those, and what other bundles add to this and other scopes; this scope first, each by name. */
    static List<KnownCommand> all(BundleContext context, List<ShellCommand> ours) {
        List<KnownCommand> all = new ArrayList<>();
        all.add(CommandsCommand.ITSELF);
        ours.forEach(command -> all.add(of(command)));
        for (ServiceReference<?> command : ofOthers(context)) {
            // They are asked for nothing but their properties: what a command of somebody else does with --help is not
            // known.
            for (Object name : several(command.getProperty(FUNCTION))) {
                all.add(new KnownCommand(
                        String.valueOf(command.getProperty(SCOPE)),
                        String.valueOf(name),
                        text(command.getProperty(OPERANDS)),
                        text(command.getProperty(Constants.SERVICE_DESCRIPTION))));
            }
        }
        all.sort(OURS_FIRST);
        return List.copyOf(all);
    }

    private static Object[] several(Object names) {
        return names instanceof Object[] several ? several : new Object[] {names};
    }

    private static String text(Object propertyOrNull) {
        return propertyOrNull == null ? "" : propertyOrNull.toString();
    }

    private static ServiceReference<?>[] ofOthers(BundleContext context) {
        try {
            ServiceReference<?>[] found = context.getAllServiceReferences(
                    null,
                    "(&(" + SCOPE + "=*)(" + FUNCTION + "=*)(!(" + Constants.SERVICE_BUNDLEID + "="
                            + context.getBundle().getBundleId() + ")))");
            return found == null ? new ServiceReference<?>[0] : found;
        } catch (InvalidSyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isOurs() {
        return scope.equals(ShellCommand.SCOPE);
    }

    String fullName() {
        return scope + ":" + name;
    }

    String usage() {
        return operands.isEmpty() ? fullName() : fullName() + " " + operands;
    }
}
