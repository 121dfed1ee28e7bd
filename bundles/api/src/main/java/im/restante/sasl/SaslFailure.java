package im.restante.sasl;

import java.util.Locale;

/** A try to log in failed (RFC 6120 §6.5). Without a stack trace: a client may cause any number of them. */
public final class SaslFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** What the client is told. */
    public enum Condition {
        ABORTED,
        ACCOUNT_DISABLED,
        CREDENTIALS_EXPIRED,
        ENCRYPTION_REQUIRED,
        INCORRECT_ENCODING,
        INVALID_AUTHZID,
        INVALID_MECHANISM,
        MALFORMED_REQUEST,
        MECHANISM_TOO_WEAK,
        NOT_AUTHORIZED,
        TEMPORARY_AUTH_FAILURE;

        /** The name of the condition's element. */
        public String element() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    private final Condition condition;
    private final boolean guess;

    /**
     * A try that ended before a password or proof was compared.
     *
     * @param message for the log; never a secret, nor what the client sent
     */
    public SaslFailure(Condition condition, String message) {
        this(condition, message, false);
    }

    private SaslFailure(Condition condition, String message, boolean guess) {
        super(message, null, false, false);
        this.condition = condition;
        this.guess = guess;
    }

    /** A password or proof was compared and does not fit, or would not if there were such an account. @param message for the log */
    public static SaslFailure wrong(String message) {
        return new SaslFailure(Condition.NOT_AUTHORIZED, message, true);
    }

    /** Whether somebody who guesses passwords has learned something: it counts as a guess. */
    public boolean guess() {
        return guess;
    }

    public Condition condition() {
        return condition;
    }
}
