package im.restante.itests.client;

/** What became of a message for somebody away. */
public enum Fate {
    /** Its owner gets it later. */
    STORED,
    /** Its sender got an error. */
    REFUSED,
    /** Neither. */
    DROPPED
}
