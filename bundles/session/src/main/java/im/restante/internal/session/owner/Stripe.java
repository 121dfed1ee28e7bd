package im.restante.internal.session.owner;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Mac;
import javax.crypto.ShortBufferException;
import javax.crypto.spec.SecretKeySpec;

/** A lock that many owners share, and what may only be used under it. */
final class Stripe {
    final ReentrantLock lock = new ReentrantLock();
    private final byte[] digest = new byte[32];
    private final byte[] number = new byte[Long.BYTES];
    private Mac mac;

    /**
     * The stanza-id: the first 16 bytes of HMAC-SHA-256(key, owner + id), base64url. Stable, and nobody without the key can
     * tell another from it.
     */
    String stanzaId(byte[] key, byte[] owner, long id) {
        try {
            if (mac == null) {
                mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(key, "HmacSHA256"));
            }
            for (int i = 0; i < Long.BYTES; i++) {
                number[i] = (byte) (id >>> 56 - 8 * i);
            }
            mac.update(owner);
            mac.update(number);
            mac.doFinal(digest, 0);
        } catch (NoSuchAlgorithmException | InvalidKeyException | ShortBufferException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(digest, 16));
    }
}
