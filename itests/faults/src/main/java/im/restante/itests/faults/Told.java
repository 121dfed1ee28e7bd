package im.restante.itests.faults;

/** What a sender knows of one of his messages. */
enum Told {
    /** Neither. The message may come or not. */
    NOTHING,
    /** It is taken, so it must come. */
    TAKEN,
    /** It is not taken: an error came back. So it must not come. */
    FAILED
}
