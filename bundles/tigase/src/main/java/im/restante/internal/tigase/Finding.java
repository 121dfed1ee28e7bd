package im.restante.internal.tigase;

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

    /** With the number of the line, if there is one. */
    String sentence() {
        return line == 0 ? text : "line " + line + ": " + text;
    }
}
