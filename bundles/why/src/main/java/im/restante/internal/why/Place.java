package im.restante.internal.why;

import java.util.Comparator;

/**
 * Where an entry stands in the order of all: by time, and among those of one millisecond by its ring, stripe and place there. No two
 * entries have the same one, so a page can go on behind it whatever has come meanwhile.
 */
record Place(long millis, int ring, int stripe, long place) implements Comparable<Place> {
    private static final Comparator<Place> ORDER = Comparator.comparingLong(Place::millis)
            .thenComparingInt(Place::ring)
            .thenComparingInt(Place::stripe)
            .thenComparingLong(Place::place);
    private static final int HEX = 16;
    private static final int PARTS = 4;

    @Override
    public int compareTo(Place other) {
        return ORDER.compare(this, other);
    }

    /** As a word that callers give back. */
    String word() {
        return Long.toHexString(millis) + '-' + ring + '-' + stripe + '-' + Long.toHexString(place);
    }

    /** @throws IllegalArgumentException if it is no such word */
    static Place of(String word) {
        String[] parts = word.split("-", -1);
        try {
            if (parts.length == PARTS) {
                return new Place(
                        Long.parseLong(parts[0], HEX),
                        Integer.parseInt(parts[1]),
                        Integer.parseInt(parts[2]),
                        Long.parseLong(parts[3], HEX));
            }
        } catch (NumberFormatException e) {
            throw none(word, e);
        }
        throw none(word, null);
    }

    private static IllegalArgumentException none(String word, NumberFormatException cause) {
        return new IllegalArgumentException(
                "a page goes on behind what the one before gave as next, not " + word, cause);
    }
}
