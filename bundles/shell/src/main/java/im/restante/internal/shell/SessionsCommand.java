package im.restante.internal.shell;

import im.restante.admin.SessionAdministration;
import im.restante.admin.SessionDetails;
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
    private final SessionAdministration sessions;

    @Activate
    public SessionsCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    SessionAdministration sessions) {
        super("sessions", "Lists who is connected.", 0, 0);
        this.sessions = sessions;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        List<SessionDetails> all =
                Answer.of(Answer.present(sessions, "sessions are").sessions());
        Table table = new Table("session", "priority", "spool", "since", "from", "tls");
        for (SessionDetails session : all) {
            table.row(
                    session.jid().toString(),
                    session.isAvailable() ? Integer.toString(session.priority()) : "-",
                    session.state().name(),
                    session.since().toString(),
                    session.client(),
                    session.isEncrypted() ? "yes" : "no");
        }
        table.print(terminal.console());
        terminal.console().println(all.size() + (all.size() == 1 ? " session" : " sessions"));
    }
}
