package im.restante.internal.spool;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.jid.Jid;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Stanza-ids (XEP-0359): one AES-128 block over the arrival id and 64 bits of the owner's hash, in base64url. So they are unique,
 * nobody without the key can tell one from another, and whoever has the key reads the arrival id back and sees whether the id was
 * given for that owner.
 *
 * <p>Safe for concurrent use. A cipher serves one thread at a time; there are several, so that few owners wait for each other.
 */
final class StanzaIdCipher {
    private static final int CIPHERS = 64;
    private static final int BLOCK = 16;
    private static final int CHARACTERS = 22;
    private static final String HMAC = "HmacSHA256";
    private static final byte[] PURPOSE = "stanza-id".getBytes(UTF_8);
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final Striped[] ciphers = new Striped[CIPHERS];
    private final byte[] secret;

    /** @param secret the same for as long as ids shall be known; not empty */
    StanzaIdCipher(byte[] secret) {
        this.secret = secret.clone();
        try {
            SecretKeySpec key = new SecretKeySpec(Arrays.copyOf(hmac(PURPOSE), BLOCK), "AES");
            for (int i = 0; i < CIPHERS; i++) {
                ciphers[i] = new Striped(key);
            }
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    /** The characters of an id, a byte each. */
    byte[] encrypt(Jid owner, long arrivalId) {
        return BASE64URL.encode(of(owner).encrypt(owner, arrivalId));
    }

    /** The arrival id; empty if that is no id that was given for {@code owner} in this form. */
    OptionalLong decrypt(Jid owner, String stanzaId) {
        byte[] block = block(stanzaId);
        return block == null ? OptionalLong.empty() : of(owner).decrypt(owner, block);
    }

    /** Whether that is the id which versions before this form gave: HMAC-SHA-256(secret, owner + arrival id), its first 16 bytes. */
    boolean isOfFormerForm(Jid owner, long arrivalId, String stanzaId) {
        byte[] block = block(stanzaId);
        if (block == null) {
            return false;
        }
        byte[] name = owner.toString().getBytes(UTF_8);
        try {
            byte[] code = hmac(ByteBuffer.allocate(name.length + Long.BYTES)
                    .put(name)
                    .putLong(arrivalId)
                    .array());
            return MessageDigest.isEqual(block, Arrays.copyOf(code, BLOCK));
        } catch (GeneralSecurityException e) {
            throw missing(e);
        }
    }

    private static byte[] block(String stanzaId) {
        if (stanzaId.length() != CHARACTERS) {
            return null;
        }
        try {
            byte[] block = Base64.getUrlDecoder().decode(stanzaId);
            return BASE64URL.encodeToString(block).equals(stanzaId) ? block : null; // one spelling for each
        } catch (IllegalArgumentException e) {
            return null; // somebody else's
        }
    }

    private byte[] hmac(byte[] text) throws GeneralSecurityException {
        Mac mac = Mac.getInstance(HMAC);
        mac.init(new SecretKeySpec(secret, HMAC));
        return mac.doFinal(text);
    }

    private Striped of(Jid owner) {
        int hash = owner.hashCode();
        return ciphers[(hash ^ hash >>> 16) & CIPHERS - 1];
    }

    private static IllegalStateException missing(GeneralSecurityException e) {
        return new IllegalStateException("every Java platform has AES, HmacSHA256 and SHA-256", e);
    }

    /** A cipher for each direction, and the hash of the owner it was used for last. */
    private static final class Striped {
        private final ReentrantLock lock = new ReentrantLock();
        private final Cipher encryption;
        private final Cipher decryption;
        private final MessageDigest digest;
        private final ByteBuffer text = ByteBuffer.allocate(BLOCK);
        private Jid last;
        private long lastHash;

        Striped(SecretKeySpec key) throws GeneralSecurityException {
            encryption = cipher(Cipher.ENCRYPT_MODE, key);
            decryption = cipher(Cipher.DECRYPT_MODE, key);
            digest = MessageDigest.getInstance("SHA-256");
        }

        /** A single block that differs each time needs no mode. */
        private static Cipher cipher(int direction, SecretKeySpec key) throws GeneralSecurityException {
            Cipher cipher = Cipher.getInstance("AES/ECB/NoPadding");
            cipher.init(direction, key);
            return cipher;
        }

        byte[] encrypt(Jid owner, long arrivalId) {
            lock.lock();
            try {
                text.putLong(0, arrivalId).putLong(Long.BYTES, hash(owner));
                return encryption.doFinal(text.array());
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a block of " + BLOCK + " bytes", e);
            } finally {
                lock.unlock();
            }
        }

        OptionalLong decrypt(Jid owner, byte[] block) {
            lock.lock();
            try {
                ByteBuffer plain = ByteBuffer.wrap(decryption.doFinal(block));
                return plain.getLong(Long.BYTES) == hash(owner)
                        ? OptionalLong.of(plain.getLong(0))
                        : OptionalLong.empty();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a block of " + BLOCK + " bytes", e);
            } finally {
                lock.unlock();
            }
        }

        private long hash(Jid owner) {
            if (!owner.equals(last)) {
                lastHash = ByteBuffer.wrap(digest.digest(owner.toString().getBytes(UTF_8)))
                        .getLong();
                last = owner;
            }
            return lastHash;
        }
    }
}
