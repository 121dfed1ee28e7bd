package im.restante.internal.accounts;

import java.text.Normalizer;

/**
 * What a client makes of a password that prepares it by SASLprep (RFC 4013): the mappings and the normalization. What the profile
 * forbids is not looked at: a client that finds it sends nothing at all.
 */
final class SaslPrep {
    private SaslPrep() {}

    static String prepare(String text) {
        StringBuilder mapped = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isSpace(c)) {
                mapped.append(' ');
            } else if (!isIgnored(c)) {
                mapped.append(c);
            }
        }
        return Normalizer.normalize(mapped, Normalizer.Form.NFKC);
    }

    /** The text without what is mapped to nothing. */
    static String withoutIgnored(String text) {
        StringBuilder rest = new StringBuilder(text.length());
        text.chars().filter(c -> !isIgnored((char) c)).forEach(c -> rest.append((char) c));
        return rest.toString();
    }

    /** RFC 3454, table C.1.2; all are in the plane of {@code char}. */
    private static boolean isSpace(char c) {
        return c == '\u00a0'
                || c == '\u1680'
                || c >= '\u2000' && c <= '\u200b'
                || c == '\u202f'
                || c == '\u205f'
                || c == '\u3000';
    }

    /** RFC 3454, table B.1. */
    private static boolean isIgnored(char c) {
        return c == '\u00ad'
                || c == '\u034f'
                || c == '\u1806'
                || c >= '\u180b' && c <= '\u180d'
                || c >= '\u200b' && c <= '\u200d'
                || c == '\u2060'
                || c >= '\ufe00' && c <= '\ufe0f'
                || c == '\ufeff';
    }
}
