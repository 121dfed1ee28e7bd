package im.restante.itests.client;

/** What became of a message. */
public enum Fate {
    /** Its owner gets it, at once or later. */
    STORED,
    /** Its sender got an error. */
    REFUSED,
    /** Neither. */
    DROPPED
}
