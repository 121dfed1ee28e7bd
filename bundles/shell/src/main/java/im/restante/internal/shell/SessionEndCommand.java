package im.restante.internal.shell;

import im.restante.admin.SessionAdministration;
import im.restante.jid.Jid;
import java.util.List;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** {@code restante:session-end}. */
@Component(
        service = ShellCommand.class,
        property = {ShellCommand.IN_SCOPE, ShellCommand.NAME + "session-end"})
public final class SessionEndCommand extends ShellCommand {
    private final SessionAdministration sessions;

    @Activate
    public SessionEndCommand(
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    SessionAdministration sessions) {
        super(
                "session-end JID [REASON]",
                "Ends one session (name@domain/resource), or all sessions of an account (name@domain). The client is shown REASON; what"
                        + " it had not got waits for the next session. It may log in again.",
                1,
                2);
        this.sessions = sessions;
    }

    @Override
    void run(Terminal terminal, List<String> arguments) {
        SessionAdministration present = Answer.present(sessions, "sessions are");
        Jid jid = Jid.of(arguments.get(0));
        String reason = arguments.size() > 1 ? arguments.get(1) : null;
        if (jid.isFull()) {
            Answer.of(present.end(jid, reason));
            terminal.console().println("ended " + jid);
        } else {
            int ended = Answer.of(present.endAll(jid, reason));
            terminal.console().println("ended " + ended + (ended == 1 ? " session of " : " sessions of ") + jid);
        }
    }
}
