package im.restante.migration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A message that waits at another server; nothing in it has been judged.
 *
 * @param id         its number there, which grows in the order of arrival
 * @param owner      for whom it waits
 * @param sender     null if it is not kept beside the stanza
 * @param receivedAt when it came; null if that is not kept
 * @param expiresAt  when it may be removed unread; null for never
 * @param stanza     the XML; null if it is larger than what is read
 */
public record ForeignMessage(
        long id,
        String owner,
        @Nullable String sender,
        @Nullable Instant receivedAt,
        @Nullable Instant expiresAt,
        @Nullable String stanza) {
    /** Id and owner; never the stanza. */
    @Override
    public String toString() {
        return "ForeignMessage[" + id + " for " + owner + "]";
    }
}
