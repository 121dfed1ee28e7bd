package im.restante.internal.accounts;

import im.restante.account.AccountListener;
import im.restante.account.Accounts;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.config.ConfigException;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accounts in the {@link UserRepository} that is chosen among those present. Repositories come and go while this service
 * stays; with none, every answer is a {@link StoreException}. Answers complete on the repository's threads, or, where keys are
 * derived, on those of a {@link HashPool}.
 */
@Component(service = Accounts.class, configurationPid = AccountsConfig.PID, immediate = true)
@Designate(ocd = RepositoryAccounts.Config.class)
public final class RepositoryAccounts implements Accounts {

    @ObjectClassDefinition(id = AccountsConfig.PID, name = "Restante accounts")
    @interface Config {
        @AttributeDefinition(description = "Anybody may make an account over the wire (XEP-0077)")
        boolean registration() default false;

        @AttributeDefinition(description = "Iterations of PBKDF2 for passwords set from now on; at least 4096")
        int scram$_$iterations() default 10_000;

        @AttributeDefinition(description = "store.id of the user repository; empty: the one of highest ranking")
        String user$_$store() default "";
    }

    private static final Logger LOG = LoggerFactory.getLogger(RepositoryAccounts.class);

    private static final int KNOWN_ACCOUNTS = 65_536;
    private static final Duration KEEP_EXISTING = Duration.ofMinutes(10);
    private static final Duration KEEP_MISSING = Duration.ofSeconds(10);

    /** Characters of all settings kept; nodes larger than a fraction of it (a photo) are read again each time. */
    private static final long SETTINGS_CHARACTERS = 4L * 1024 * 1024;

    private static final long LARGEST_NODE = 16 * 1024;

    /** What an entry costs beside its characters. */
    private static final long ENTRY_OVERHEAD = 128;

    private static final Duration KEEP_SETTINGS = Duration.ofMinutes(1);

    private final SecureRandom random = new SecureRandom();
    private final HashPool pool;
    private final Users users = this::ask;
    private final Decoys decoys;
    private final VerifiedPasswords verified;
    private final AsyncCache<Jid, Boolean> existing;
    private final AsyncCache<NodeOf, Map<String, String>> nodes;
    private final Map<Object, AccountListener> listeners = new ConcurrentHashMap<>();
    private final UserStores stores = new UserStores(); // guarded by this

    private volatile AccountsConfig config;
    private volatile UserRepository chosen; // null: none is present
    private volatile boolean stopping; // repositories are unbound afterwards, which is nothing to warn of

    /** A node of one user. */
    private record NodeOf(Jid user, String node) {}

    @Activate
    public RepositoryAccounts(Map<String, Object> properties) {
        this(AccountsConfig.of(properties), Runtime.getRuntime().availableProcessors(), System::nanoTime);
    }

    RepositoryAccounts(AccountsConfig config, int threads, LongSupplier nanoTime) {
        this.config = config;
        pool = new HashPool(threads);
        decoys = new Decoys(users, random, nanoTime);
        verified = new VerifiedPasswords(random, nanoTime);
        existing = new AsyncCache<>(KNOWN_ACCOUNTS, e -> 1, e -> e ? KEEP_EXISTING : KEEP_MISSING, nanoTime);
        nodes = new AsyncCache<>(
                SETTINGS_CHARACTERS,
                RepositoryAccounts::weight,
                values -> weight(values) > LARGEST_NODE ? Duration.ZERO : KEEP_SETTINGS,
                nanoTime);
    }

    @Modified
    void modified(Map<String, Object> properties) {
        try {
            AccountsConfig changed = AccountsConfig.of(properties);
            synchronized (this) {
                config = changed;
                choose();
            }
        } catch (ConfigException e) {
            LOG.error("{}; the configuration before it stays in force", e.getMessage());
        }
    }

