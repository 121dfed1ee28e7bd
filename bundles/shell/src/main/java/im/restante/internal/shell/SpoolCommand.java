package im.restante.internal.shell;

import im.restante.internal.support.OperatorConsole;
import im.restante.jid.Jid;
import im.restante.store.MessageStore;
import im.restante.store.SenderUsage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.CollectionType;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:spool}. Figures only: what people wrote is nobody's business. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "spool"})
public final class SpoolCommand extends ShellCommand {
    static final int MAX_SENDERS = 100;

    private final List<StoreService> stores;

    @Activate
    public SpoolCommand(
            @Reference(
                            target = "(" + MessageStore.ID + "=*)",
                            collectionType = CollectionType.TUPLE,
                            policyOption = ReferencePolicyOption.GREEDY)
                    List<Map.Entry<Map<String, Object>, MessageStore>> stores) {
        super("spool JID", "Says how much waits for an account, in each store and from whom.", 1, 1);
        this.stores = StoreService.of(stores);
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        Jid owner = Addresses.account(arguments.get(0));
        if (stores.isEmpty()) {
            throw new IllegalStateException("no message store is present");
        }
        OperatorConsole out = terminal.console();
        for (StoreService store : stores) {
            Usage usage = Answer.of(store.store().usage(owner));
            out.println(store.id() + ": " + figures(usage));
            if (usage.messages() > 0) {
                List<SenderUsage> senders = Answer.of(store.store().senders(owner, MAX_SENDERS));
                Table table = new Table("  messages", "from");
                senders.forEach(sender ->
                        table.row("  " + sender.messages(), sender.sender().toString()));
                table.print(out);
                if (senders.size() == MAX_SENDERS) {
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
                + ", oldest " + usage.oldestReceived().map(Instant::toString).orElse("?");
    }
}
