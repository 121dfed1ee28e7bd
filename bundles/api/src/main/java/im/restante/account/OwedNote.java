package im.restante.account;

import static java.util.Objects.requireNonNull;

/**
 * A note as the repository keeps it, until somebody has carried it out and it is forgotten.
 *
 * @param number positive; the place in what one partition owes: it grows with the order of the commits and is given once, for ever
 */
public record OwedNote(long number, Note note) {
    public OwedNote {
        if (number <= 0) {
            throw new IllegalArgumentException("number must be positive, got " + number);
        }
        requireNonNull(note, "note");
    }
}
