package im.restante.internal.accounts;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.internal.support.Digests;
import im.restante.jid.Jid;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Credentials for users that do not exist: no password fits them, and a name always gets the same ones, also after a restart, so
 * that asking tells nobody who exists. They are computed from a secret that is kept in the record of the domain.
 */
final class Decoys {
    static final String KEY = "scram-decoy-key";

    /** Bytes of a salt, here and in real credentials. */
    static final int SALT_BYTES = 16;

    private static final int DOMAINS = 16;

    private final DomainRecord record;
    private final AsyncCache<Jid, byte[]> secrets;

    Decoys(DomainRecord record, LongSupplier nanoTime) {
        this.record = record;
        this.secrets = new AsyncCache<>(DOMAINS, secret -> 1, secret -> Duration.ofDays(1), nanoTime);
    }

    /** Forgets secrets: another repository has others. */
    void clear() {
        secrets.invalidateAll(domain -> true);
    }

    CompletableFuture<ScramCredentials> of(Jid account, ScramHash hash, int iterations) {
        return secrets.get(Jid.of(null, account.domain(), null), this::secret)
                .thenApply(secret -> new ScramCredentials(
                        hash,
                        Arrays.copyOf(derived(secret, "salt", account, ScramHash.SHA_256), SALT_BYTES),
                        iterations,
                        derived(secret, "stored", account, hash),
                        derived(secret, "server", account, hash)));
    }

    private static byte[] derived(byte[] secret, String purpose, Jid account, ScramHash hash) {
        return Digests.hmac(hash.mac(), secret, purpose + ' ' + hash.digest() + ' ' + account);
    }

    private CompletableFuture<byte[]> secret(Jid domain) {
        return record.secret(domain, KEY).thenApply(kept -> key(domain, kept));
    }

    /** The key is the HMAC of what is kept: so whatever an operator puts there is of the right length. */
    private static byte[] key(Jid domain, String kept) {
        return Digests.hmac(ScramHash.SHA_256.mac(), kept.getBytes(StandardCharsets.UTF_8), domain.toString());
    }
}
