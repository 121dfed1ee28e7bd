package im.restante.admin;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An act of administration was not done, or nobody can tell whether it was. The message is a sentence for an operator: what is wrong
 * and what would be right. It may hold what others have chosen, such as an address, and never a password or a stanza.
 */
public final class AdministrationException extends Exception {
    private static final long serialVersionUID = 1L;

    /** How long an answer is waited for. What was asked may be done later all the same. */
    public static final Duration DEADLINE = Duration.ofSeconds(60);

    /** What kind of reason it is, for whoever tells it in a protocol of their own. */
    public enum Reason {
        /** What was asked makes no sense; the message says what would. Asking again does not help. */
        INVALID,
        /** There is no such account or session. */
        NOT_FOUND,
        /** It exists already. */
        CONFLICT,
        /** The configuration of the server rules it out; the message names the setting. */
        NOT_ALLOWED,
        /** A service or a store is not there, failed or did not answer; it may be done all the same, or later. */
        UNAVAILABLE
    }

    private final Reason reason;

    public AdministrationException(Reason reason, String message) {
        this(reason, message, null);
    }

    /** @param cause null: none */
    public AdministrationException(Reason reason, String message, @Nullable Throwable cause) {
        super(requireNonNull(message, "message"), cause);
        this.reason = requireNonNull(reason, "reason");
    }

    /** What kind of reason it is. */
    public Reason reason() {
        return reason;
    }
}
