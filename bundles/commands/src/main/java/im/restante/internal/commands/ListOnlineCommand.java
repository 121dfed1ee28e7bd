package im.restante.internal.commands;

import im.restante.admin.SessionAdministration;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandNote;
import im.restante.command.CommandNote.Severity;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import im.restante.form.DataForm;
import im.restante.form.FormField;
import im.restante.form.FormField.Type;
import im.restante.jid.Jid;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** XEP-0133 §4.20. A note says how many more there are than the list has. */
@Component(
        property = {
            AdHocCommand.NODE + "=" + AdminForms.NODES + "get-online-users-list",
            AdHocCommand.NAME + "=Get List of Online Users"
        })
public final class ListOnlineCommand implements AdHocCommand {
    /** Where the administrator names no bound: a stanza has one. */
    static final int MOST = 1_000;

    private static final String MAXIMUM = "max_items";
    private static final String NONE = "none";

    private final SessionAdministration sessions;
    private final AdminActs acts;

    @Activate
    public ListOnlineCommand(@Reference SessionAdministration sessions, @Reference AdminActs acts) {
        this.sessions = sessions;
        this.acts = acts;
    }

    @Override
    public CompletionStage<CommandStep> step(CommandRequest request) {
        if (request.stage() == 0) {
            FormField maximum = FormField.of(MAXIMUM, Type.LIST_SINGLE).withLabel("Maximum number of items to show");
            for (String number : List.of("25", "50", "75", "100", "150", "200")) {
                maximum = maximum.withOption(number, number);
            }
            return AdminForms.ask(
                    "Requesting List of Online Users",
                    "Fill out this form to request the online users of this service.",
                    maximum.withOption("None", NONE));
        }
        int most = request.latest()
                .text(MAXIMUM)
                .filter(number -> !number.equals(NONE))
                .map(Integer::parseInt)
                .orElse(MOST);
        return acts.answer(
                request.requester(),
                "list",
                "online users",
                sessions::sessions,
                all -> listed(OnlineAccounts.of(all), most, acts.room()));
    }

    private static CommandStep listed(List<Jid> online, int most, Room room) {
        List<String> some = online.stream()
                .limit(most)
                .map(Jid::toString)
                .takeWhile(room::takes)
                .toList();
        DataForm result = AdminForms.result(FormField.of("onlineuserjids", Type.JID_MULTI)
                .withLabel("The list of all online users")
                .withValues(some));
        return online.size() == some.size()
                ? CommandStep.done(result)
                : CommandStep.done(
                        result,
                        List.of(new CommandNote(
                                Severity.WARN, (online.size() - some.size()) + " more are not in the list")));
    }
}
