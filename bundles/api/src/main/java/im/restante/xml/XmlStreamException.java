package im.restante.xml;

import static java.util.Objects.requireNonNull;

/** What came in breaks RFC 6120 so that the stream must end. The message never quotes the stream: it may hold a password. */
public final class XmlStreamException extends Exception {
    private static final long serialVersionUID = 1L;

    private final StreamCondition condition;

    public XmlStreamException(StreamCondition condition, String message) {
        super(message);
        this.condition = requireNonNull(condition, "condition");
    }

    /** What the stream error says. */
    public StreamCondition condition() {
        return condition;
    }
}
