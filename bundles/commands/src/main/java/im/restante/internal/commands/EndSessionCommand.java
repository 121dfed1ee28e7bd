package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.admin.SessionAdministration;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import im.restante.jid.Jid;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** XEP-0133 §4.5: one session by its full address, or all of an account. */
@Component(
        property = {
            AdHocCommand.NODE + "=" + AdminForms.NODES + "end-user-session",
            AdHocCommand.NAME + "=End User Session"
        })
public final class EndSessionCommand implements AdHocCommand {
    private final SessionAdministration sessions;
    private final AdminActs acts;

    @Activate
    public EndSessionCommand(@Reference SessionAdministration sessions, @Reference AdminActs acts) {
        this.sessions = sessions;
        this.acts = acts;
    }

    @Override
    public CompletionStage<CommandStep> step(CommandRequest request) {
        return request.stage() == 0
                ? AdminForms.ask(
                        "Ending a User Session",
                        "Fill out this form to end a user's session.",
                        AdminForms.accounts("The Jabber ID(s) for which to end sessions"))
                : acts.each(
                        request.requester(),
                        "end session of",
                        request.latest().addresses(AdminForms.ACCOUNTS),
                        this::end);
    }

    private CompletionStage<Integer> end(Jid address) {
        return address.isFull()
                ? sessions.end(address, null).thenApply(ended -> 1)
                : sessions.endAll(address, null)
                        .thenCompose(ended -> ended > 0
                                ? completedFuture(ended)
                                : failedFuture(
                                        new AdministrationException(Reason.NOT_FOUND, address + " has no session")));
    }
}
