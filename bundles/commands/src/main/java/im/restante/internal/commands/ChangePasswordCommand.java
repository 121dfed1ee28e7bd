package im.restante.internal.commands;

import im.restante.admin.AccountAdministration;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import im.restante.jid.Jid;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** XEP-0133 §4.7. */
@Component(
        property = {
            AdHocCommand.NODE + "=" + AdminForms.NODES + "change-user-password",
            AdHocCommand.NAME + "=Change User Password"
        })
public final class ChangePasswordCommand implements AdHocCommand {
    private final AccountAdministration accounts;
    private final AdminActs acts;

    @Activate
    public ChangePasswordCommand(@Reference AccountAdministration accounts, @Reference AdminActs acts) {
        this.accounts = accounts;
        this.acts = acts;
    }

    @Override
    public CompletionStage<CommandStep> step(CommandRequest request) {
        if (request.stage() == 0) {
            return AdminForms.ask(
                    "Changing a User Password",
                    "Fill out this form to change a user's password.",
                    AdminForms.account("The Jabber ID for this account"),
                    AdminForms.secret(AdminForms.PASSWORD, "The password for this account")
                            .withAnswerRequired());
        }
        Jid account = request.latest().address(AdminForms.ACCOUNT).orElseThrow();
        String password = request.latest().text(AdminForms.PASSWORD).orElseThrow();
        return acts.one(
                request.requester(), "change password of", account, () -> accounts.setPassword(account, password));
    }
}
