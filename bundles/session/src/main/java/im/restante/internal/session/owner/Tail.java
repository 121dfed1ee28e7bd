package im.restante.internal.session.owner;

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
final class Tail {
    private static final byte[] END = "</message>".getBytes(US_ASCII);
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private Tail() {}

    /** The XEP-0359 child. */
    static byte[] stanzaId(String id, Jid by) {
        return ("<stanza-id xmlns='" + Namespaces.STANZA_ID + "' by='" + by + "' id='" + id + "'/>").getBytes(UTF_8);
    }

    /** The XEP-0203 child: UTC, milliseconds (XEP-0082). */
    static byte[] delay(Instant stamp, Jid domain) {
        return ("<delay xmlns='" + Namespaces.DELAY + "' from='" + domain + "' stamp='" + STAMP.format(stamp) + "'/>")
                .getBytes(UTF_8);
    }

    /** {@code message} with more children at its end; both forms of an element are understood. */
    static byte[] with(byte[] message, byte[]... children) {
        boolean empty = message[message.length - 2] == '/'; // <message .../>
        int head = message.length - (empty ? 2 : END.length);
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
