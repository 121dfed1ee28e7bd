package im.restante.internal.accounts;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.internal.support.Digests;
import im.restante.jid.Jid;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Remembers which password was right a moment ago, so that clients that come again and again with PLAIN do not cost a PBKDF2
 * each. Holds an HMAC of the password under a key that lives as long as this object, bound to the credentials it was compared
 * with: new credentials make it worthless. Bounded; safe for concurrent use.
 */
final class VerifiedPasswords {
    private static final int CAPACITY = 8192;
    private static final Duration KEEP = Duration.ofMinutes(10);

    private final byte[] key = new byte[32];
    private final Cache<Jid, Verified> byAccount;

    VerifiedPasswords(SecureRandom random, LongSupplier nanoTime) {
        random.nextBytes(key);
        byAccount = Caffeine.newBuilder()
                .maximumSize(CAPACITY)
                .expireAfterWrite(KEEP)
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /** Whether this prepared password was found right for these credentials lately. */
    boolean knows(Jid account, ScramCredentials credentials, String prepared) {
        Verified verified = byAccount.getIfPresent(account);
        return verified != null
                && MessageDigest.isEqual(verified.storedKey, credentials.storedKey())
                && MessageDigest.isEqual(verified.password, digest(prepared));
    }

    /** Whether this prepared password was right lately; its credentials may have changed. Takes the same work for everybody. */
    boolean mayKnow(Jid account, String prepared) {
        byte[] digest = digest(prepared);
        Verified verified = byAccount.getIfPresent(account);
        return verified != null && MessageDigest.isEqual(verified.password, digest);
    }

    /** Remembers a password that was right. */
    void remember(Jid account, ScramCredentials credentials, String prepared) {
        byAccount.put(account, new Verified(digest(prepared), credentials.storedKey()));
    }

    void forget(Jid account) {
        byAccount.invalidate(account);
    }

    private byte[] digest(String prepared) {
        return Digests.hmac(ScramHash.SHA_256.mac(), key, prepared);
    }

    private static final class Verified {
        private final byte[] password;
        private final byte[] storedKey;

        private Verified(byte[] password, byte[] storedKey) {
            this.password = password;
            this.storedKey = storedKey;
        }
    }
}
