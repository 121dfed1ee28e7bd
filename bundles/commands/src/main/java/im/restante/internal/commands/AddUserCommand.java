package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.admin.AccountAdministration;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import im.restante.form.FormAnswer;
import im.restante.jid.Jid;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** XEP-0133 §4.1. Names and an email address are not asked for: accounts have none. */
@Component(property = {AdHocCommand.NODE + "=" + AdminForms.NODES + "add-user", AdHocCommand.NAME + "=Add User"})
public final class AddUserCommand implements AdHocCommand {
    private static final String AGAIN = "password-verify";

    private final AccountAdministration accounts;
    private final AdminActs acts;

    @Activate
    public AddUserCommand(@Reference AccountAdministration accounts, @Reference AdminActs acts) {
        this.accounts = accounts;
        this.acts = acts;
    }

    @Override
    public CompletionStage<CommandStep> step(CommandRequest request) {
        if (request.stage() == 0) {
            return AdminForms.ask(
                    "Adding a User",
                    "Fill out this form to add a user.",
                    AdminForms.account("The Jabber ID for the account to be added"),
                    AdminForms.secret(AdminForms.PASSWORD, "The password for this account")
                            .withAnswerRequired(),
                    AdminForms.secret(AGAIN, "Retype password"));
        }
        FormAnswer filled = request.latest();
        Jid account = filled.address(AdminForms.ACCOUNT).orElseThrow();
        String password = filled.text(AdminForms.PASSWORD).orElseThrow();
        Optional<String> again = filled.text(AGAIN);
        if (again.isPresent() && !again.get().equals(password)) {
            return completedFuture(CommandStep.unfit("The two passwords differ"));
        }
        return acts.one(request.requester(), "add user", account, () -> accounts.add(account, password));
    }
}
