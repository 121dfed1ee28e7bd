package im.restante.internal.stream;

import im.restante.xml.Origin;
import im.restante.xml.XmlChars;
import java.util.Arrays;

/** Walks over the opening tag of an element in the bytes it was read from, which are well-formed. Not safe for concurrent use. */
final class StartTag {
    private static final byte[] XMLNS = {'x', 'm', 'l', 'n', 's'};

    private final byte[] bytes;
    private final Origin origin;
    private final int nameEnd;
    private int name;
    private int equals;
    private int end;

    StartTag(Origin origin) {
        this.origin = origin;
        bytes = origin.bytes();
        int at = origin.start() + 1;
        while (!XmlChars.isSpace(bytes[at]) && bytes[at] != '>' && bytes[at] != '/') {
            at++;
        }
        nameEnd = at;
        end = at;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Behind the element's name. */
    int nameEnd() {
        return nameEnd;
    }

    /** Where the element's name begins without its prefix. */
    int localName() {
        for (int i = origin.start() + 1; i < nameEnd; i++) {
            if (bytes[i] == ':') {
                return i + 1;
            }
        }
        return origin.start() + 1;
    }

    boolean isPrefixed() {
        return localName() != origin.start() + 1;
    }

    /** Whether it is an empty-element tag. */
    boolean isEmpty() {
        return origin.content() == origin.end();
    }

    /** Behind the content: where the closing tag begins. */
    int contentEnd() {
        int at = origin.end();
        if (!isEmpty()) {
            do {
                at--;
            } while (bytes[at] != '<');
        }
        return at;
    }

    /** Goes to the next attribute or declaration; false if there is none. */
    boolean next() {
        int at = end;
        while (XmlChars.isSpace(bytes[at])) {
            at++;
        }
        if (bytes[at] == '>' || bytes[at] == '/') {
            return false;
        }
        name = at;
        while (bytes[at] != '=') {
            at++;
        }
        equals = at++;
        while (XmlChars.isSpace(bytes[at])) {
            at++;
        }
        byte quote = bytes[at++];
        while (bytes[at] != quote) {
            at++;
        }
        end = at + 1;
        return true;
    }

    /** Where the attribute begins. */
    int from() {
        return name;
    }

    /** Behind the attribute's closing quote. */
    int to() {
        return end;
    }

    /** Whether it is a namespace declaration. */
    boolean isDeclaration() {
        int length = XMLNS.length;
        return equals - name >= length
                && Arrays.equals(bytes, name, name + length, XMLNS, 0, length)
                && (bytes[name + length] == ':' || isEndOfName(bytes[name + length]));
    }

    /** Whether it declares the default namespace. */
    boolean isDefaultDeclaration() {
        return isDeclaration() && bytes[name + XMLNS.length] != ':';
    }

    private static boolean isEndOfName(byte b) {
        return b == '=' || XmlChars.isSpace(b);
    }
}
