package im.restante.internal.shell;

import im.restante.admin.SpoolAdministration;
import im.restante.admin.StoreShare;
import im.restante.internal.support.OperatorConsole;
import im.restante.jid.Jid;
import im.restante.store.Usage;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:spool}. Figures only: what people wrote is nobody's business. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "spool"})
public final class SpoolCommand extends ShellCommand {
    static final int MAX_SENDERS = 100;

    private final SpoolAdministration spools;

    @Activate
    public SpoolCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    SpoolAdministration spools) {
        super("spool JID", "Says how much waits for an account, in each store and from whom.", 1, 1);
        this.spools = spools;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        Jid owner = Addresses.account(arguments.get(0));
        OperatorConsole out = terminal.console();
        for (StoreShare share : Answer.of(
                        Answer.present(spools, "waiting messages are").spool(owner, MAX_SENDERS))
                .stores()) {
            out.println(share.store() + ": " + figures(share.usage()));
            if (share.usage().messages() > 0) {
                Table table = new Table("  messages", "from");
                share.senders()
                        .forEach(sender -> table.row(
                                "  " + sender.messages(), sender.sender().toString()));
                table.print(out);
                if (share.senders().size() == MAX_SENDERS) {
                    out.println("  (the " + MAX_SENDERS + " with the most)");
                }
            }
        }
    }

    private static String figures(Usage usage) {
        if (usage.messages() == 0) {
            return "nothing waits";
        }
        return usage.messages() + (usage.messages() == 1 ? " message, " : " messages, ")
                + (usage.bytes() < 0 ? "? bytes" : usage.bytes() + " bytes")
                + ", oldest " + (usage.oldest() == null ? "?" : usage.oldest());
    }
}
