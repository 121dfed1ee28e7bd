package im.restante.internal.store.jdbc;

import im.restante.jid.Jid;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What stands for a bare JID in tables: the first 16 bytes of the SHA-256 of its prepared text. Two JIDs of 2,047 bytes fit no
 * engine's index; two keys do.
 */
public final class Key implements Comparable<Key> {
    private static final int LENGTH = 16;

    private final byte[] bytes;
    private final int hash;

    private Key(byte[] bytes) {
        this.bytes = bytes;
        this.hash = Arrays.hashCode(bytes);
    }

    public static Key of(Jid bare) {
        byte[] digest = digest("SHA-256", bare.toString());
        return new Key(Arrays.copyOf(digest, LENGTH));
    }

    /** A key as it was read; of any length, since it may come from a row somebody else wrote. Null if there was none. */
    static Key read(byte[] column) {
        return column == null ? null : new Key(column);
    }

    /** Lower-case hex of the SHA-1 of a JID: how {@code tig_users} is searched. */
    static String sha1(Jid user) {
        return HexFormat.of().formatHex(digest("SHA-1", user.toString()));
    }

    private static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has " + algorithm, e);
        }
    }

    /** For a statement; not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public int compareTo(Key other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof Key key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
