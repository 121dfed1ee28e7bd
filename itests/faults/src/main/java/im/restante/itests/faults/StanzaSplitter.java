package im.restante.itests.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.Optional;

/** Cuts what a logged-in client is sent into stanzas, by the depth of the tags. Not for several threads. */
final class StanzaSplitter {
    private byte[] bytes = new byte[16 * 1024];
    private int filled;
    private int at;
    private int depth;

    void add(byte[] more, int length) {
        if (filled + length > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, filled + length));
        }
        System.arraycopy(more, 0, bytes, filled, length);
        filled += length;
    }

    /** The next complete stanza; empty until more was added. {@code </stream:stream>} counts as one. */
    Optional<String> next() {
        while (at < filled) {
            if (bytes[at] != '<') {
                at++;
                continue;
            }
            int end = endOfTag();
            if (end < 0) {
                return Optional.empty();
            }
            if (bytes[at + 1] == '/') {
                depth--;
            } else if (bytes[end - 1] != '/') {
                depth++;
            }
            at = end + 1;
            if (depth <= 0) {
                depth = 0;
                String stanza = new String(bytes, 0, at, UTF_8).strip();
                System.arraycopy(bytes, at, bytes, 0, filled - at);
                filled -= at;
                at = 0;
                return Optional.of(stanza);
            }
        }
        return Optional.empty();
    }

    boolean isInsideAStanza() {
        return depth > 0 || at < filled;
    }

    private int endOfTag() {
        byte quote = 0;
        for (int i = at + 1; i < filled; i++) {
            byte b = bytes[i];
            if (quote != 0) {
                if (b == quote) {
                    quote = 0;
                }
            } else if (b == '\'' || b == '"') {
                quote = b;
            } else if (b == '>') {
                return i;
            }
        }
        return -1;
    }
}
