package im.restante.internal.shell;

import im.restante.admin.AccountAdministration;
import im.restante.admin.ServerStatistics;
import im.restante.internal.support.Printable;
import im.restante.jid.Jid;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:complete}: what a Tab key asks for. A look-up that fails or takes too long gives nothing, and is no error. */
@Component(
        service = CompleteCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "complete"})
public final class CompleteCommand extends ShellCommand {
    /** Of accounts. */
    static final int MOST = 100;

    static final String HELP = "help";

    private static final int SECONDS = 2;
    private static final Set<String> ACCOUNTS = Set.of("JID", "AFTER", "SENDER");
    private static final Set<String> STORES = Set.of("FROM", "TO");
    /** Stands for something that nobody can list. */
    private static final Pattern PLACEHOLDER = Pattern.compile("[A-Z]+(\\.\\.\\.)?");

    private final BundleContext context;
    private final List<ShellCommand> ours;
    private final AccountAdministration accounts;
    private final ServerStatistics statistics;

    @Activate
    public CompleteCommand(
            BundleContext context,
            @Reference(policyOption = ReferencePolicyOption.GREEDY) List<ShellCommand> ours,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    AccountAdministration accounts,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    ServerStatistics statistics) {
        super(
                "complete WORD...",
                "Lists how the last WORD can go on behind the others, a line each: commands, options, accounts, stores.",
                1,
                Integer.MAX_VALUE);
        this.context = context;
        this.ours = List.copyOf(ours);
        this.accounts = accounts;
        this.statistics = statistics;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        List<String> before = arguments.subList(0, arguments.size() - 1);
        String begun = arguments.get(arguments.size() - 1);
        (before.isEmpty() ? commands(begun) : operands(before, begun))
                .distinct()
                .filter(word -> Printable.line(word).equals(word)) // else it would not be what it stands for
                .forEach(terminal.console()::println);
    }

    /** By their full names, whether the scope was typed or not. */
    private Stream<String> commands(String begun) {
        return Stream.concat(
                Stream.of(HELP).filter(help -> help.startsWith(begun)),
                KnownCommand.all(context, ours).stream()
                        .filter(command -> command.name().startsWith(begun)
                                || command.fullName().startsWith(begun))
                        .map(KnownCommand::fullName));
    }

    private Stream<String> operands(List<String> before, String begun) {
        String name = before.get(0);
        List<String> words = before.subList(1, before.size());
        if (name.equals(HELP)) {
            return words.isEmpty() ? commands(begun).filter(command -> !command.equals(HELP)) : Stream.empty();
        }
        Optional<KnownCommand> command = KnownCommand.all(context, ours).stream()
                .filter(known -> known.fullName().equals(name) || known.name().equals(name))
                .findFirst(); // ours, as the socket finds it
        return command.stream()
                .flatMap(known -> new Operands(known.operands()).next(words).stream())
                .flatMap(operand -> words(operand, begun));
    }

    private Stream<String> words(String operand, String begun) {
        if (ACCOUNTS.contains(operand)) {
            return accounts(begun);
        }
        if (STORES.contains(operand)) {
            return stores().filter(store -> store.startsWith(begun));
        }
        return PLACEHOLDER.matcher(operand).matches() || !operand.startsWith(begun)
                ? Stream.empty()
                : Stream.of(operand);
    }

    /** Not more than {@value #MOST}: whoever has more goes on typing. */
    private Stream<String> accounts(String begun) {
        if (accounts == null) {
            return Stream.empty();
        }
        int at = begun.indexOf('@');
        String name = at < 0 ? begun : begun.substring(0, at);
        try {
            List<Jid> found = Answer.of(accounts.accounts(name, null, MOST), SECONDS);
            return found.stream()
                    .map(Jid::toString)
                    .filter(jid -> jid.regionMatches(true, 0, begun, 0, begun.length()));
        } catch (RuntimeException e) { // no name begins like that, or the store does not answer
            return Stream.empty();
        }
    }

    private Stream<String> stores() {
        if (statistics == null) {
            return Stream.empty();
        }
        try {
            return Answer.of(statistics.stores(), SECONDS).stream().map(figures -> figures.store());
        } catch (RuntimeException e) {
            return Stream.empty();
        }
    }
}
