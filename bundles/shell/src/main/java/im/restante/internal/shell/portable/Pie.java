package im.restante.internal.shell.portable;

/** Names of the portable import and export format (XEP-0227 1.1), and where an account keeps what it carries. */
final class Pie {
    static final String NAMESPACE = "urn:xmpp:pie:0";
    static final String SCRAM = "urn:xmpp:pie:0#scram";

    /**
     * Ours, for attributes of a message: what a spool knows of it beside the stanza, so that it comes back as it was. Others
     * ignore them.
     */
    static final String ROW = "urn:restante:row:0";

    /** Of the root: tells whether a file is of this server, so that its ids are ours. */
    static final String MARK = "mark";

    static final String ID = "id";
    static final String SENDER = "sender";
    static final String RECEIVED = "received";
    static final String EXPIRES = "expires";
    static final String KIND = "kind";

    /** Node of the account's settings, a value a SCRAM mechanism in the form of RFC 5803. */
    static final String CREDENTIALS = "credentials";
    /** Node of the account's settings, an item a contact. */
    static final String ROSTER = "roster";
    /** Node of the account's settings, a key a blocked address. */
    static final String BLOCKING = "blocking";

    private Pie() {}
}
