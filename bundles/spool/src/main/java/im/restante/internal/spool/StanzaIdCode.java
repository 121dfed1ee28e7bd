package im.restante.internal.spool;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/**
 * Computes stanza-ids: the first 16 bytes of HMAC-SHA-256(key, owner + id), base64url. Stable, and nobody without the key can tell
 * another from it. Safe for concurrent use; there are several, so that few owners wait for the same lock.
 */
final class StanzaIdCode {
    private static final int BYTES = 16;
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final ReentrantLock lock = new ReentrantLock();
    private final byte[] digest = new byte[32];
    private final byte[] number = new byte[Long.BYTES];
    private Mac mac;

    /**
     * The characters of an id, a byte each.
     *
     * @param key the same at every call
     */
    byte[] of(byte[] key, byte[] owner, long id) {
        lock.lock();
        try {
            return compute(key, owner, id);
        } catch (NoSuchAlgorithmException | InvalidKeyException | ShortBufferException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        } finally {
            lock.unlock();
        }
    }

    private byte[] compute(byte[] key, byte[] owner, long id)
            throws NoSuchAlgorithmException, InvalidKeyException, ShortBufferException {
        if (mac == null) {
            Mac keyed = Mac.getInstance("HmacSHA256");
            keyed.init(new SecretKeySpec(key, "HmacSHA256"));
            mac = keyed;
        }
        for (int i = 0; i < Long.BYTES; i++) {
            number[i] = (byte) (id >>> 56 - 8 * i);
        }
        mac.update(owner);
        mac.update(number);
        mac.doFinal(digest, 0);
        return BASE64URL.encode(Arrays.copyOf(digest, BYTES));
    }
}
