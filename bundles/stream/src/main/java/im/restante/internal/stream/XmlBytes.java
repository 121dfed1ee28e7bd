package im.restante.internal.stream;

import im.restante.xml.XmlChars;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Growing bytes of XML: names, values and text, escaped in the shortest way there is, so that what was read and is written again
 * is never longer than it was. Not safe for concurrent use.
 */
final class XmlBytes {
    /** Longest form of one character: {@code &amp;}; a pair of chars needs four bytes. */
    private static final int WIDEST = 5;

    private static final String CDATA = "<![CDATA[";
    private static final String CDATA_END = "]]>";

    private static final boolean[] PLAIN_TEXT = plain("&<>", "\t\n");
    private static final boolean[] PLAIN_VALUE = plain("&<'\"", "");

    private byte[] out;
    private int size;

    XmlBytes(int capacity) {
        out = new byte[capacity];
    }

    byte[] toArray() {
        return out.length == size ? out : Arrays.copyOf(out, size);
    }

    int size() {
        return size;
    }

    /** Bytes as they are. */
    void copy(byte[] bytes, int from, int to) {
        room(to - from);
        System.arraycopy(bytes, from, out, size, to - from);
        size += to - from;
    }

    /**
     * Content as it is, behind whatever was written last. Where something was taken out between, {@code ]]} must not come together
     * with {@code >}, nor a carriage return with a line feed.
     */
    void content(byte[] bytes, int from, int to) {
        int start = from;
        if (start < to && bytes[start] == '\n' && endsWith('\r')) {
            ascii("&#10;");
            start++;
        } else if (start < to && bytes[start] == '>' && endsWithBrackets()) {
            ascii("&gt;");
            start++;
        } else if (start + 1 < to && bytes[start] == ']' && bytes[start + 1] == '>' && endsWith(']')) {
            ascii("]&gt;");
            start += 2;
        }
        copy(bytes, start, to);
    }

    private boolean endsWith(char c) {
        return size > 0 && out[size - 1] == c;
    }

    private boolean endsWithBrackets() {
        return endsWith(']') && size > 1 && out[size - 2] == ']';
    }

    void ascii(char c) {
        room(1);
        out[size++] = (byte) c;
    }

    @SuppressWarnings("deprecation") // the only way to copy the low bytes of a string at once
    void ascii(String text) {
        int length = text.length();
        room(length);
        text.getBytes(0, length, out, size);
        size += length;
    }

    /** A name that is one, which elements and attributes see to. */
    void name(String name) {
        room(name.length() * 3);
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c < 0x80) {
                out[size++] = (byte) c;
            } else {
                i += multibyte(name, i, c);
            }
        }
    }

    /** An attribute's value in the quotes that need fewer escapes. */
    void value(String value) {
        int single = 0;
        int both = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\'') {
                single++;
                both++;
            } else if (c == '"') {
                both++;
            }
        }
        char quote = 2 * single > both ? '"' : '\'';
        ascii(quote);
        escaped(value, PLAIN_VALUE, quote);
        ascii(quote);
    }

    void text(String text) {
        if (endsWith('\r') && text.startsWith("\n")) {
            ascii("&#10;");
            text(text.substring(1));
            return;
        }
        int more = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            more += c == '&' ? 4 : c == '<' ? 3 : 0;
        }
        if (more > CDATA.length() + CDATA_END.length() && text.indexOf('\r') < 0 && !text.contains(CDATA_END)) {
            ascii(CDATA);
            escaped(text, null, ' ');
            ascii(CDATA_END);
        } else {
            escaped(text, PLAIN_TEXT, ' ');
        }
    }

    /** @param plain what stands for itself; null: everything */
    private void escaped(String text, boolean[] plain, char quote) {
        int length = text.length();
        int i = 0;
        while (i < length) {
            room(length - i + WIDEST);
            byte[] to = out;
            int at = size;
            char c;
            while (i < length && (c = text.charAt(i)) < 0x80 && (plain == null ? c >= ' ' : plain[c])) {
                to[at++] = (byte) c;
                i++;
            }
            size = at;
            if (i < length) {
                i += 1 + special(text, i, plain == null, quote);
            }
        }
    }

    /** Writes what is not plain; returns how many chars beyond the one at {@code i} it took. */
    private int special(String text, int i, boolean raw, char quote) {
        char c = text.charAt(i);
        if (raw && (c == '\t' || c == '\n') || (c == '"' || c == '\'') && c != quote) {
            ascii(c);
            return 0;
        }
        switch (c) {
            case '&' -> ascii("&amp;");
            case '<' -> ascii("&lt;");
            case '>' -> ascii(endsWithBrackets() ? "&gt;" : ">");
            case '"' -> ascii("&#34;");
            case '\'' -> ascii("&#39;");
            case '\t' -> ascii("&#9;");
            case '\n' -> ascii("&#10;");
            case '\r' -> ascii("&#13;");
            default -> {
                return multibyte(text, i, c);
            }
        }
        return 0;
    }

    private int multibyte(String text, int i, char c) {
        int codePoint = c;
        int more = 0;
        if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
            codePoint = Character.toCodePoint(c, text.charAt(i + 1));
            more = 1;
        } else if (!XmlChars.isChar(c)) {
            codePoint = 0xFFFD; // made by code: the reader lets no such character in
        }
        room(4);
        if (codePoint < 0x80) {
            out[size++] = (byte) codePoint;
        } else if (codePoint < 0x800) {
            out[size++] = (byte) (0xC0 | codePoint >> 6);
            out[size++] = (byte) (0x80 | codePoint & 0x3F);
        } else {
            if (codePoint < 0x10000) {
                out[size++] = (byte) (0xE0 | codePoint >> 12);
            } else {
                out[size++] = (byte) (0xF0 | codePoint >> 18);
                out[size++] = (byte) (0x80 | codePoint >> 12 & 0x3F);
            }
            out[size++] = (byte) (0x80 | codePoint >> 6 & 0x3F);
            out[size++] = (byte) (0x80 | codePoint & 0x3F);
        }
        return more;
    }

    private void room(int wanted) {
        if (out.length - size < wanted) {
            out = Arrays.copyOf(out, Math.max(2 * out.length, size + wanted));
        }
    }

    private static boolean[] plain(String escaped, String controls) {
        boolean[] plain = new boolean[0x80];
        for (char c = 0; c < 0x80; c++) {
            plain[c] = c >= ' ' && escaped.indexOf(c) < 0 || controls.indexOf(c) >= 0;
        }
        return plain;
    }

    /** For tests and messages. */
    @Override
    public String toString() {
        return new String(out, 0, size, StandardCharsets.UTF_8);
    }
}
