package im.restante.store;

/**
 * What may wait for one owner, from all senders together.
 *
 * @param messages how many, the one in hand included; 0 keeps none, negative is no limit
 * @param bytes    of their stanzas, the one in hand included; negative is no limit
 */
public record OwnerLimit(long messages, long bytes) {
    /** Whatever waits already. */
    public static final OwnerLimit NONE = new OwnerLimit(-1, -1);

    /** Whether it never refuses anything. */
    public boolean isNone() {
        return messages < 0 && bytes < 0;
    }

    /** Half of it, rounded down: what is not reserved. */
    public OwnerLimit half() {
        return new OwnerLimit(messages < 0 ? messages : messages / 2, bytes < 0 ? bytes : bytes / 2);
    }

    /** Whether so many messages of so many bytes in all may wait. */
    public boolean allows(long waiting, long theirBytes) {
        return (messages < 0 || waiting <= messages) && (bytes < 0 || theirBytes <= bytes);
    }
}
