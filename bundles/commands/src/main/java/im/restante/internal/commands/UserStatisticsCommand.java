package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.admin.AccountAdministration;
import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.admin.SessionAdministration;
import im.restante.admin.SessionDetails;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import im.restante.form.FormField;
import im.restante.form.FormField.Type;
import im.restante.jid.Jid;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** XEP-0133 §4.10, as far as the server knows: from where, and by which sessions. */
@Component(
        property = {
            AdHocCommand.NODE + "=" + AdminForms.NODES + "user-stats",
            AdHocCommand.NAME + "=Get User Statistics"
        })
public final class UserStatisticsCommand implements AdHocCommand {
    private final AccountAdministration accounts;
    private final SessionAdministration sessions;
    private final AdminActs acts;

    @Activate
    public UserStatisticsCommand(
            @Reference AccountAdministration accounts,
            @Reference SessionAdministration sessions,
            @Reference AdminActs acts) {
        this.accounts = accounts;
        this.sessions = sessions;
        this.acts = acts;
    }

    @Override
    public CompletionStage<CommandStep> step(CommandRequest request) {
        if (request.stage() == 0) {
            return AdminForms.ask(
                    "Get User Statistics",
                    "Fill out this form to gather user statistics.",
                    AdminForms.account("The Jabber ID for statistics"));
        }
        Jid account = request.latest().address(AdminForms.ACCOUNT).orElseThrow();
        return acts.answer(
                request.requester(),
                "read statistics of",
                account,
                () -> accounts.exists(account)
                        .thenCompose(there -> there
                                ? sessions.sessions(account)
                                : failedFuture(new AdministrationException(
                                        Reason.NOT_FOUND, "there is no account " + account))),
                found -> CommandStep.done(AdminForms.result(
                        FormField.of("ipaddresses", Type.LIST_MULTI)
                                .withLabel("The IP addresses of the account's online sessions")
                                .withValues(addresses(found)),
                        FormField.of("onlineresources", Type.TEXT_MULTI)
                                .withLabel("The names of the account's online sessions")
                                .withValues(resources(found)))));
    }

    private static List<String> addresses(List<SessionDetails> sessions) {
        return sessions.stream()
                .map(session -> session.client().replaceFirst(":\\d+$", ""))
                .distinct()
                .toList();
    }

    private static List<String> resources(List<SessionDetails> sessions) {
        return sessions.stream().map(session -> session.jid().resource()).toList();
    }
}
