package im.restante.internal.store.jdbc;

/**
 * Messages and the bytes of their stanzas.
 *
 * @param messages how many
 * @param bytes    of all
 */
record Amount(long messages, long bytes) {
    static final Amount NONE = new Amount(0, 0);

    Amount plus(Amount other) {
        return plus(other.messages, other.bytes);
    }

    Amount plus(long moreMessages, long moreBytes) {
        return new Amount(messages + moreMessages, bytes + moreBytes);
    }

    Amount minus(Amount other) {
        return plus(-other.messages, -other.bytes);
    }
}
