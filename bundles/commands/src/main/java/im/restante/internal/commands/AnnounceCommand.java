package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.completedFuture;

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
import im.restante.jid.Jid;
import im.restante.server.StanzaSender;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
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

    private static final String ANNOUNCEMENT = "announcement";

    private final SessionAdministration sessions;
    private final StanzaSender sender;
    private final AdminActs acts;

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
        return acts.answer(
                request.requester(),
                "announce to",
                "online users (" + text.length() + " characters)",
                sessions.sessions().thenCompose(all -> toAll(available(all), text)),
                reached -> CommandStep.done(
                        List.of(new CommandNote(Severity.INFO, "Delivered to " + reached + " sessions"))));
    }

    private static List<Jid> available(List<SessionDetails> sessions) {
        return sessions.stream()
                .filter(SessionDetails::isAvailable)
                .map(SessionDetails::jid)
                .toList();
    }

    /** How many sessions it was handed to. */
    private CompletionStage<Integer> toAll(List<Jid> recipients, String text) {
        CompletionStage<Integer> reached = completedFuture(0);
        for (int from = 0; from < recipients.size(); from += AT_A_TIME) {
            List<Jid> some = recipients.subList(from, Math.min(from + AT_A_TIME, recipients.size()));
            reached = reached.thenCompose(before -> toSome(some, text).thenApply(more -> before + more));
        }
        return reached;
    }

    private CompletionStage<Integer> toSome(List<Jid> recipients, String text) {
        List<CompletableFuture<Verdict>> sent = recipients.stream()
                .map(recipient -> sender.send(message(recipient, text)).toCompletableFuture())
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
