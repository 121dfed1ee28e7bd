package im.restante.internal.spool.core;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.jid.Jid;
import im.restante.xml.Namespaces;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Adds children at the end of a serialised message, so that a message is serialised once, however many forms of it are needed:
 * live, stored, come back. No text written here needs escaping: addresses without a resource, base64url and time stamps.
 */
public final class Tail {
    private static final byte[] END = "</message>".getBytes(US_ASCII);
    private static final byte[] STANZA_ID = ("<stanza-id xmlns='" + Namespaces.STANZA_ID + "' by='").getBytes(US_ASCII);
    private static final byte[] ID = "' id='".getBytes(US_ASCII);
    private static final byte[] EMPTY_END = "'/>".getBytes(US_ASCII);
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Tail() {}

    /** The XEP-0359 child. @param id its characters, a byte each */
    public static byte[] stanzaId(byte[] id, Jid by) {
        return joined(STANZA_ID, by.toString().getBytes(UTF_8), ID, id, EMPTY_END);
    }

    private static byte[] joined(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] all = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    /** The XEP-0203 child: UTC, milliseconds (XEP-0082). */
    public static byte[] delay(Instant stamp, Jid domain) {
        return ("<delay xmlns='" + Namespaces.DELAY + "' from='" + domain + "' stamp='" + STAMP.format(stamp) + "'/>")
                .getBytes(UTF_8);
    }

    /** {@code message} with more children at its end; both forms of an element are understood. */
    public static byte[] with(byte[] message, byte[]... children) {
        boolean empty = message[message.length - 2] == '/'; // <message .../>
        int head = message.length - 2;
        while (!empty && message[head] != '<') { // white space may stand in the end tag
            head--;
        }
        int length = head + (empty ? 1 : 0) + END.length;
        for (byte[] child : children) {
            length += child.length;
        }
        byte[] joined = new byte[length];
        System.arraycopy(message, 0, joined, 0, head);
        int at = head;
        if (empty) {
            joined[at++] = '>';
        }
        for (byte[] child : children) {
            System.arraycopy(child, 0, joined, at, child.length);
            at += child.length;
        }
        System.arraycopy(END, 0, joined, at, END.length);
        return joined;
    }
}
