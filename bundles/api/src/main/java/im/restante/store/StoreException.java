package im.restante.store;

/**
 * The store could not do what it was asked, or cannot tell whether it did. The message says what an operator would want to know:
 * what failed and what to do; it never holds a stanza.
 */
public final class StoreException extends Exception {
    private static final long serialVersionUID = 1L;

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    public StoreException(String message) {
        super(message);
    }
}
