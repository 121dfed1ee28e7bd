package im.restante.xml;

/** Namespaces that more than one bundle names. One that a single handler uses stays with that handler. */
public final class Namespaces {
    public static final String XML = "http://www.w3.org/XML/1998/namespace";
    public static final String STREAM = "http://etherx.jabber.org/streams";
    public static final String CLIENT = "jabber:client";
    public static final String STANZA_ERRORS = "urn:ietf:params:xml:ns:xmpp-stanzas";
    public static final String STREAM_ERRORS = "urn:ietf:params:xml:ns:xmpp-streams";
    public static final String ROSTER = "jabber:iq:roster";
    /** XEP-0203. */
    public static final String DELAY = "urn:xmpp:delay";
    /** XEP-0359. */
    public static final String STANZA_ID = "urn:xmpp:sid:0";
    /** XEP-0334. */
    public static final String HINTS = "urn:xmpp:hints";
    /** XEP-0184. */
    public static final String RECEIPTS = "urn:xmpp:receipts";
    /** XEP-0333. */
    public static final String MARKERS = "urn:xmpp:chat-markers:0";
    /** XEP-0085. */
    public static final String CHAT_STATES = "http://jabber.org/protocol/chatstates";
    /** XEP-0280. */
    public static final String CARBONS = "urn:xmpp:carbons:2";
    /** XEP-0297. */
    public static final String FORWARD = "urn:xmpp:forward:0";
    /** XEP-0191. */
    public static final String BLOCKING = "urn:xmpp:blocking";
    /** XEP-0030. */
    public static final String DISCO_INFO = "http://jabber.org/protocol/disco#info";
    /** XEP-0030. */
    public static final String DISCO_ITEMS = "http://jabber.org/protocol/disco#items";
    /** XEP-0013. */
    public static final String OFFLINE = "http://jabber.org/protocol/offline";
    /** XEP-0077. */
    public static final String REGISTER = "jabber:iq:register";
    /** XEP-0199. */
    public static final String PING = "urn:xmpp:ping";

    private Namespaces() {}
}
