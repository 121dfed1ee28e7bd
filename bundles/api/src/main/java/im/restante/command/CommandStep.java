package im.restante.command;

import static java.util.Objects.requireNonNull;

import im.restante.command.CommandNote.Severity;
import im.restante.form.DataForm;
import im.restante.stanza.StanzaError;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a command answers to one step. Made by the methods of this type. A new case is a major change of this package. */
public sealed interface CommandStep {
    /**
     * One more form.
     *
     * @param isLast whether the command ends when it is filled in
     */
    record Ask(DataForm form, boolean isLast) implements CommandStep {
        public Ask {
            requireNonNull(form, "form");
        }
    }

    /**
     * The end. If what was wanted could not be done there is a note of {@link Severity#ERROR} (XEP-0050 §3.6).
     *
     * @param result null: none
     */
    record Done(@Nullable DataForm result, List<CommandNote> notes) implements CommandStep {
        public Done {
            notes = List.copyOf(notes);
        }
    }

    /**
     * What was filled in cannot be used, and may be sent again. The client is answered {@code bad-payload}.
     *
     * @param reason a sentence for the person at the client: what would be right; never a secret
     */
    record Unfit(String reason) implements CommandStep {
        public Unfit {
            requireNonNull(reason, "reason");
        }
    }

    /** The command is over, and the client is answered an error. */
    record Failed(StanzaError error) implements CommandStep {
        public Failed {
            requireNonNull(error, "error");
        }
    }

    /** Asks by a form behind which there is at least one more. */
    static CommandStep ask(DataForm form) {
        return new Ask(form, false);
    }

    /** Asks by the last form. */
    static CommandStep askLast(DataForm form) {
        return new Ask(form, true);
    }

    /** The end, with nothing to say. */
    static CommandStep done() {
        return new Done(null, List.of());
    }

    /** The end, with a result. */
    static CommandStep done(DataForm result) {
        return new Done(requireNonNull(result, "result"), List.of());
    }

    /** The end, with notes for a person. */
    static CommandStep done(List<CommandNote> notes) {
        return new Done(null, notes);
    }

    /** The end, with a result, and notes for a person. */
    static CommandStep done(DataForm result, List<CommandNote> notes) {
        return new Done(requireNonNull(result, "result"), notes);
    }

    /** What was filled in cannot be used; the reason says what would be right. */
    static CommandStep unfit(String reason) {
        return new Unfit(reason);
    }

    /** An error ends the command. */
    static CommandStep failed(StanzaError error) {
        return new Failed(error);
    }
}
