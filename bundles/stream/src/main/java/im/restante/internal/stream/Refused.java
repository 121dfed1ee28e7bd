package im.restante.internal.stream;

import im.restante.xml.StreamCondition;

/**
 * Why the parser stops. Unchecked, because the methods of {@code MXParser} that see a violation first declare nothing; it never
 * leaves this package. Without a stack trace: a peer can cause as many as it likes.
 */
final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final StreamCondition condition;

    /** @param message never quotes the stream */
    Refused(StreamCondition condition, String message) {
        super(message, null, false, false);
        this.condition = condition;
    }

    StreamCondition condition() {
        return condition;
    }

    static Refused notWellFormed(String message) {
        return new Refused(StreamCondition.NOT_WELL_FORMED, message);
    }

    static Refused restricted(String message) {
        return new Refused(StreamCondition.RESTRICTED_XML, message);
    }

    static Refused limit(String message) {
        return new Refused(StreamCondition.POLICY_VIOLATION, message);
    }
}
