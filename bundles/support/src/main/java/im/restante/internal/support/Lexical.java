package im.restante.internal.support;

import java.util.Base64;

/**
 * Reads numbers and base64 as they may stand on the wire, where the JDK's own methods take more: digits of other scripts, signs,
 * padding left out.
 */
public final class Lexical {
    private static final int PADDED = 4;

    private Lexical() {}

    /**
     * A decimal number without a sign, in ASCII digits.
     *
     * @param most the largest that is right; at least 0
     * @return -1 if it is none, or larger
     */
    public static long unsigned(String text, long most) {
        if (text.isEmpty()) {
            return -1;
        }
        long number = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9 || digit > most || number > (most - digit) / 10) {
                return -1;
            }
            number = 10 * number + digit;
        }
        return number;
    }

    /** A decimal number in ASCII digits, with a sign or without. @return null if it is none, or not between the two */
    public static Integer signed(String text, int least, int most) {
        boolean negative = text.startsWith("-");
        String digits = negative || text.startsWith("+") ? text.substring(1) : text;
        long magnitude = unsigned(digits, Integer.MAX_VALUE);
        long number = negative ? -magnitude : magnitude;
        return magnitude >= 0 && number >= least && number <= most ? Integer.valueOf((int) number) : null;
    }

    /** Without the white space around it, which XML Schema leaves out of a number first (part 2, §4.3.6). */
    public static String collapsed(String text) {
        int begin = 0;
        int end = text.length();
        while (begin < end && isSpace(text.charAt(begin))) {
            begin++;
        }
        while (end > begin && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(begin, end);
    }

    private static boolean isSpace(char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    }

    /**
     * Base64 with its padding, and nothing between (RFC 4648 §3.2, §4).
     *
     * @throws IllegalArgumentException if it is none
     */
    public static byte[] base64(String text) {
        if (text.length() % PADDED != 0) {
            throw new IllegalArgumentException("base64 is padded to a multiple of four characters");
        }
        return Base64.getDecoder().decode(text);
    }
}
