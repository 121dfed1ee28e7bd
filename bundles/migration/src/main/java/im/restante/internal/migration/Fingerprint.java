package im.restante.internal.migration;

import im.restante.internal.support.Digests;
import im.restante.store.StoredMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A hash over messages in a row: everything a store keeps of them. Not safe for concurrent use. */
final class Fingerprint {
    private static final int SHOWN_BYTES = 8;

    private final MessageDigest rolling = Digests.of("SHA-256");

    /** The hash of one message. */
    static byte[] of(StoredMessage row) {
        byte[] owner = row.owner().toString().getBytes(StandardCharsets.UTF_8);
        byte[] sender = row.sender().toString().getBytes(StandardCharsets.UTF_8);
        ByteBuffer head = ByteBuffer.allocate(3 * Long.BYTES + 3 * Integer.BYTES + 1);
        head.putLong(row.id()).putLong(row.receivedAt().toEpochMilli());
        head.put((byte) (row.expiresAt() == null ? 0 : 1));
        head.putLong(row.expiresAt() == null ? 0 : row.expiresAt().toEpochMilli());
        head.putInt(row.kind().code()).putInt(owner.length).putInt(sender.length);
        MessageDigest digest = Digests.of("SHA-256");
        digest.update(head.array());
        digest.update(owner);
        digest.update(sender);
        return digest.digest(row.stanza());
    }

    void add(byte[] ofMessage) {
        rolling.update(ofMessage);
    }

    /** The hash of all so far, shortened. */
    @Override
    public String toString() {
        try {
            byte[] sum = ((MessageDigest) rolling.clone()).digest();
            return HexFormat.of().formatHex(sum, 0, SHOWN_BYTES);
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the digest cannot be read before its end", e);
        }
    }
}
