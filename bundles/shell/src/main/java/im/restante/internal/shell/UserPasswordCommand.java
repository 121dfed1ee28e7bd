package im.restante.internal.shell;

import im.restante.admin.AccountAdministration;
import im.restante.jid.Jid;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:user-password}. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "user-password"})
public final class UserPasswordCommand extends ShellCommand {
    private final AccountAdministration accounts;

    @Activate
    public UserPasswordCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    AccountAdministration accounts) {
        super(
                "user-password JID [PASSWORD]",
                "Gives an account another password, or its first if it was imported without; sessions stay. Without PASSWORD one is"
                        + " asked for.",
                1,
                2);
        this.accounts = accounts;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        AccountAdministration present = Answer.present(accounts, "accounts are");
        Jid account = Addresses.account(arguments.get(0));
        if (!Answer.of(present.exists(account))) {
            throw unknown(account); // before a password is asked for
        }
        String password = arguments.size() > 1 ? arguments.get(1) : Keyboard.password(terminal);
        Answer.of(present.setPassword(account, password));
        terminal.console().println("changed the password of " + account);
    }

    private static IllegalArgumentException unknown(Jid account) {
        return new IllegalArgumentException("there is no account " + account + "; user-add makes one");
    }
}
