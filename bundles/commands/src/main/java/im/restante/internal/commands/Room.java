package im.restante.internal.commands;

import static java.nio.charset.StandardCharsets.UTF_8;

/** Bytes that an answer may still hold, as XML. Not safe for concurrent use. */
final class Room {
    private static final int AROUND = 64; // the element of one text
    private static final int MOST_OF_A_REFERENCE = 6; // &quot;

    private long left;

    Room(long bytes) {
        left = bytes;
    }

    /** Takes the room that a text needs; once there is none for one, there is none for those after it. */
    boolean takes(String text) {
        long references = text.chars().filter(c -> "&<>'\"".indexOf(c) >= 0).count();
        left -= AROUND + text.getBytes(UTF_8).length + references * (MOST_OF_A_REFERENCE - 1);
        return left >= 0;
    }
}
