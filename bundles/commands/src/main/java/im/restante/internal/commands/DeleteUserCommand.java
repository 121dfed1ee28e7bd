package im.restante.internal.commands;

import im.restante.admin.AccountAdministration;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** XEP-0133 §4.2. */
@Component(property = {AdHocCommand.NODE + "=" + AdminForms.NODES + "delete-user", AdHocCommand.NAME + "=Delete User"})
public final class DeleteUserCommand implements AdHocCommand {
    private final AccountAdministration accounts;
    private final AdminActs acts;

    @Activate
    public DeleteUserCommand(@Reference AccountAdministration accounts, @Reference AdminActs acts) {
        this.accounts = accounts;
        this.acts = acts;
    }

    @Override
    public CompletionStage<CommandStep> step(CommandRequest request) {
        return request.stage() == 0
                ? AdminForms.ask(
                        "Deleting a User",
                        "Fill out this form to delete a user, with all that waits for it.",
                        AdminForms.accounts("The Jabber ID(s) to delete"))
                : acts.each(
                        request.requester(),
                        "delete user",
                        request.latest().addresses(AdminForms.ACCOUNTS),
                        accounts::remove);
    }
}
