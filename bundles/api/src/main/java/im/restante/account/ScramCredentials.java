package im.restante.account;

import static java.util.Objects.requireNonNull;

/**
 * What a server keeps instead of a password (RFC 5802 §3). Knowing it does not let anybody log in. Arrays are shared and never
 * changed.
 *
 * @param storedKey {@code H(ClientKey)}
 * @param serverKey {@code HMAC(SaltedPassword, "Server Key")}
 */
@SuppressWarnings("ArrayRecordComponent")
public record ScramCredentials(ScramHash hash, byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
    public ScramCredentials {
        requireNonNull(hash, "hash");
        requireNonNull(salt, "salt");
        if (iterations < 4096) {
            throw new IllegalArgumentException("iterations must be at least 4096 (RFC 7677 §4), got " + iterations);
        }
        requireNonNull(storedKey, "storedKey");
        requireNonNull(serverKey, "serverKey");
    }

    /** Hash and iterations; never a key. */
    @Override
    public String toString() {
        return "ScramCredentials[" + hash + ", " + iterations + " iterations]";
    }
}
