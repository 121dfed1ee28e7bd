package im.restante.command;

import static java.util.Objects.requireNonNull;

import im.restante.form.FormAnswer;
import im.restante.jid.Jid;
import java.util.List;

/**
 * Who carries out a command, and how far it has come.
 *
 * @param requester the full address of the session that asks, as it has logged in; of a command for
 *                  {@link AdHocCommand#EVERYBODY} it may be the address of the server, for a bundle that asks in its name
 * @param answers   what was filled in at each stage so far, the first one first; empty at the start
 */
public record CommandRequest(Jid requester, List<FormAnswer> answers) {
    public CommandRequest {
        requireNonNull(requester, "requester");
        answers = List.copyOf(answers);
    }

    /** How many forms were filled in: 0 at the start. */
    public int stage() {
        return answers.size();
    }

    /** What was filled in last. @throws IndexOutOfBoundsException at the start */
    public FormAnswer latest() {
        return answers.get(answers.size() - 1);
    }
}
