package im.restante.internal.stream;

import im.restante.xml.Namespaces;

/**
 * One string for each name and namespace that common stanzas use, so that they cost no allocation and compare by identity first.
 * Fixed at class loading: nothing that a peer sends is ever kept here.
 */
final class NameCache {
    private static final int SIZE = 1024;
    private static final int LONGEST = 64;
    private static final String[] TABLE = new String[SIZE];

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
                        + " xml";
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
        int hash = 0;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + chars[i];
        }
        for (int slot = slot(hash); TABLE[slot] != null; slot = (slot + 1) % SIZE) {
            if (equal(TABLE[slot], chars, offset, length)) {
                return TABLE[slot];
            }
        }
        return new String(chars, offset, length);
    }

    private static void add(String word) {
        int slot = slot(word.hashCode());
        while (TABLE[slot] != null) {
            slot = (slot + 1) % SIZE;
        }
        TABLE[slot] = word;
    }

    private static int slot(int hash) {
        return (hash ^ hash >>> 15) & SIZE - 1;
    }

    private static boolean equal(String word, char[] chars, int offset, int length) {
        if (word.length() != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (word.charAt(i) != chars[offset + i]) {
                return false;
            }
        }
        return true;
    }
}
