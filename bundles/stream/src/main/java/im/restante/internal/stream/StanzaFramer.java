package im.restante.internal.stream;

import im.restante.xml.StreamCondition;
import im.restante.xml.StreamLimits;
import im.restante.xml.XmlChars;
import java.util.Arrays;

/**
 * Finds where a stanza begins and ends in bytes that come bit by bit. It goes on where it stopped, looks at each byte once, builds
 * nothing, and lets no more than the limits through; so what has not come to its end costs its bytes and no more. It checks that
 * the bytes are UTF-8 of characters that XML allows, and that tags nest; everything else is for the parser, which gets whole
 * stanzas. It never lets a stanza end where the parser would not: the parser takes exactly the bytes found, or refuses them.
 *
 * <p>Works on the buffer of whoever reads, at offsets which that moves with {@link #moved}. Not safe for concurrent use.
 */
final class StanzaFramer {
    /** States, named after what has been read last. */
    private static final int OUTSIDE = 0;

    private static final int TEXT = 1;
    private static final int LESS_THAN = 2;
    private static final int NAME = 3;
    private static final int ATTRIBUTES = 4;
    private static final int EQUALS = 5;
    private static final int VALUE = 6;
    private static final int SLASH = 7;
    private static final int END_NAME = 8;
    private static final int END_SPACE = 9;
    private static final int BANG = 10;
    private static final int CDATA_START = 11;
    private static final int CDATA = 12;
    private static final int INSTRUCTION = 13;

    private static final byte[] CDATA_TAG = {'[', 'C', 'D', 'A', 'T', 'A', '['};
    /** What stands for nothing but itself in a tag, outside values. */
    private static final boolean[] PLAIN_IN_TAG = new boolean[0x80];

    static {
        for (char c = '!'; c < 0x80; c++) {
            PLAIN_IN_TAG[c] = "<>/='\"".indexOf(c) < 0;
        }
    }

    private static final int FEW = 8;
    /** Of an XML declaration, which the parser bounds more narrowly. */
    private static final int LONGEST_INSTRUCTION = 512;

    private final StreamLimits limits;

    private int state = OUTSIDE;
    /** Whether only an opening tag is looked for: the stream's. */
    private boolean header;

    private int start;
    private int at;
    private int depth;
    private int elements;
    private int attributes;
    private boolean ascii = true;
    private byte quote;
    /** Bytes of {@link #CDATA_TAG} seen, or brackets in a row. */
    private int seen;
    /** Offset of an end tag's name, or of a processing instruction. */
    private int since;

    /** Offsets of the names of the open elements. */
    private int[] names = new int[FEW];

    StanzaFramer(StreamLimits limits) {
        this.limits = limits;
    }

    /** Begins a stanza at {@code from}; white space may stand before it. */
    void begin(int from) {
        begin(from, false);
    }

    /** Begins the stream: an XML declaration may stand before it, and its opening tag is all that belongs to it. */
    void beginHeader(int from) {
        begin(from, true);
    }

    private void begin(int from, boolean ofStream) {
        state = OUTSIDE;
        header = ofStream;
        start = at = from;
        depth = elements = attributes = 0;
        ascii = true;
        if (names.length > FEW) {
            names = new int[FEW];
        }
    }

    /** The bytes were moved to the front of their buffer by so much. */
    void moved(int by) {
        start -= by;
        at -= by;
        since -= by;
        for (int i = 0; i < Math.min(depth, names.length); i++) {
            names[i] -= by;
        }
    }

    /** Where the stanza begins; while only white space has come, where it may begin. */
    int start() {
        return start;
    }

    /** Behind the last byte looked at: the end of the stanza when {@link #advance} said so. */
    int at() {
        return at;
    }

    /** Whether nothing but white space has come. */
    boolean idle() {
        return state == OUTSIDE && !header;
    }

    /** Whether every character of the stanza is one byte. */
    boolean ascii() {
        return ascii;
    }

    /** Elements of the stanza so far. */
    int elements() {
        return elements;
    }

    /** Attributes of the stanza so far, declarations included. */
    int attributes() {
        return attributes;
    }

