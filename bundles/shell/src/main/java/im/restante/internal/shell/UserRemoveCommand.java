package im.restante.internal.shell;

import im.restante.admin.AccountAdministration;
import im.restante.jid.Jid;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:user-remove}. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "user-remove"})
public final class UserRemoveCommand extends ShellCommand {
    private final AccountAdministration accounts;

    @Activate
    public UserRemoveCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    AccountAdministration accounts) {
        super(
                "user-remove JID",
                "Removes an account, its settings and everything that waits for it, and ends its sessions.",
                1,
                1);
        this.accounts = accounts;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        Jid account = Addresses.account(arguments.get(0));
        Answer.of(Answer.present(accounts, "accounts are").remove(account));
        terminal.console().println("removed " + account);
    }
}
