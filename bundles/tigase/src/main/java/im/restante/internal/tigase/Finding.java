package im.restante.internal.tigase;

import im.restante.internal.support.Printable;

/**
 * What one line of the file means here.
 *
 * @param line counted from 1; 0 for the file as a whole
 */
record Finding(int line, Kind kind, String text) {
    enum Kind {
        SETS,
        NOTICE,
        WARNING,
        IGNORES,
        /** The whole file is refused for it. */
        REFUSES
    }

    /** One line that may be printed: with the number of the file's line, if there is one. */
    String sentence() {
        return Printable.line(line == 0 ? text : "line " + line + ": " + text);
    }
}
