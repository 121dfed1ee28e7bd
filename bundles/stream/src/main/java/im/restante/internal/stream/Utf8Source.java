package im.restante.internal.stream;

import im.restante.xml.StreamCondition;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bytes to characters: strict UTF-8 (RFC 3629), only characters that XML allows, and no more bytes than the stanza may have.
 * A violation is reported when the characters before it have been taken, so a complete stanza in front of it is not lost.
 */
final class Utf8Source {
    static final int SMALL = 512;
    static final int LARGE = 8192;

    private final InputStream in;
    private final int stanzaBytes;

    private byte[] bytes = new byte[SMALL];
    private int start;
    private int end;
    /** Bytes decoded so far that belong to the stanza at hand; {@code stanzaBytes} is the most. */
    private int spent;
    /** Whether the last {@link #read} gave as many characters as it took bytes. */
    private boolean ascii;

    Utf8Source(InputStream in, int stanzaBytes) {
        this.in = in;
        this.stanzaBytes = stanzaBytes;
    }

    /** Bytes that have been received and not yet decoded. */
    int pending() {
        return end - start;
    }

    /** Bytes that the stanza at hand has taken. */
    int spent() {
        return spent;
    }

    /** A new stanza begins with the characters from {@code from} to {@code to}, the last that {@link #read} gave. */
    void renew(char[] chars, int from, int to) {
        spent = ascii ? to - from : utf8Length(chars, from, to);
    }

    /** Back to a small buffer if nothing is in it. */
    void release() {
        if (start == end && bytes.length > 2 * SMALL) {
            bytes = new byte[SMALL];
            start = end = 0;
        }
    }

    /**
     * Waits for at least one character.
     *
     * @param length at least 2, so that a pair fits
     * @return how many characters; -1 at the end of the input
     * @throws Refused if the next byte must not be there
     */
    int read(char[] to, int offset, int length) throws IOException {
        while (true) {
            int budget = stanzaBytes - spent;
            if (budget <= 0) {
                throw Refused.limit("a stanza has more than " + stanzaBytes + " bytes");
            }
            if (start < end) {
                int before = start;
                int count = decode(to, offset, length, Math.min(end - start, budget));
                if (count > 0) {
                    int taken = start - before;
                    spent += taken;
                    ascii = taken == count;
                    return count;
                }
                // what is left is the beginning of one character
                if (end - start >= budget) {
                    throw Refused.limit("a stanza has more than " + stanzaBytes + " bytes");
                }
            }
            if (!receive()) {
                return -1;
            }
        }
    }

    private boolean receive() throws IOException {
        if (start > 0) {
            System.arraycopy(bytes, start, bytes, 0, end - start);
            end -= start;
            start = 0;
        }
        int count = in.read(bytes, end, bytes.length - end);
        if (count <= 0) {
            return false;
        }
        end += count;
        if (end == bytes.length && bytes.length < LARGE) {
            byte[] larger = new byte[2 * bytes.length];
            System.arraycopy(bytes, 0, larger, 0, end);
            bytes = larger;
        }
        return true;
    }

    /** Decodes from {@code start} whole characters of at most {@code most} bytes; moves {@code start}. */
    private int decode(char[] to, int offset, int length, int most) {
        byte[] from = bytes;
        int at = start;
        int stop = start + most;
        int out = offset;
        int full = offset + length;
        while (at < stop && out < full) {
            int b = from[at];
            if (b >= ' ' || b == '\n' || b == '\t' || b == '\r') {
                to[out++] = (char) b;
                at++;
                continue;
            }
            int size = b >= 0 ? 1 : size(b);
            if (size > stop - at && beginsWell(from, at, stop)) {
                break; // the rest has not come yet, or does not fit the budget
            }
            if (size == 4 && out + 2 > full) {
                break;
            }
            int codePoint = size > stop - at ? -1 : codePoint(from, at, size);
            if (!XmlChars.isChar(codePoint)) {
                if (out > offset) {
                    break; // first what stands before it
                }
                throw codePoint < 0
                        ? new Refused(StreamCondition.UNSUPPORTED_ENCODING, "this is not UTF-8")
                        : Refused.notWellFormed("a character that XML does not allow");
            }
            out += Character.toChars(codePoint, to, out);
            at += size;
        }
        start = at;
        return out - offset;
    }

    /** Length of the sequence that a lead byte announces; 1 for what is no lead byte. */
    private static int size(int lead) {
        int b = lead & 0xFF;
        if (b < 0xC2 || b > 0xF4) {
            return 1;
        }
        return b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
    }

    /** Whether the bytes up to {@code stop} can become a character when more come. */
    private static boolean beginsWell(byte[] from, int at, int stop) {
        for (int i = at + 1; i < stop; i++) {
            if ((from[i] & 0xC0) != 0x80) {
                return false;
            }
        }
        return stop - at < 2 || secondFits(from[at] & 0xFF, from[at + 1] & 0xFF);
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

    /** The code point, or -1 if these bytes are none. */
    private static int codePoint(byte[] from, int at, int size) {
        int lead = from[at] & 0xFF;
        if (size == 1) {
            return lead < 0x80 ? lead : -1;
        }
        if (!beginsWell(from, at, at + size)) {
            return -1;
        }
        int codePoint = lead & (0x7F >> size);
        for (int i = 1; i < size; i++) {
            codePoint = codePoint << 6 | from[at + i] & 0x3F;
        }
        return codePoint;
    }

    private static int utf8Length(char[] chars, int from, int to) {
        int length = 0;
        for (int i = from; i < to; i++) {
            char c = chars[i];
            // each half of a pair is worth two of the four bytes
            length += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return length;
    }
}
