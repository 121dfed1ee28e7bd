package im.restante.internal.iq;

/**
 * The names of waiting messages in XEP-0013: the arrival id in 16 hexadecimal digits. A client may sort them, which gives the order
 * of arrival.
 */
final class Nodes {
    private static final int DIGITS = 16;

    private Nodes() {}

    static String of(long id) {
        String hex = Long.toHexString(id);
        return "0".repeat(DIGITS - hex.length()) + hex;
    }

    /** The arrival id; 0, which no message has, for what is no name of ours. */
    static long id(String node) {
        if (node.length() != DIGITS) {
            return 0;
        }
        long id = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = "0123456789abcdef".indexOf(node.charAt(i));
            if (digit < 0) {
                return 0;
            }
            id = id << 4 | digit;
        }
        return Math.max(0, id);
    }
}
