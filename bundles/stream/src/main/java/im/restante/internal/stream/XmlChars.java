package im.restante.internal.stream;

/** The character classes of XML 1.0, fifth edition. */
final class XmlChars {
    private static final boolean[] ASCII_NAME_START = new boolean[128];
    private static final boolean[] ASCII_NAME = new boolean[128];

    static {
        for (char c = 0; c < 128; c++) {
            boolean letter = c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z';
            ASCII_NAME_START[c] = letter || c == '_' || c == ':';
            ASCII_NAME[c] = ASCII_NAME_START[c] || c >= '0' && c <= '9' || c == '-' || c == '.';
        }
    }

    private XmlChars() {}

    /** Production 2, {@code Char}. */
    static boolean isChar(int codePoint) {
        return codePoint >= 0x20 && codePoint <= 0xD7FF
                || codePoint == '\n'
                || codePoint == '\t'
                || codePoint == '\r'
                || codePoint >= 0xE000 && codePoint <= 0xFFFD
                || codePoint >= 0x10000 && codePoint <= 0x10FFFF;
    }

    /** Production 4, {@code NameStartChar}; one half of a pair counts as the character that the pair stands for. */
    static boolean isNameStart(char c) {
        return c < 128 ? ASCII_NAME_START[c] : isNameStartBeyondAscii(c);
    }

    /** Production 4a, {@code NameChar}. */
    static boolean isName(char c) {
        return c < 128
                ? ASCII_NAME[c]
                : isNameStartBeyondAscii(c) || c == 0xB7 || c >= 0x300 && c <= 0x36F || c == 0x203F || c == 0x2040;
    }

    private static boolean isNameStartBeyondAscii(char c) {
        return c >= 0xC0 && c <= 0x2FF && c != 0xD7 && c != 0xF7
                || c >= 0x370 && c <= 0x1FFF && c != 0x37E
                || c == 0x200C
                || c == 0x200D
                || c >= 0x2070 && c <= 0x218F
                || c >= 0x2C00 && c <= 0x2FEF
                || c >= 0x3001 && c <= 0xDB7F // up to U+D7FF, then the first halves of U+10000 to U+EFFFF
                || c >= 0xDC00 && c <= 0xDFFF // second halves: the source lets none stand alone
                || c >= 0xF900 && c <= 0xFDCF
                || c >= 0xFDF0 && c <= 0xFFFD;
    }
}
