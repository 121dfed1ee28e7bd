package im.restante.jid;

/** A text is not an XMPP address. The message names the part and the reason; on a stream the answer is {@code jid-malformed}. */
public final class InvalidJidException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public InvalidJidException(String message) {
        super(message);
    }
}
