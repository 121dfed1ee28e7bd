package im.restante.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What waits for an owner or a pair.
 *
 * @param messages number of messages
 * @param bytes    of their stanzas; -1 where the store does not count them for this question
 * @param oldest   when the oldest was received; null if nothing waits or the store was not asked for it
 */
public record Usage(long messages, long bytes, @Nullable Instant oldest) {
    public Usage {
        if (messages < 0) {
            throw new IllegalArgumentException("messages must not be negative, got " + messages);
        }
    }

    /** So many messages, of which no more is known. */
    public static Usage of(long messages) {
        return new Usage(messages, -1, null);
    }

    /** The same with the bytes of their stanzas. */
    public Usage withBytes(long number) {
        return new Usage(messages, number, oldest);
    }

    /** The same with the moment when the oldest was received; null if nothing waits. */
    public Usage withOldest(@Nullable Instant received) {
        return new Usage(messages, bytes, received);
    }
}
