package im.restante.internal.why;

/** What an entry tells, in the words that an operator reads. */
enum What {
    DELIVERED("delivered to connected sessions"),
    STORED("stored"),
    SKIPPED("not stored, by a rule"),
    REFUSED("refused, and the sender was told"),
    DROPPED("dropped in silence"),
    FAILED("failed: should have been stored and was not, or nobody can tell"),
    PROVED("left the spool: its recipient has it, proved"),
    RETURNED("went back into the spool"),
    LOST("could not be stored and is lost"),
    EVICTED("removed from the spool to make room for a newer one"),
    EXPIRED("removed from the spool: it had waited as long as it may"),
    REMOVED("removed from the spool by its owner"),
    ACCOUNT_REMOVED("removed from the spool, with its account");

    final String words;

    What(String words) {
        this.words = words;
    }
}
