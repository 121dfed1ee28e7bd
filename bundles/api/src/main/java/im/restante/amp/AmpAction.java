package im.restante.amp;

import im.restante.stanza.Message;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the rules of a message make of one thing that may happen to it.
 *
 * @param proceeds whether it happens; if not, the message is gone and its sender is told no more than {@code reply}
 * @param reply    what the sender is told of the rule that was met; null for nothing
 */
public record AmpAction(boolean proceeds, @Nullable Message reply) {
    /** No rule is met. */
    public static final AmpAction NONE = new AmpAction(true, null);

    /** What the sender is told; empty for nothing. */
    public Optional<Message> told() {
        return Optional.ofNullable(reply);
    }
}
