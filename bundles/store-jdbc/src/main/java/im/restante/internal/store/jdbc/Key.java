package im.restante.internal.store.jdbc;

import im.restante.internal.support.Digests;
import im.restante.jid.Jid;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What stands for a bare JID in tables: the first 16 bytes of the SHA-256 of its prepared text. Two JIDs of 2,047 bytes fit no
 * engine's index; two keys do.
 */
public final class Key implements Comparable<Key> {
    private static final int LENGTH = 16;
    private static final VarHandle HEAD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    /** To be copied, never used: a copy costs a third of what looking for a provider does, and there are two for each message. */
    private static final MessageDigest SHA_256 = Digests.of("SHA-256");

    private static final MessageDigest SHA_1 = Digests.of("SHA-1");

    private final byte[] bytes;
    /** The first eight, so that two keys are mostly told apart without a loop; digests need no better hash. */
    private final long head;

    private Key(byte[] bytes) {
        this.bytes = bytes;
        this.head = bytes.length >= Long.BYTES
                ? (long) HEAD.get(bytes, 0)
                : (long) HEAD.get(Arrays.copyOf(bytes, Long.BYTES), 0);
    }

    public static Key of(Jid bare) {
        byte[] digest = digest(SHA_256, bare.toString());
        return new Key(Arrays.copyOf(digest, LENGTH));
    }

    /** A key as it was read; of any length, since it may come from a row somebody else wrote. Null if there was none. */
    static Key read(byte[] column) {
        return column == null ? null : new Key(column);
    }

    /** Lower-case hex of the SHA-1 of a JID: how {@code tig_users} is searched. */
    static String sha1(Jid user) {
        return HexFormat.of().formatHex(digest(SHA_1, user.toString()));
    }

    private static byte[] digest(MessageDigest model, String text) {
        return Digests.copy(model).digest(text.getBytes(StandardCharsets.UTF_8));
    }

    /** For a statement; not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    @Override
    public int compareTo(Key other) {
        return head == other.head ? Arrays.compareUnsigned(bytes, other.bytes) : Long.compareUnsigned(head, other.head);
    }

    @Override
    public boolean equals(Object other) {
        return this == other || other instanceof Key key && head == key.head && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return (int) head;
    }

    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
