package im.restante.internal.shell;

import im.restante.admin.ServerStatistics;
import im.restante.admin.StoreFigures;
import im.restante.offline.OfflineSettings;
import im.restante.store.StoreStatistics;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:store}. */
@Component(
        service = ShellCommand.class,
        configurationPid = OfflineSettings.PID,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "store"})
public final class StoreCommand extends ShellCommand {
    private final String wanted;
    private final ServerStatistics statistics;

    @Activate
    public StoreCommand(
            Map<String, Object> values,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    ServerStatistics statistics) {
        super("store", "Lists the message stores; the one marked * takes new messages, all are read.", 0, 0);
        this.wanted = OfflineSettings.store(values);
        this.statistics = statistics;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        List<StoreFigures> stores =
                Answer.of(Answer.present(statistics, "figures are").stores());
        Table table = new Table("", "store", "ranking", "messages", "owners", "quarantined", "largest id");
        for (StoreFigures store : stores) {
            String mark = store.isChosen() ? "*" : "";
            String ranking = Integer.toString(store.ranking());
            if (store.statistics().isPresent()) {
                StoreStatistics figures = store.statistics().get();
                table.row(
                        mark,
                        store.store(),
                        ranking,
                        Long.toString(figures.messages()),
                        figures.owners() < 0 ? "?" : Long.toString(figures.owners()),
                        Long.toString(figures.quarantined()),
                        Long.toString(figures.largestId()));
            } else { // one that is broken must not hide the others
                table.row(mark, store.store(), ranking, store.problem().orElse("no answer"), "", "", "");
            }
        }
        table.print(terminal.console());
        if (stores.stream().noneMatch(StoreFigures::isChosen)) {
            terminal.console()
                    .println("no store takes new messages"
                            + (wanted.isEmpty()
                                    ? ""
                                    : ": " + OfflineSettings.PID + " says store=" + wanted + ", which is not present"));
        }
    }
}
