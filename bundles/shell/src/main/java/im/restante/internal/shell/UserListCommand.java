package im.restante.internal.shell;

import im.restante.admin.AccountAdministration;
import im.restante.jid.Jid;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:user-list}. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "user-list"})
public final class UserListCommand extends ShellCommand {
    static final int MAX = 1_000;

    private final AccountAdministration accounts;

    @Activate
    public UserListCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    AccountAdministration accounts) {
        super("user-list [AFTER]", "Lists accounts by address, " + MAX + " at a time, those behind AFTER.", 0, 1);
        this.accounts = accounts;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        Jid after = arguments.isEmpty() ? null : Addresses.account(arguments.get(0));
        List<Jid> users = Answer.of(Answer.present(accounts, "accounts are").accounts(null, after, MAX));
        users.forEach(terminal.console()::println);
        if (users.size() == MAX) {
            terminal.console()
                    .println("there may be more: restante:user-list "
                            + Words.quoted(users.get(MAX - 1).toString()));
        }
    }
}