    /**
     * Goes on, up to {@code end} at most.
     *
     * @return whether the stanza, or the end tag of the stream, is whole
     * @throws Refused at the first byte that cannot be there; {@link #at} is its offset
     */
    boolean advance(byte[] bytes, int end) {
        if (state == OUTSIDE && !header) {
            skipSpace(bytes, end);
        }
        int most = start + limits.stanzaBytes();
        int stop = Math.min(end, most < 0 ? Integer.MAX_VALUE : most);
        while (at < stop) {
            byte b = bytes[at];
            if (b < ' ' && !XmlChars.isSpace(b)) {
                int size = Utf8.size(bytes, at, stop);
                if (size == 0) {
                    break;
                }
                ascii = false;
                other(size);
            } else if (step(bytes, b, stop)) {
                return true;
            }
        }
        if (end - start >= limits.stanzaBytes()) {
            throw Refused.limit("a stanza has more than " + limits.stanzaBytes() + " bytes");
        }
        return false;
    }

    private void skipSpace(byte[] bytes, int end) {
        while (at < end && XmlChars.isSpace(bytes[at])) {
            at++;
        }
        start = at;
    }

    /** One byte of ASCII, and the like that follow it. */
    private boolean step(byte[] bytes, byte b, int stop) {
        switch (state) {
            case TEXT -> text(bytes, stop);
            case VALUE -> value(bytes, stop);
            case NAME, ATTRIBUTES -> {
                return inTag(bytes, b, stop);
            }
            case LESS_THAN -> markup(b);
            case EQUALS -> equalsSign(bytes, b, stop);
            case END_NAME, END_SPACE -> {
                return endTag(bytes, b);
            }
            case SLASH -> {
                if (b != '>') {
                    throw Refused.notWellFormed("a slash that ends no tag");
                }
                at++;
                return closed();
            }
            case CDATA -> cdata(b);
            case BANG, CDATA_START -> declaration(b);
            case INSTRUCTION -> instruction(bytes, b);
            default -> outside(b);
        }
        return false;
    }

    /** A character of several bytes. */
    private void other(int size) {
        switch (state) {
            case TEXT, VALUE, NAME, ATTRIBUTES, END_NAME, INSTRUCTION -> at += size;
            case LESS_THAN -> {
                markup((byte) 'x'); // a name, if it is one
                at += size - 1;
            }
            case CDATA -> {
                seen = 0;
                at += size;
            }
            case OUTSIDE -> {
                if (!header || at > start) {
                    outside((byte) 'x');
                }
                at += size; // U+FEFF: the parser sees whether it is that
            }
            default -> throw Refused.notWellFormed("a character where markup was expected");
        }
    }

    private void outside(byte b) {
        if (b == '<') {
            state = LESS_THAN;
        } else if (!header) {
            throw new Refused(StreamCondition.BAD_FORMAT, "text between stanzas");
        } else if (!XmlChars.isSpace(b)) {
            throw Refused.notWellFormed("text before the stream");
        }
        at++;
    }

    private void text(byte[] bytes, int stop) {
        int i = at;
        byte b = 0;
        while (i < stop && (b = bytes[i]) != '<' && (b >= ' ' || XmlChars.isSpace(b))) {
            i++;
        }
        at = i;
        if (b == '<') {
            state = LESS_THAN;
            at++;
        }
    }

    private void value(byte[] bytes, int stop) {
        int i = at;
        byte b = 0;
        while (i < stop && (b = bytes[i]) != quote && b != '<' && (b >= ' ' || XmlChars.isSpace(b))) {
            i++;
        }
        at = i;
        if (b == quote) {
            state = ATTRIBUTES;
            at++;
        } else if (b == '<') {
            throw Refused.notWellFormed("a < in a value");
        }
    }

    /** Behind a {@code <}. */
    private void markup(byte b) {
        switch (b) {
            case '/' -> {
                state = END_NAME;
                since = at + 1;
            }
            case '!' -> state = BANG;
            case '?' -> {
                if (!header) {
                    throw Refused.restricted("a processing instruction");
                }
                state = INSTRUCTION;
                since = at;
            }
            default -> {
                if (XmlChars.isSpace(b) || b == '>' || b == '<') {
                    throw Refused.notWellFormed("a < that begins no tag");
                }
                open();
            }
        }
        at++;
    }

