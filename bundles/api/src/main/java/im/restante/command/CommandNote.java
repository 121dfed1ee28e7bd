package im.restante.command;

import static java.util.Objects.requireNonNull;

/**
 * A sentence for the person at the client (XEP-0050 §4.3).
 *
 * @param text in English
 */
public record CommandNote(Severity severity, String text) {
    /** How much it matters. */
    public enum Severity {
        INFO,
        WARN,
        ERROR
    }

    public CommandNote {
        requireNonNull(severity, "severity");
        requireNonNull(text, "text");
    }
}
