package im.restante.internal.c2s;

import java.util.Locale;

/** A try to log in failed (RFC 6120 §6.5). Without a stack trace: a client may cause any number of them. */
final class SaslFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** The conditions this server uses. */
    enum Condition {
        ABORTED,
        ENCRYPTION_REQUIRED,
        INCORRECT_ENCODING,
        INVALID_AUTHZID,
        INVALID_MECHANISM,
        MALFORMED_REQUEST,
        NOT_AUTHORIZED,
        TEMPORARY_AUTH_FAILURE;

        /** The name of the condition's element. */
        String element() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Condition condition;
    private final boolean guess;

    /**
     * A try that ended before a password or proof was compared.
     *
     * @param message for the log; never what the client sent
     */
    SaslFailure(Condition condition, String message) {
        this(condition, message, false);
    }

    private SaslFailure(Condition condition, String message, boolean guess) {
        super(message, null, false, false);
        this.condition = condition;
        this.guess = guess;
    }

    /** A password or proof was compared and does not fit. */
    static SaslFailure wrong(String message) {
        return new SaslFailure(Condition.NOT_AUTHORIZED, message, true);
    }

    /** Whether somebody who guesses passwords has learned something. */
    boolean guess() {
        return guess;
    }

    Condition condition() {
        return condition;
    }
}
