package im.restante.internal.support;

/**
 * Messages and the bytes of their stanzas.
 *
 * @param messages how many
 * @param bytes    of all
 */
public record Amount(long messages, long bytes) {
    public static final Amount NONE = new Amount(0, 0);

    public Amount plus(Amount other) {
        return plus(other.messages, other.bytes);
    }

    public Amount plus(long moreMessages, long moreBytes) {
        return new Amount(messages + moreMessages, bytes + moreBytes);
    }

    public Amount minus(Amount other) {
        return plus(-other.messages, -other.bytes);
    }
}
