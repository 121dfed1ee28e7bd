package im.restante.internal.stream;

import im.restante.xml.StreamCondition;

/** Strict UTF-8 (RFC 3629) of characters that XML allows. */
final class Utf8 {
    private Utf8() {}

    /**
     * The bytes that the character at {@code at} takes; 0 if they have not all come by {@code end}.
     *
     * @throws Refused if these bytes are no character, or none that XML allows
     */
    static int size(byte[] bytes, int at, int end) {
        int lead = bytes[at];
        if (lead >= 0) {
            if (lead < ' ' && lead != '\n' && lead != '\t' && lead != '\r') {
                throw Refused.notWellFormed("a character that XML does not allow");
            }
            return 1;
        }
        int size = announced(lead & 0xFF);
        for (int i = 1; i < size; i++) {
            if (at + i == end) {
                return 0;
            }
            if ((bytes[at + i] & 0xC0) != 0x80 || i == 1 && !secondFits(lead & 0xFF, bytes[at + 1] & 0xFF)) {
                throw notUtf8();
            }
        }
        if (size == 3 && lead == (byte) 0xEF && bytes[at + 1] == (byte) 0xBF && (bytes[at + 2] & 0xFF) >= 0xBE) {
            throw Refused.notWellFormed("a character that XML does not allow"); // U+FFFE, U+FFFF
        }
        return size;
    }

    /**
     * Turns checked bytes into chars.
     *
     * @param to has room for as many chars as there are bytes
     * @return how many chars
     */
    static int decode(byte[] bytes, int from, int end, char[] to) {
        int out = 0;
        int at = from;
        while (at < end) {
            int lead = bytes[at];
            if (lead >= 0) {
                to[out++] = (char) lead;
                at++;
            } else if (lead < (byte) 0xE0) {
                to[out++] = (char) ((lead & 0x1F) << 6 | bytes[at + 1] & 0x3F);
                at += 2;
            } else if (lead < (byte) 0xF0) {
                to[out++] = (char) ((lead & 0x0F) << 12 | (bytes[at + 1] & 0x3F) << 6 | bytes[at + 2] & 0x3F);
                at += 3;
            } else {
                int codePoint = (lead & 0x07) << 18
                        | (bytes[at + 1] & 0x3F) << 12
                        | (bytes[at + 2] & 0x3F) << 6
                        | bytes[at + 3] & 0x3F;
                to[out++] = Character.highSurrogate(codePoint);
                to[out++] = Character.lowSurrogate(codePoint);
                at += 4;
            }
        }
        return out;
    }

    /** The same where each byte is a character. */
    @SuppressWarnings("deprecation") // made for this: no charset is looked for, and the bytes are copied at once
    static void inflate(byte[] bytes, int from, int end, char[] to) {
        new String(bytes, 0, from, end - from).getChars(0, end - from, to, 0);
    }

    /** The bytes of some chars; each half of a pair counts for two of its four. */
    static int length(char[] chars, int from, int to) {
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = chars[i];
            length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }

    static Refused notUtf8() {
        return new Refused(StreamCondition.UNSUPPORTED_ENCODING, "this is not UTF-8");
    }

    private static int announced(int lead) {
        if (lead < 0xC2 || lead > 0xF4) {
            throw notUtf8();
        }
        return lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    }

    /** No overlong forms, no surrogates, nothing above U+10FFFF: the second byte tells (RFC 3629 §4). */
    private static boolean secondFits(int lead, int second) {
        return switch (lead) {
            case 0xE0 -> second >= 0xA0;
            case 0xED -> second < 0xA0;
            case 0xF0 -> second >= 0x90;
            case 0xF4 -> second < 0x90;
            default -> true;
        };
    }
}
