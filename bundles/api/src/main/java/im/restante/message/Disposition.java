package im.restante.message;

/** What became of a message after it was stored or handed over. */
public enum Disposition {
    /** Its recipient has proved to have it, so it left the spool. */
    PROVED,
    /** It was handed to a session that ended before it had it, and is in the spool (again). */
    RETURNED,
    /** It was handed to a session that ended before it had it, and could not be stored. */
    LOST,
    /** It made room for a newer one of the same pair. */
    EVICTED,
    /** It waited as long as it may. */
    EXPIRED,
    /** Its owner removed it by hand (XEP-0013). */
    REMOVED,
    /** An administrator removed it ({@link im.restante.admin.SpoolAdministration#purge}). */
    PURGED,
    /** The account for which it waited was removed. */
    ACCOUNT_REMOVED
}
