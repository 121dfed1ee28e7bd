package im.restante.internal.accounts;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.internal.support.Digests;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Credentials for users that do not exist: no password fits them, and a name always gets the same ones, also after a restart, so
 * that asking tells nobody who exists. They are computed from a secret that is kept in the record of the domain.
 */
final class Decoys {
    /** Node of the domain's record that other bundles keep secrets of the server in as well. */
    static final String NODE = "server";

    static final String KEY = "scram-decoy-key";

    /** Bytes of a salt, here and in real credentials. */
    static final int SALT_BYTES = 16;

    private static final int SECRET_BYTES = 32;
    private static final int DOMAINS = 16;

    private final Users users;
    private final SecureRandom random;
    private final AsyncCache<Jid, byte[]> secrets;

    Decoys(Users users, SecureRandom random, LongSupplier nanoTime) {
        this.users = users;
        this.random = random;
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
        return users.ask(repository -> repository.values(domain, NODE)).thenCompose(values -> {
            String known = values.get(KEY);
            return known == null ? make(domain) : CompletableFuture.completedFuture(key(domain, known));
        });
    }

    /** Another bundle may be making the same record at this moment: then creating fails and writing works. */
    private CompletableFuture<byte[]> make(Jid domain) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        String kept = Base64.getEncoder().encodeToString(secret);
        List<Setting> settings = List.of(new Setting(NODE, KEY, kept));
        return users.ask(repository -> repository.create(domain, settings))
                .thenCompose(created -> created
                        ? CompletableFuture.completedFuture(true)
                        : users.ask(repository -> repository.write(domain, settings)))
                .thenCompose(done -> done
                        ? CompletableFuture.completedFuture(key(domain, kept))
                        : CompletableFuture.failedFuture(new StoreException("the record of " + domain
                                + " can be neither made nor written in the user repository")));
    }

    /** The key is the HMAC of what is kept: so whatever an operator puts there is of the right length. */
    private static byte[] key(Jid domain, String kept) {
        return Digests.hmac(ScramHash.SHA_256.mac(), kept.getBytes(StandardCharsets.UTF_8), domain.toString());
    }
}