    @Deactivate
    void deactivate() {
        stopping = true;
        pool.close();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindRepository(UserRepository repository, Map<String, Object> properties) {
        stores.put(repository, properties);
        choose();
    }

    synchronized void updatedRepository(UserRepository repository, Map<String, Object> properties) {
        stores.put(repository, properties);
        choose();
    }

    synchronized void unbindRepository(UserRepository repository, Map<String, Object> properties) {
        stores.remove(properties);
        choose();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindListener(AccountListener listener, Map<String, Object> properties) {
        listeners.put(properties.get("service.id"), listener);
    }

    void unbindListener(AccountListener listener, Map<String, Object> properties) {
        listeners.remove(properties.get("service.id"), listener);
    }

    @Override
    public CompletionStage<Boolean> exists(Jid account) {
        if (account.local() == null) {
            return CompletableFuture.completedFuture(false);
        }
        return existing.get(account.bare(), user -> ask(repository -> repository.exists(user)));
    }

    @Override
    public CompletionStage<ScramCredentials> credentials(Jid account, ScramHash hash) {
        return Stages.plain(realOrDecoy(account.bare(), hash).thenApply(Candidate::credentials));
    }

    @Override
    public CompletionStage<Boolean> verify(Jid account, String password) {
        Jid user = account.bare();
        String prepared;
        try {
            prepared = Passwords.prepare(password);
        } catch (IllegalArgumentException e) {
            return CompletableFuture.completedFuture(false); // nobody has such a password: says nothing about the user
        }
        // Credentials that another program wrote may be of the older hash only. Both are looked up for everybody: the
        // same work.
        return Stages.plain(realOrDecoy(user, ScramHash.SHA_256)
                .thenCombine(
                        realOrDecoy(user, ScramHash.SHA_1),
                        (newer, older) -> older.real() && !newer.real() ? older : newer)
                .thenCompose(candidate -> verify(user, candidate, prepared)));
    }

    private CompletableFuture<Boolean> verify(Jid user, Candidate candidate, String prepared) {
        ScramCredentials credentials = candidate.credentials();
        if (candidate.real() && verified.knows(user, credentials, prepared)) {
            return CompletableFuture.completedFuture(true);
        }
        return pool.run(() -> {
            boolean right = Passwords.fits(credentials, prepared) && candidate.real();
            if (right) {
                verified.remember(user, credentials, prepared);
            }
            return right;
        });
    }

    /** Credentials and whether they are those of an account. */
    private record Candidate(ScramCredentials credentials, boolean real) {}

    /** Computes the decoy in either case, so that both take the same time. */
    private CompletableFuture<Candidate> realOrDecoy(Jid user, ScramHash hash) {
        return node(user, StoredCredentials.NODE)
                .thenCombine(decoys.of(user, hash, config.iterations()), (values, decoy) -> {
                    String value = user.local() == null ? null : values.get(StoredCredentials.key(hash));
                    Optional<ScramCredentials> real =
                            value == null ? Optional.empty() : StoredCredentials.parse(hash, value);
                    if (value != null && real.isEmpty()) {
                        LOG.warn(
                                "{}: its {} credentials in the user repository cannot be read; set its password anew",
                                user,
                                hash.digest());
                    }
                    return new Candidate(real.orElse(decoy), real.isPresent());
                });
    }

    @Override
    public CompletionStage<Boolean> create(Jid account, String password) {
        if (account.local() == null) {
            throw new IllegalArgumentException("an account's address has a name before the @, got " + account);
        }
        Jid user = account.bare();
        String prepared = Passwords.prepare(password);
        return changing(
                user, derive(prepared).thenCompose(derived -> ask(repository -> repository.create(user, derived))));
    }

    @Override
    public CompletionStage<Boolean> restore(Jid account, Collection<Setting> settings) {
        if (account.local() == null) {
            throw new IllegalArgumentException("an account's address has a name before the @, got " + account);
        }
        Jid user = account.bare();
        List<Setting> values = List.copyOf(settings);
        return changing(user, ask(repository -> repository.create(user, values)));
    }

    @Override
    public CompletionStage<Boolean> changePassword(Jid account, String password) {
        Jid user = account.bare();
        String prepared = Passwords.prepare(password);
        if (user.local() == null) {
            return CompletableFuture.completedFuture(false);
        }
        return changing(
                user, derive(prepared).thenCompose(derived -> ask(repository -> repository.write(user, derived))));
    }

    @Override
    public CompletionStage<Boolean> remove(Jid account) {
        Jid user = account.bare();
        if (user.local() == null) {
            return CompletableFuture.completedFuture(false);
        }
        CompletableFuture<Boolean> removal =
                emptied(user).thenCompose(none -> changing(user, ask(repository -> repository.remove(user))));
        CompletableFuture<Boolean> answer = new CompletableFuture<>();
        removal.whenComplete((removed, failure) -> {
            if (failure != null) {
                answer.completeExceptionally(failure);
                return;
            }
            answer.complete(removed); // first: who removes his own account gets the answer before his session is ended
            if (removed) {
                tellRemoved(user);
            }
        });
        return answer;
    }

    @Override
    public CompletionStage<List<Jid>> list(Jid after, int max) {
        return Stages.plain(list(after, max, new ArrayList<>()));
    }

    /** Records of domains are not accounts; for each one skipped one more is read. */
    private CompletableFuture<List<Jid>> list(Jid after, int max, List<Jid> found) {
        int missing = max - found.size();
        return ask(repository -> repository.users(after, missing)).thenCompose(page -> {
            page.stream().filter(user -> user.local() != null).forEach(found::add);
            return page.size() < missing || found.size() >= max
                    ? CompletableFuture.completedFuture(List.copyOf(found))
                    : list(page.get(page.size() - 1), max, found);
        });
    }

    @Override
    public CompletionStage<Optional<String>> setting(Jid account, String node, String key) {
        return Stages.plain(node(account.bare(), node).thenApply(values -> Optional.ofNullable(values.get(key))));
    }

    @Override
    public CompletionStage<Map<String, String>> settings(Jid account, String node) {
        return node(account.bare(), node);
    }

    @Override
    public CompletionStage<Boolean> write(Jid account, Collection<Setting> settings) {
        Jid user = account.bare();
        List<Setting> written = List.copyOf(settings);
        return Stages.plain(ask(repository -> repository.write(user, written))
                .whenComplete((done, failure) -> written.stream()
                        .map(Setting::node)
                        .distinct()
                        .forEach(node -> nodes.invalidate(new NodeOf(user, node)))));
    }

    @Override
    public boolean registrationOpen() {
        return config.registration();
    }

    private CompletableFuture<Map<String, String>> node(Jid user, String node) {
        return nodes.get(
                new NodeOf(user, node),
                key -> ask(repository -> repository.values(key.user(), key.node()))
                        .thenApply(Map::copyOf));
    }

    /** Whatever came of a change, also if nobody knows, nothing that was read before it is believed after it. */
    private CompletableFuture<Boolean> changing(Jid user, CompletableFuture<Boolean> change) {
        return Stages.plain(change.whenComplete((changed, failure) -> {
            existing.invalidate(user);
            nodes.invalidateAll(key -> key.user().equals(user));
            verified.forget(user);
        }));
    }

    /** Credentials of all hashes, each with a salt of its own, as settings. */
    private CompletableFuture<List<Setting>> derive(String prepared) {
        int iterations = config.iterations();
        return pool.run(() -> {
            List<Setting> derived = new ArrayList<>();
            for (ScramHash hash : ScramHash.values()) {
                byte[] salt = new byte[Decoys.SALT_BYTES];
                random.nextBytes(salt);
                derived.add(StoredCredentials.toSetting(Passwords.derive(hash, prepared, salt, iterations)));
            }
            return derived;
        });
    }

    /** Completes when every listener has removed what may not outlive the account. */
    private CompletableFuture<Void> emptied(Jid user) {
        return CompletableFuture.allOf(listeners.values().stream()
                .map(listener -> Stages.guarded(() -> listener.removing(user).thenApply(done -> true)))
                .toArray(CompletableFuture[]::new));
    }

    private void tellRemoved(Jid user) {
        listeners.forEach((serviceId, listener) -> {
            try {
                listener.removed(user);
            } catch (RuntimeException | LinkageError e) {
                LOG.error("account listener with service.id={} failed for {}", serviceId, user, e);
            }
        });
    }

    private <T> CompletableFuture<T> ask(Function<UserRepository, CompletionStage<T>> question) {
        UserRepository current = chosen;
        if (current == null) {
            String named = config.userStore();
            return CompletableFuture.failedFuture(new StoreException(
                    named.isEmpty()
                            ? "no user repository is present; install or start a store"
                            : "the user repository named by user-store=" + named + " is not present"));
        }
        return Stages.guarded(() -> question.apply(current));
    }

    /** Caller holds the lock of this object. */
    private void choose() {
        UserRepository before = chosen;
        UserRepository now = stores.choose(config.userStore());
        if (now == before) {
            return;
        }
        chosen = now; // before clearing: what is asked from here on is asked of the new one
        existing.invalidateAll(user -> true);
        nodes.invalidateAll(key -> true);
        decoys.clear();
        if (now == null && stopping) {
            LOG.debug("stopping; the user repository is gone");
        } else if (now == null) {
            LOG.warn("no user repository to use: user-store={}, present: {}", config.userStore(), stores.names());
        } else {
            LOG.info("users are kept in {}", stores.nameOf(now));
        }
    }

    private static long weight(Map<String, String> values) {
        long weight = ENTRY_OVERHEAD;
        for (Map.Entry<String, String> value : values.entrySet()) {
            weight +=
                    ENTRY_OVERHEAD + value.getKey().length() + value.getValue().length();
        }
        return weight;
    }
}
