package im.restante.xml;

import static java.util.Objects.requireNonNull;

/**
 * Where an element stood in the bytes it was read from, so that it can be passed on in the same ones: prefixes, quotes, CDATA and
 * white space included. Keeps all of {@code bytes} alive.
 *
 * @param bytes   well-formed UTF-8, shared by all elements of one document; must never be changed
 * @param start   offset of the {@code <} of the opening tag
 * @param content offset behind the opening tag; {@code end} if the element is one empty-element tag
 * @param end     offset behind the closing tag
 * @param outer   declarations in force around the element
 * @param inner   those and its own, in force inside it; the same object as {@code outer} if it has none
 */
public record Origin(byte[] bytes, int start, int content, int end, Scope outer, Scope inner) {
    public Origin {
        requireNonNull(outer, "outer");
        requireNonNull(inner, "inner");
        if (start < 0 || content <= start || end < content || bytes.length < end) {
            throw new IllegalArgumentException("not within the bytes: " + start + ", " + content + ", " + end);
        }
    }
}
