package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.admin.AdministrationException;
import im.restante.admin.SessionAdministration;
import im.restante.admin.SessionDetails;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandNote;
import im.restante.command.CommandNote.Severity;
import im.restante.command.CommandRequest;
import im.restante.command.CommandStep;
import im.restante.delivery.Verdict;
import im.restante.form.FormField;
import im.restante.form.FormField.Type;
import im.restante.internal.support.Failures;
import im.restante.jid.Jid;
import im.restante.server.StanzaSender;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * XEP-0133 §4.23: a headline from the server to each session that is available, which is never stored. Some are on their way at a time,
 * so that the sender has room for others.
 */
@Component(
        property = {
            AdHocCommand.NODE + "=" + AdminForms.NODES + "announce",
            AdHocCommand.NAME + "=Send Announcement to Online Users"
        })
public final class AnnounceCommand implements AdHocCommand {
    static final int MOST_CHARACTERS = 10_000;
    static final int AT_A_TIME = 64;

    private static final String ACT = "announce to";
    private static final String ANNOUNCEMENT = "announcement";

    private final SessionAdministration sessions;
    private final StanzaSender sender;
    private final AdminActs acts;

    /**
     * What became of one.
     *
     * @param sessions that it was handed to
     * @param left     sessions that it was not sent to
     * @param why      of those; null: there are none
     */
    private record Reached(int sessions, int left, String why) {
        Reached and(int more) {
            return new Reached(sessions + more, left, why);
        }

        Reached without(int more, String reason) {
            return new Reached(sessions, left + more, reason);
        }
    }

    @Activate
    public AnnounceCommand(
            @Reference SessionAdministration sessions, @Reference StanzaSender sender, @Reference AdminActs acts) {
        this.sessions = sessions;
        this.sender = sender;
        this.acts = acts;
    }

    @Override
    public CompletionStage<CommandStep> step(CommandRequest request) {
        if (request.stage() == 0) {
            return AdminForms.ask(
                    "Making an Announcement",
                    "Fill out this form to make an announcement to all online users of this service.",
                    FormField.of(ANNOUNCEMENT, Type.TEXT_MULTI)
                            .withLabel("Announcement")
                            .withAnswerRequired());
        }
        String text = String.join("\n", request.latest().texts(ANNOUNCEMENT));
        if (text.length() > MOST_CHARACTERS) {
            return completedFuture(CommandStep.unfit("An announcement has at most " + MOST_CHARACTERS + " characters"));
        }
        Permit permit = acts.permit(request.requester());
        return acts.answer(
                request.requester(),
                ACT,
                "online users (" + text.length() + " characters)",
                () -> sessions.sessions().thenCompose(all -> toAll(permit, available(all), text)),
                reached -> done(request.requester(), reached));
    }

    private CommandStep done(Jid requester, Reached reached) {
        List<CommandNote> notes = new ArrayList<>();
        notes.add(new CommandNote(Severity.INFO, "Delivered to " + reached.sessions() + " sessions"));
        if (reached.left() > 0) {
            acts.leftOut(requester, ACT, reached.left() + " of them", reached.why());
            notes.add(new CommandNote(Severity.ERROR, reached.left() + " sessions remain, not done: " + reached.why()));
        }
        return CommandStep.done(notes);
    }

    private static List<Jid> available(List<SessionDetails> sessions) {
        return sessions.stream()
                .filter(SessionDetails::isAvailable)
                .map(SessionDetails::jid)
                .toList();
    }

    private CompletionStage<Reached> toAll(Permit permit, List<Jid> recipients, String text) {
        CompletionStage<Reached> reached = completedFuture(new Reached(0, 0, null));
        for (int from = 0; from < recipients.size(); from += AT_A_TIME) {
            List<Jid> some = recipients.subList(from, Math.min(from + AT_A_TIME, recipients.size()));
            reached = reached.thenCompose(before -> {
                AdministrationException ended = permit.ended();
                String why = before.why() == null && ended != null ? ended.getMessage() : before.why();
                return why == null
                        ? toSome(some, text).thenApply(before::and)
                        : completedFuture(before.without(some.size(), why));
            });
        }
        return reached;
    }

    /** How many sessions it was handed to. */
    private CompletionStage<Integer> toSome(List<Jid> recipients, String text) {
        List<CompletableFuture<Verdict>> sent = recipients.stream()
                .map(recipient -> Failures.stage(() -> sender.send(message(recipient, text))))
                .toList();
        return CompletableFuture.allOf(sent.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> sent.stream()
                        .map(CompletableFuture::join)
                        .mapToInt(verdict -> verdict instanceof Verdict.Delivered to ? to.sessions() : 0)
                        .sum());
    }

    private static Message message(Jid recipient, String text) {
        return Message.of(Element.builder(Namespaces.CLIENT, "message")
                .attribute("to", recipient.toString())
                .attribute("type", "headline")
                .child(Element.of(Namespaces.CLIENT, "body", text))
                .build());
    }
}
