package im.restante.internal.accounts;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.internal.support.Digests;
import im.restante.jid.Jid;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
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
    private final LongSupplier nanoTime;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Jid, Verified> byAccount = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Jid, Verified> eldest) {
            return size() > CAPACITY;
        }
    };

    VerifiedPasswords(SecureRandom random, LongSupplier nanoTime) {
        random.nextBytes(key);
        this.nanoTime = nanoTime;
    }

    /** Whether this prepared password was found right for these credentials lately. */
    boolean knows(Jid account, ScramCredentials credentials, String prepared) {
        Verified verified = of(account);
        return verified != null
                && nanoTime.getAsLong() - verified.at < KEEP.toNanos()
                && MessageDigest.isEqual(verified.storedKey, credentials.storedKey())
                && MessageDigest.isEqual(verified.password, digest(prepared));
    }

    /** Whether this prepared password was right lately; its credentials may have changed. Takes the same work for everybody. */
    boolean mayKnow(Jid account, String prepared) {
        byte[] digest = digest(prepared);
        Verified verified = of(account);
        return verified != null && MessageDigest.isEqual(verified.password, digest);
    }

    /** Remembers a password that was right. */
    void remember(Jid account, ScramCredentials credentials, String prepared) {
        Verified verified = new Verified(digest(prepared), credentials.storedKey(), nanoTime.getAsLong());
        lock.lock();
        try {
            byAccount.put(account, verified);
        } finally {
            lock.unlock();
        }
    }

    void forget(Jid account) {
        lock.lock();
        try {
            byAccount.remove(account);
        } finally {
            lock.unlock();
        }
    }

    private Verified of(Jid account) {
        lock.lock();
        try {
            return byAccount.get(account);
        } finally {
            lock.unlock();
        }
    }

    private byte[] digest(String prepared) {
        return Digests.hmac(ScramHash.SHA_256.mac(), key, prepared);
    }

    private static final class Verified {
        private final byte[] password;
        private final byte[] storedKey;
        private final long at;

        private Verified(byte[] password, byte[] storedKey, long at) {
            this.password = password;
            this.storedKey = storedKey;
            this.at = at;
        }
    }
}
