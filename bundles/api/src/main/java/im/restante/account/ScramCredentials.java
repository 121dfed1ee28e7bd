package im.restante.account;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a server keeps instead of a password (RFC 5802 §3). Knowing it does not let anybody log in. Arrays are shared and never
 * changed.
 *
 * @param storedKey {@code H(ClientKey)}
 * @param serverKey {@code HMAC(SaltedPassword, "Server Key")}
 * @param other     the same of another form of the password, which a client may use that prepares it in another way; null where there
 *                  is one form only
 */
@SuppressWarnings("ArrayRecordComponent")
public record ScramCredentials(
        ScramHash hash,
        byte[] salt,
        int iterations,
        byte[] storedKey,
        byte[] serverKey,
        @Nullable ScramCredentials other) {
    public ScramCredentials {
        requireNonNull(hash, "hash");
        requireNonNull(salt, "salt");
        if (iterations < 4096) {
            throw new IllegalArgumentException("iterations must be at least 4096 (RFC 7677 §4), got " + iterations);
        }
        requireNonNull(storedKey, "storedKey");
        requireNonNull(serverKey, "serverKey");
        if (other != null
                && (other.hash != hash || other.iterations != iterations || !Arrays.equals(other.salt, salt))) {
            throw new IllegalArgumentException(
                    "both forms have one salt and one count of iterations: the client is told"
                            + " them before it says which form it has");
        }
    }

    /** Those of a password that has one form. */
    public ScramCredentials(ScramHash hash, byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
        this(hash, salt, iterations, storedKey, serverKey, null);
    }

    /** Hash and iterations; never a key. */
    @Override
    public String toString() {
        return "ScramCredentials[" + hash + ", " + iterations + " iterations]";
    }
}
