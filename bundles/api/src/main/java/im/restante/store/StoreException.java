package im.restante.store;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The store could not do what it was asked, or cannot tell whether it did; {@link #outcome()} says which. The message says what an
 * operator would want to know: what failed and what to do; it never holds a stanza.
 */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What became of the change that failed. */
    public enum Outcome {
        /** Certainly nothing was changed, and nothing will be. For a question: nothing else can be the case. */
        NOTHING_CHANGED,
        /** It may have been done, wholly, or, where a method says so, in part. */
        UNKNOWN
    }

    private final Outcome outcome;
    private final boolean fenced;

    /** Nobody knows what became of it: {@link Outcome#UNKNOWN}. */
    public StoreException(String message, @Nullable Throwable cause) {
        this(message, cause, Outcome.UNKNOWN);
    }

    /** Nobody knows what became of it: {@link Outcome#UNKNOWN}. */
    public StoreException(String message) {
        this(message, null, Outcome.UNKNOWN);
    }

    /** @param cause null: none */
    public StoreException(String message, @Nullable Throwable cause, Outcome outcome) {
        this(message, cause, outcome, false);
    }

    private StoreException(String message, @Nullable Throwable cause, Outcome outcome, boolean fenced) {
        super(message, cause);
        this.outcome = requireNonNull(outcome, "outcome");
        this.fenced = fenced;
    }

    /** Certainly nothing was changed. */
    public static StoreException nothingChanged(String message) {
        return new StoreException(message, null, Outcome.NOTHING_CHANGED);
    }

    /** The epoch of the {@link Fence} is not the one in force: certainly nothing was changed. */
    public static StoreException fenced(String message) {
        return new StoreException(message, null, Outcome.NOTHING_CHANGED, true);
    }

    /** What became of the change that failed. */
    public Outcome outcome() {
        return outcome;
    }

    /** Whether another epoch is in force than the one the caller's {@link Fence} names. */
    public boolean isFenced() {
        return fenced;
    }
}
