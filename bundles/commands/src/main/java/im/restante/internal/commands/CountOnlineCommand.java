package im.restante.internal.commands;

import im.restante.admin.SessionAdministration;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** XEP-0133 §4.15. */
@Component(
        property = {
            AdHocCommand.NODE + "=" + AdminForms.NODES + "get-online-users-num",
            AdHocCommand.NAME + "=Get Number of Online Users"
        })
public final class CountOnlineCommand implements AdHocCommand {
    private final SessionAdministration sessions;
    private final AdminActs acts;

    @Activate
    public CountOnlineCommand(@Reference SessionAdministration sessions, @Reference AdminActs acts) {
        this.sessions = sessions;
        this.acts = acts;
    }

    @Override
    public CompletionStage<CommandStep> step(CommandRequest request) {
        return acts.answer(
                request.requester(),
                "count",
                "online users",
                sessions::sessions,
                all -> CommandStep.done(AdminForms.result(AdminForms.number(
                        "onlineusersnum",
                        "The number of online users",
                        OnlineAccounts.of(all).size()))));
    }
}
