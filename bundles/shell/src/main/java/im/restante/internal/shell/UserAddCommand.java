package im.restante.internal.shell;

import im.restante.account.Accounts;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.felix.service.command.CommandSession;
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
    private static final int MAX_PASSWORD_BYTES = 1_024;

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
    void run(CommandSession session, List<String> arguments) {
        Accounts present = Answer.present(accounts, "accounts are");
        Jid account = Addresses.account(arguments.get(0));
        if (server != null && !account.domain().equals(server.domain().domain())) {
            throw new IllegalArgumentException(
                    "this server has the domain " + server.domain() + ", and no accounts of " + account.domain());
        }
        String password = arguments.size() > 1 ? arguments.get(1) : ask(session);
        if (!Answer.of(present.create(account, password))) {
            throw new IllegalStateException("there is an account " + account + " already");
        }
        session.getConsole().println("added " + account);
    }

    private static String ask(CommandSession session) {
        session.getConsole().print("Password: ");
        session.getConsole().flush();
        String password = line(session.getKeyboard());
        session.getConsole().println();
        if (password.isEmpty()) {
            throw new IllegalArgumentException("no password given");
        }
        return password;
    }

    /** One line; a terminal in raw mode ends it with a carriage return. */
    private static String line(InputStream keyboard) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        try {
            for (int b = keyboard.read(); b >= 0 && b != '\n' && b != '\r'; b = keyboard.read()) {
                if (line.size() == MAX_PASSWORD_BYTES) {
                    throw new IllegalArgumentException("a password has at most " + MAX_PASSWORD_BYTES + " bytes");
                }
                line.write(b);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the password", e);
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
