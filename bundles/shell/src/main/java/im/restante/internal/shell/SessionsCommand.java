package im.restante.internal.shell;

import im.restante.session.SessionInfo;
import im.restante.session.SessionManager;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:sessions}. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "sessions"})
public final class SessionsCommand extends ShellCommand {
    private final SessionManager sessions;

    @Activate
    public SessionsCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    SessionManager sessions) {
        super("sessions", "Lists who is connected.", 0, 0);
        this.sessions = sessions;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        List<SessionInfo> all = Answer.present(sessions, "sessions are").sessions();
        Table table = new Table("session", "priority", "spool", "since", "from", "tls");
        for (SessionInfo info : all) {
            table.row(
                    info.jid().toString(),
                    info.available() ? Integer.toString(info.priority()) : "-",
                    info.state(),
                    info.since().toString(),
                    info.remote(),
                    info.encrypted() ? "yes" : "no");
        }
        table.print(terminal.console());
        terminal.console().println(all.size() + (all.size() == 1 ? " session" : " sessions"));
    }
}