    private void open() {
        if (depth >= limits.depth()) {
            throw Refused.limit("elements are nested deeper than " + limits.depth());
        }
        if (elements >= limits.elements()) {
            throw Refused.limit("a stanza has more than " + limits.elements() + " elements");
        }
        if (depth == names.length) {
            names = Arrays.copyOf(names, Math.min(2 * depth, limits.depth()));
        }
        names[depth++] = at;
        elements++;
        state = NAME;
    }

    private boolean inTag(byte[] bytes, byte first, int stop) {
        byte b = first;
        while (b >= 0 && PLAIN_IN_TAG[b] && at + 1 < stop) {
            b = bytes[++at];
        }
        switch (b) {
            case '>' -> {
                at++;
                state = TEXT;
                return header;
            }
            case '/' -> state = SLASH;
            case '=' -> {
                if (state == NAME) {
                    throw Refused.notWellFormed("an attribute without a name");
                }
                state = EQUALS;
                at++;
                if (at < stop && (bytes[at] == '"' || bytes[at] == '\'')) {
                    equalsSign(bytes, bytes[at], stop);
                }
                return false;
            }
            case '<', '"', '\'' -> throw Refused.notWellFormed("an attribute without value");
            default -> {
                if (b < ' ' && !XmlChars.isSpace(b)) {
                    return false; // of several bytes, or none that XML allows
                }
                if (XmlChars.isSpace(b)) {
                    state = ATTRIBUTES;
                }
            }
        }
        at++;
        return false;
    }

    private void equalsSign(byte[] bytes, byte b, int stop) {
        if (b == '"' || b == '\'') {
            quote = b;
            attributes++;
            state = VALUE;
            at++;
            value(bytes, stop);
            return;
        }
        if (!XmlChars.isSpace(b)) {
            throw Refused.notWellFormed("a value without quotes");
        }
        at++;
    }

    /** @return whether the stanza ends with it */
    private boolean endTag(byte[] bytes, byte b) {
        if (b == '>') {
            at++;
            if (depth == 0) {
                return true; // of the stream; the parser knows its name
            }
            if (state == END_NAME) {
                checkName(bytes, at - 1);
            }
            return closed();
        }
        if (XmlChars.isSpace(b)) {
            if (state == END_NAME && depth > 0) {
                checkName(bytes, at);
            }
            state = END_SPACE;
        } else if (state == END_SPACE || b == '<') {
            throw Refused.notWellFormed("an end tag with more than a name");
        }
        at++;
        return false;
    }

    private void checkName(byte[] bytes, int end) {
        int from = names[depth - 1];
        int length = end - since;
        if (!Arrays.equals(bytes, from, from + length, bytes, since, end) || !endsName(bytes[from + length])) {
            throw Refused.notWellFormed("an end tag of another element");
        }
    }

    private boolean closed() {
        state = TEXT;
        return header || --depth == 0;
    }

    private void declaration(byte b) {
        if (state == BANG) {
            if (b == '-') {
                throw Refused.restricted("a comment");
            }
            if (b == 'D') {
                throw Refused.restricted("a document type declaration");
            }
            state = CDATA_START;
            seen = 0;
        }
        if (b != CDATA_TAG[seen]) {
            throw Refused.notWellFormed("an unknown declaration");
        }
        at++;
        if (++seen == CDATA_TAG.length) {
            if (depth == 0) {
                throw new Refused(StreamCondition.BAD_FORMAT, "text between stanzas");
            }
            state = CDATA;
            seen = 0;
        }
    }

    private void cdata(byte b) {
        if (b == '>' && seen >= 2) {
            state = TEXT;
        }
        seen = b == ']' ? seen + 1 : 0;
        at++;
    }

    private void instruction(byte[] bytes, byte b) {
        at++;
        if (at - since > LONGEST_INSTRUCTION) {
            throw Refused.limit("the XML declaration is longer than " + LONGEST_INSTRUCTION);
        }
        if (b == '>' && bytes[at - 2] == '?' && at - 2 > since) {
            state = OUTSIDE;
        }
    }

    private static boolean endsName(byte b) {
        return b == '>' || b == '/' || XmlChars.isSpace(b);
    }
}
