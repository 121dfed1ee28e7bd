package im.restante.internal.shell;

import im.restante.account.Accounts;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
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
    private final Accounts accounts;
    private final ServerInfo server;

    @Activate
    public UserAddCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    Accounts accounts,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    ServerInfo server) {
        super("user-add JID [PASSWORD]", "Makes an account; without PASSWORD one is asked for.", 1, 2);
        this.accounts = accounts;
        this.server = server;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        Accounts present = Answer.present(accounts, "accounts are");
        Jid account = Addresses.account(arguments.get(0));
        if (server != null && !account.domain().equals(server.domain().domain())) {
            throw new IllegalArgumentException(
                    "this server has the domain " + server.domain() + ", and no accounts of " + account.domain());
        }
        String password = arguments.size() > 1 ? arguments.get(1) : Keyboard.password(terminal);
        if (!Answer.of(present.create(account, password))) {
            throw new IllegalStateException("there is an account " + account + " already");
        }
        terminal.console().println("added " + account);
    }
}
