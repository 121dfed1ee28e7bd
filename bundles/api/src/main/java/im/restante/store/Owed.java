package im.restante.store;

import static java.util.Objects.requireNonNull;

/**
 * A message that a change to one owner owes another, such as the notice that the sender of an expired message gets. It is kept in the
 * partition that owes it until the partition of the other has taken it.
 *
 * @param number  positive; the place in what one partition owes: it grows with the order of the commits and is given once, for ever
 * @param message what is owed; its owner is who gets it. Its id is as good as stored: no other message of that owner is given it
 */
public record Owed(long number, StoredMessage message) {
    public Owed {
        if (number <= 0) {
            throw new IllegalArgumentException("number must be positive, got " + number);
        }
        requireNonNull(message, "message");
    }
}
