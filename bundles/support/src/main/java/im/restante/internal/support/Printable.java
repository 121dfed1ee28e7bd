package im.restante.internal.support;

import java.util.Locale;

/**
 * Text for an operator's terminal or log that others may have chosen. What moves the cursor, ends a line, turns the direction of
 * writing or cannot be seen is shown as its code, {@code \}{@code u202E} for one: so nobody can steer a terminal, forge a line, or make
 * one read differently from what it says.
 */
public final class Printable {
    private Printable() {}

    /** One line: line ends and tabs are shown as codes too. Null gives {@code null}, as in a concatenation. */
    public static String line(Object text) {
        return escaped(String.valueOf(text), false);
    }

    /** Several lines: {@code \n} and tabs stay. */
    public static String lines(String text) {
        return escaped(text, true);
    }

    /** The exception itself if its message is one printable line, else one that says the same in such a line. */
    public static RuntimeException refusal(RuntimeException e) {
        String message = e.getMessage();
        return message == null || line(message).equals(message) ? e : new IllegalArgumentException(line(message), e);
    }

    private static String escaped(String text, boolean layout) {
        StringBuilder out = null; // made when it is needed: it nearly never is
        for (int at = 0; at < text.length(); ) {
            int c = text.codePointAt(at);
            if (isShown(c) || layout && (c == '\n' || c == '\t')) {
                if (out != null) {
                    out.appendCodePoint(c);
                }
            } else {
                if (out == null) {
                    out = new StringBuilder(text.length() + 16).append(text, 0, at);
                }
                code(out, c);
            }
            at += Character.charCount(c);
        }
        return out == null ? text : out.toString();
    }

    private static boolean isShown(int c) {
        switch (Character.getType(c)) {
            case Character.CONTROL: // C0, DEL, C1
            case Character.FORMAT: // what turns the direction, and what has no width
            case Character.LINE_SEPARATOR:
            case Character.PARAGRAPH_SEPARATOR:
            case Character.SURROGATE: // a half of a pair
                return false;
            default:
                return true;
        }
    }

    private static void code(StringBuilder out, int c) {
        String hex = Integer.toHexString(c).toUpperCase(Locale.ROOT);
        if (hex.length() > 4) {
            out.append("\\u{").append(hex).append('}');
        } else {
            out.append("\\u").append("0".repeat(4 - hex.length())).append(hex);
        }
    }
}
