package im.restante.internal.shell;

import im.restante.admin.AccountAdministration;
import im.restante.admin.AccountLimit;
import im.restante.internal.support.Lexical;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:limit}. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "limit"})
public final class LimitCommand extends ShellCommand {
    private static final String DEFAULT = "default";

    private final AccountAdministration accounts;

    @Activate
    public LimitCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    AccountAdministration accounts) {
        super(
                "limit JID [N|false|default]",
                "Tells, or sets, how many messages of one sender may wait for an account: N of them, any number (false), or as for"
                        + " everybody (default). What waits already stays.",
                1,
                2);
        this.accounts = accounts;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        AccountAdministration present = Answer.present(accounts, "accounts are");
        Jid account = Addresses.account(arguments.get(0));
        AccountLimit limit =
                Answer.of(arguments.size() == 1 ? present.limit(account) : change(present, account, arguments.get(1)));
        terminal.console().println(account + ": " + words(limit.inForce()) + " of one sender (" + why(limit) + ")");
    }

    private static CompletionStage<AccountLimit> change(AccountAdministration accounts, Jid account, String wanted) {
        if (wanted.equals(DEFAULT)) {
            return accounts.forgetLimit(account);
        } else if (wanted.equals(UserLimits.NO_LIMIT)) {
            return accounts.setLimit(account, -1);
        }
        int messages = (int) Lexical.unsigned(wanted, Integer.MAX_VALUE);
        if (messages < 0) {
            throw new IllegalArgumentException(
                    "a limit is a whole number from 0, false (no limit) or default, got " + wanted);
        }
        return accounts.setLimit(account, messages);
    }

    private static String why(AccountLimit limit) {
        if (limit.own().isEmpty()) {
            return "as for everybody";
        }
        String own = words(limit.own().getAsInt());
        if (!limit.isOwnAllowed()) {
            return "as for everybody; its own, " + own + ", has no effect while user-store-limit-enable=false";
        }
        boolean whole = words(limit.inForce()).equals(own);
        return whole ? "its own" : "its own, " + own + ", is over user-store-limit-max";
    }

    private static String words(int messages) {
        return messages < 0 ? "any number of messages" : messages + (messages == 1 ? " message" : " messages");
    }
}
