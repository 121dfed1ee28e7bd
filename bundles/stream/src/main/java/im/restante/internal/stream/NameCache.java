package im.restante.internal.stream;

import im.restante.xml.Namespaces;
import java.util.Arrays;

/**
 * One string for each name and namespace that common stanzas use, so that they cost no allocation and compare by identity first.
 * Fixed at class loading: nothing that a peer sends is ever kept here.
 */
final class NameCache {
    private static final int SIZE = 1024;
    private static final int LONGEST = 64;
    private static final String[] WORDS = new String[SIZE];
    private static final char[][] CHARS = new char[SIZE][];

    static {
        String[] namespaces = {
            "",
            Namespaces.XML,
            Namespaces.STREAM,
            Namespaces.CLIENT,
            Namespaces.STANZA_ERRORS,
            Namespaces.STREAM_ERRORS,
            Namespaces.ROSTER,
            Namespaces.DELAY,
            Namespaces.STANZA_ID,
            Namespaces.HINTS,
            Namespaces.RECEIPTS,
            Namespaces.MARKERS,
            Namespaces.CHAT_STATES,
            Namespaces.CARBONS,
            Namespaces.FORWARD,
            Namespaces.BLOCKING,
            Namespaces.DISCO_INFO,
            Namespaces.DISCO_ITEMS,
            Namespaces.PING,
            "eu.siacs.conversations.axolotl",
            "http://jabber.org/protocol/caps",
            "http://jabber.org/protocol/muc",
            "http://jabber.org/protocol/muc#user",
            "http://jabber.org/protocol/offline",
            "http://jabber.org/protocol/pubsub",
            "jabber:iq:auth",
            "jabber:iq:private",
            "jabber:iq:register",
            "jabber:iq:version",
            "jabber:x:data",
            "jabber:x:oob",
            "msgoffline",
            "urn:ietf:params:xml:ns:xmpp-bind",
            "urn:ietf:params:xml:ns:xmpp-sasl",
            "urn:ietf:params:xml:ns:xmpp-session",
            "urn:ietf:params:xml:ns:xmpp-tls",
            "urn:xmpp:eme:0",
            "urn:xmpp:message-correct:0",
            "urn:xmpp:omemo:2",
            "urn:xmpp:sm:3",
            "urn:xmpp:time",
            "vcard-temp",
            "vcard-temp:x:update",
        };
        String names =
                "a abort action active ask auth authzid bind block blocked body by c challenge chat code composing"
                        + " condition count delay disable displayed enable enabled encrypted encryption error event failed failure"
                        + " feature field form forwarded from gone group h hash header hint html id identity inactive item items iv"
                        + " jid key keys lang location markable max mechanism message mid name nick no-copy no-permanent-store"
                        + " no-store node optional origin-id password paused payload photo ping prekey presence previd priority"
                        + " private proceed query r received reply request resource response result resume resumed retract rid"
                        + " sender sent session set show sid stamp starttls stanza-id status store stream subject subscription"
                        + " success tag text thread time to type tzo unblock update url username utc value var vCard ver version x"
                        + " xml xmlns";
        for (String namespace : namespaces) {
            add(namespace);
        }
        for (String name : names.split(" ")) {
            add(name);
        }
    }

    private NameCache() {}

    /** The shared string of these characters if there is one, else a new one. */
    static String get(char[] chars, int offset, int length) {
        if (length > LONGEST) {
            return new String(chars, offset, length);
        }
        for (int slot = slot(chars, offset, length); WORDS[slot] != null; slot = (slot + 1) % SIZE) {
            char[] word = CHARS[slot];
            if (Arrays.equals(word, 0, word.length, chars, offset, offset + length)) {
                return WORDS[slot];
            }
        }
        return new String(chars, offset, length);
    }

    private static void add(String word) {
        char[] chars = word.toCharArray();
        int slot = slot(chars, 0, chars.length);
        while (WORDS[slot] != null) {
            slot = (slot + 1) % SIZE;
        }
        WORDS[slot] = word;
        CHARS[slot] = chars;
    }

    /** By a few characters only: cheaper than reading all of them once more. */
    private static int slot(char[] chars, int offset, int length) {
        if (length == 0) {
            return 0;
        }
        int hash = length;
        hash = 31 * hash + chars[offset];
        hash = 31 * hash + chars[offset + length / 3];
        hash = 31 * hash + chars[offset + length * 2 / 3];
        hash = 31 * hash + chars[offset + length - 1];
        return (hash ^ hash >>> 10) & SIZE - 1;
    }
}
