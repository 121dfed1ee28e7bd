package im.restante.internal.shell;

import im.restante.admin.ServerFigures;
import im.restante.admin.ServerStatistics;
import im.restante.internal.support.OperatorConsole;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:status}. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "status"})
public final class StatusCommand extends ShellCommand {
    private final ServerStatistics statistics;

    @Activate
    public StatusCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    ServerStatistics statistics) {
        super("status", "Tells what runs, since when, who is connected and how much waits.", 0, 0);
        this.statistics = statistics;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        ServerFigures now = Answer.of(Answer.present(statistics, "figures are").figures());
        OperatorConsole out = terminal.console();
        out.println(now.name() + " " + now.version() + " on Java " + now.javaVersion() + ", domain " + now.domain());
        out.println("up " + time(now.uptime()) + ", since " + now.startedAt());
        out.println(now.sessions() + (now.sessions() == 1 ? " session" : " sessions") + " of "
                + now.connectedAccounts() + (now.connectedAccounts() == 1 ? " account" : " accounts") + "; "
                + now.available() + " available, " + now.suspended() + " waiting for the client to resume");
        out.println(number(now.messages()) + " messages wait, " + number(now.bytes()) + " bytes, in "
                + (now.stores().isEmpty()
                        ? "no store"
                        : now.stores().stream().map(store -> store.store()).collect(Collectors.joining(", "))));
        now.stores()
                .forEach(store -> store.problem()
                        .ifPresent(problem -> out.println(store.store() + " does not answer: " + problem)));
    }

    private static String number(OptionalLong figure) {
        return figure.isPresent() ? Long.toString(figure.getAsLong()) : "?";
    }

    private static String time(Duration uptime) {
        return uptime.toDays() + "d " + uptime.toHoursPart() + "h " + uptime.toMinutesPart() + "m "
                + uptime.toSecondsPart() + "s";
    }
}
