package im.restante.internal.accounts;

import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.internal.support.LogLimit;
import im.restante.jid.Jid;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares passwords with what is kept of them, and makes what is kept of new ones. Whether there is such an account changes neither the
 * work nor the answer; whoever asks takes turns with the other addresses. Safe for concurrent use; never blocks.
 */
final class PasswordChecks {
    private static final Logger LOG = LoggerFactory.getLogger(PasswordChecks.class);

    /** What SCRAM asks the repository: under way, and waiting of one address and of all. */
    private static final int LOOKUPS = 16;

    private static final int LOOKUPS_OF_ONE = 1_024;
    private static final int MOST_LOOKUPS = 4_096;

    private final HashPool pool;
    private final Turns lookups = new Turns(LOOKUPS, LOOKUPS_OF_ONE, MOST_LOOKUPS);
    private final Decoys decoys;
    private final VerifiedPasswords verified;
    private final IntSupplier iterations;
    private final Function<Jid, CompletableFuture<Map<String, String>>> kept;
    private final SecureRandom random;
    private final LogLimit unreadable;

    /**
     * @param threads    that derive keys
     * @param iterations of passwords set from now on
     * @param kept       what is kept of a user's password: the settings of the node {@link StoredCredentials#NODE}
     */
    PasswordChecks(
            int threads,
            IntSupplier iterations,
            DomainRecord record,
            Function<Jid, CompletableFuture<Map<String, String>>> kept,
            SecureRandom random,
            LongSupplier nanoTime) {
        this.iterations = iterations;
        this.kept = kept;
        this.random = random;
        pool = new HashPool(threads);
        decoys = new Decoys(record, nanoTime);
        verified = new VerifiedPasswords(random, nanoTime);
        unreadable = LogLimit.perMinute(nanoTime);
    }

    /** Refuses what has not begun. */
    void close() {
        pool.close();
        lookups.close();
    }

    /** Another repository has other secrets. */
    void forgetSecrets() {
        decoys.clear();
    }

    /** The password of a user may have changed. */
    void forget(Jid user) {
        verified.forget(user);
    }

    /** See {@link im.restante.account.Accounts#credentials(Jid, ScramHash, InetAddress)}. */
    CompletableFuture<ScramCredentials> credentials(Jid user, ScramHash hash, InetAddress client) {
        return Stages.plain(lookups.take(client, () -> realOrDecoy(user, hash)).thenApply(Candidate::credentials));
    }

    /** See {@link im.restante.account.Accounts#verify(Jid, String, InetAddress)}. */
    CompletableFuture<Boolean> verify(Jid user, String password, InetAddress client) {
        List<String> forms;
        try {
            forms = Passwords.forms(password);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(false); // nobody has such a password: says nothing about the user
        }
        // Whoever was right a moment ago derives nothing, and need not wait for those who do.
        return Stages.plain(
                verified.mayKnow(user, forms.get(0))
                        ? candidate(user)
                                .thenCompose(candidate -> isKnown(user, candidate, forms)
                                        ? CompletableFuture.completedFuture(true)
                                        : pool.inTurn(client, () -> derived(user, candidate, forms)))
                        : pool.inTurn(
                                client,
                                () -> candidate(user).thenCompose(candidate -> derived(user, candidate, forms))));
    }

    /**
     * What a password is compared with. Credentials that another program wrote may be of the older hash only. Both are looked up for
     * everybody: the same work.
     */
    private CompletableFuture<Candidate> candidate(Jid user) {
        return realOrDecoy(user, ScramHash.SHA_256)
                .thenCombine(
                        realOrDecoy(user, ScramHash.SHA_1),
                        (newer, older) -> older.real() && !newer.real() ? older : newer);
    }

    private boolean isKnown(Jid user, Candidate candidate, List<String> forms) {
        return candidate.real() && verified.knows(user, candidate.credentials(), forms.get(0));
    }

    private CompletableFuture<Boolean> derived(Jid user, Candidate candidate, List<String> forms) {
        ScramCredentials credentials = candidate.credentials();
        return pool.derive(() -> {
            boolean right = Passwords.fits(credentials, forms) && candidate.real();
            if (right) {
                verified.remember(user, credentials, forms.get(0));
            }
            return right;
        });
    }

    /** Credentials and whether they are those of an account. */
    private record Candidate(ScramCredentials credentials, boolean real) {}

    /** Computes the decoy in either case, so that both take the same time. */
    private CompletableFuture<Candidate> realOrDecoy(Jid user, ScramHash hash) {
        return kept.apply(user).thenCombine(decoys.of(user, hash, iterations.getAsInt()), (values, decoy) -> {
            String value = user.local() == null ? null : values.get(StoredCredentials.key(hash));
            Optional<ScramCredentials> real = value == null ? Optional.empty() : StoredCredentials.of(hash, values);
            if (value != null && real.isEmpty()) {
                if (unreadable.isDue()) {
                    LOG.warn(
                            "{}: its {} credentials in the user repository cannot be read; set its password anew{}",
                            user,
                            hash.digest(),
                            unreadable.more());
                }
            }
            return new Candidate(real.orElse(decoy), real.isPresent());
        });
    }

    /** Credentials of all hashes, each with a salt of its own, as settings. */
    CompletableFuture<List<Setting>> derive(List<String> forms, InetAddress client) {
        int count = iterations.getAsInt();
        return pool.inTurn(
                client,
                () -> pool.derive(() -> {
                    List<Setting> derived = new ArrayList<>();
                    for (ScramHash hash : ScramHash.values()) {
                        byte[] salt = new byte[Decoys.SALT_BYTES];
                        random.nextBytes(salt);
                        derived.addAll(StoredCredentials.toSettings(Passwords.derive(hash, forms, salt, count)));
                    }
                    return derived;
                }));
    }
}
