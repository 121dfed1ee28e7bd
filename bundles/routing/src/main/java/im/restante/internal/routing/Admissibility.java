package im.restante.internal.routing;

/** Whether a stanza may go to the account it is addressed to, as far as that had to be looked up. */
enum Admissibility {
    /** It may. */
    OPEN,
    /** There is no such account. */
    NO_ACCOUNT,
    /** The recipient blocks the sender. */
    BLOCKED,
    /** The sender blocks the recipient. */
    BLOCKING,
    /** It carries rules whose answers would tell its sender of a presence that is none of his business (XEP-0079 §9). */
    STRANGER,
    /** It could not be found out. */
    UNKNOWN
}
