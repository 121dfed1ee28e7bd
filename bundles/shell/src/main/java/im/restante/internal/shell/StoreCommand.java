package im.restante.internal.shell;

import im.restante.config.Settings;
import im.restante.delivery.ChosenStore;
import im.restante.store.MessageStore;
import im.restante.store.StoreStatistics;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.CollectionType;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:store}. */
@Component(
        service = ShellCommand.class,
        configurationPid = StoreCommand.PID,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "store"})
public final class StoreCommand extends ShellCommand {
    static final String PID = "im.restante.offline";

    private final String wanted;
    private final List<StoreService> stores;
    private final ChosenStore inForce; // null: the delivery is not there, or no store takes messages

    @Activate
    public StoreCommand(
            Map<String, Object> values,
            @Reference(
                            target = "(" + MessageStore.ID + "=*)",
                            collectionType = CollectionType.TUPLE,
                            policyOption = ReferencePolicyOption.GREEDY)
                    List<Map.Entry<Map<String, Object>, MessageStore>> stores,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    ChosenStore inForce) {
        super("store", "Lists the message stores; the one marked * takes new messages, all are read.", 0, 0);
        this.wanted = Settings.of(PID, values).text("store", "");
        this.stores = StoreService.of(stores);
        this.inForce = inForce;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        StoreService chosen = stores.stream()
                .filter(store -> inForce != null && store.id().equals(inForce.id()))
                .findFirst()
                .orElse(null);
        Table table = new Table("", "store", "ranking", "messages", "owners", "quarantined", "largest id");
        for (StoreService store : stores) {
            String mark = store == chosen ? "*" : "";
            try {
                StoreStatistics figures = Answer.of(store.store().statistics(), 5);
                table.row(
                        mark,
                        store.id(),
                        Integer.toString(store.ranking()),
                        Long.toString(figures.messages()),
                        figures.owners() < 0 ? "?" : Long.toString(figures.owners()),
                        Long.toString(figures.quarantined()),
                        Long.toString(figures.largestId()));
            } catch (IllegalStateException e) { // one that is broken must not hide the others
                table.row(mark, store.id(), Integer.toString(store.ranking()), e.getMessage(), "", "", "");
            }
        }
        table.print(terminal.console());
        if (chosen == null) {
            terminal.console()
                    .println("no store takes new messages"
                            + (wanted.isEmpty()
                                    ? ""
                                    : ": " + PID + " says store=" + wanted + ", which is not present"));
        }
    }
}
