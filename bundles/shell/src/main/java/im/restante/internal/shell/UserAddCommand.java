package im.restante.internal.shell;

import im.restante.admin.AccountAdministration;
import im.restante.jid.Jid;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:user-add}. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "user-add"})
public final class UserAddCommand extends ShellCommand {
    private final AccountAdministration accounts;

    @Activate
    public UserAddCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    AccountAdministration accounts) {
        super("user-add JID [PASSWORD]", "Makes an account; without PASSWORD one is asked for.", 1, 2);
        this.accounts = accounts;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        AccountAdministration present = Answer.present(accounts, "accounts are");
        Jid account = Addresses.account(arguments.get(0));
        Answer.of(present.mayAdd(account)); // before a password is asked for
        String password = arguments.size() > 1 ? arguments.get(1) : Keyboard.password(terminal);
        Answer.of(present.add(account, password));
        terminal.console().println("added " + account);
    }
}
