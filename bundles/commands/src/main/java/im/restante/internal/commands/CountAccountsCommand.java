package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.admin.AccountAdministration;
import im.restante.admin.AdministrationException;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import im.restante.jid.Jid;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** XEP-0133 §4.13. They are counted page by page, some seconds for a million. */
@Component(
        property = {
            AdHocCommand.NODE + "=" + AdminForms.NODES + "get-registered-users-num",
            AdHocCommand.NAME + "=Get Number of Registered Users"
        })
public final class CountAccountsCommand implements AdHocCommand {
    private final AccountAdministration accounts;
    private final AdminActs acts;

    @Activate
    public CountAccountsCommand(@Reference AccountAdministration accounts, @Reference AdminActs acts) {
        this.accounts = accounts;
        this.acts = acts;
    }

    @Override
    public CompletionStage<CommandStep> step(CommandRequest request) {
        Permit permit = acts.permit(request.requester());
        return acts.answer(
                request.requester(),
                "count",
                "registered users",
                () -> behind(permit, null, 0),
                number -> CommandStep.done(AdminForms.result(
                        AdminForms.number("registeredusersnum", "The number of registered users", number))));
    }

    /** Pages complete on a thread of the administration, so this does not nest. */
    private CompletionStage<Long> behind(Permit permit, Jid last, long counted) {
        AdministrationException ended = permit.ended();
        if (ended != null) {
            return failedFuture(ended);
        }
        return accounts.accounts(null, last, AccountAdministration.MOST_ACCOUNTS)
                .thenCompose(page -> {
                    long now = counted + page.size();
                    return page.size() < AccountAdministration.MOST_ACCOUNTS
                            ? completedFuture(now)
                            : behind(permit, page.get(page.size() - 1), now);
                });
    }
}
