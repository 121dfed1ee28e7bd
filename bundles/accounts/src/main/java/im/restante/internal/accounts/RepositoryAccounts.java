package im.restante.internal.accounts;

import im.restante.account.AccountListener;
import im.restante.account.Accounts;
import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.config.ConfigException;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsTrial;
import im.restante.home.AccountNotes;
import im.restante.home.Homes;
import im.restante.home.ServerSecrets;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.RetryPolicy;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The accounts in the {@link UserRepository} that is chosen among those present. Repositories come and go while this service
 * stays; with none, every answer is a {@link StoreException}. Answers complete on the repository's threads, or, where keys are
 * derived, on those of a {@link HashPool}.
 */
@Component(
        service = {Accounts.class, AccountNotes.class, ServerSecrets.class, SettingsTrial.class},
        configurationPid = AccountsConfig.PID,
        property = SettingsTrial.PID + "=" + AccountsConfig.PID,
        immediate = true)
public final class RepositoryAccounts implements Accounts, AccountNotes, ServerSecrets, SettingsTrial {
    private static final Logger LOG = LoggerFactory.getLogger(RepositoryAccounts.class);

    private static final int KNOWN_ACCOUNTS = 65_536;
    private static final Duration KEEP_EXISTING = Duration.ofMinutes(10);
    private static final Duration KEEP_MISSING = Duration.ofSeconds(10);

    /** Bytes of heap of all settings kept; nodes larger than a fraction of it (a photo) are read again each time. */
    private static final long SETTINGS_HEAP = 16L * 1024 * 1024;

    private static final long LARGEST_NODE = 32 * 1024;

    /** Bytes of heap of a node beside its values: the account's address and what the cache keeps it in. */
    private static final long NODE_HEAP = 640;

    /** Bytes of heap of a value beside the characters of its key and itself, of which each takes two at most. */
    private static final long VALUE_HEAP = 128;

    /** How long one that ranks higher may take to answer for the first time, and one that is being replaced to come. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** What SCRAM asks the repository: under way, and waiting of one address and of all. */
    private static final int LOOKUPS = 16;

    private static final int LOOKUPS_OF_ONE = 1_024;
    private static final int MOST_LOOKUPS = 4_096;

    private static final Duration KEEP_SETTINGS = Duration.ofMinutes(1);

    private final SecureRandom random = new SecureRandom();
    private final HashPool pool;
    private final DomainRecord record;
    private final Turns lookups = new Turns(LOOKUPS, LOOKUPS_OF_ONE, MOST_LOOKUPS);
    private final RepositoryAccess users = this::ask;
    private final Decoys decoys;
    private final VerifiedPasswords verified;
    private final AsyncCache<Jid, Boolean> existing;
    private final AsyncCache<NodeOf, Map<String, String>> nodes;
    private final Map<Object, Listening> listeners = new ConcurrentHashMap<>();
    private final Homes homes;
    private final UserStores stores = new UserStores(); // guarded by this
    /** Those that have not answered yet, with the time when they came. Guarded by this. */
    private final Map<UserRepository, Long> came = new IdentityHashMap<>();

    /** Of those who wait for a repository. Guarded by this. */
    private final Set<CompletableFuture<Void>> arrivals = new HashSet<>();

    private final LogLimit unreadable;
    private final LongSupplier nanoTime;
    private final BiConsumer<Runnable, Duration> later;

    private volatile AccountsConfig config;
    private volatile UserRepository chosen; // null: none is present
    private volatile boolean stopping; // repositories are unbound afterwards, which is nothing to warn of

    /** A listener and where it comes: of equal ranking the oldest first, as the framework has it. */
    private record Listening(AccountListener listener, long serviceId, int ranking) {
        static final Comparator<Listening> ORDER =
                Comparator.comparingInt(Listening::ranking).reversed().thenComparingLong(Listening::serviceId);
    }

    /** A node of one user. */
    private record NodeOf(Jid user, String node) {}

    @Activate
    public RepositoryAccounts(Map<String, Object> properties, @Reference Homes homes) {
        this(AccountsConfig.of(properties), homes, threads(), System::nanoTime);
    }

    /** A storm of logins leaves a processor to everybody else. */
    private static int threads() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
    }

    RepositoryAccounts(AccountsConfig config, Homes homes, int threads, LongSupplier nanoTime) {
        this(
                config,
                homes,
                threads,
                nanoTime,
                (task, pause) -> CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS)
                        .execute(task));
    }

    /** @param later runs a task after a pause */
    RepositoryAccounts(
            AccountsConfig config,
            Homes homes,
            int threads,
            LongSupplier nanoTime,
            BiConsumer<Runnable, Duration> later) {
        this.homes = homes;
        this.config = config;
        this.nanoTime = nanoTime;
        this.later = later;
        unreadable = LogLimit.perMinute(nanoTime);
        pool = new HashPool(threads);
        record = new DomainRecord(this::ask, homes, random);
        decoys = new Decoys(record, nanoTime);
        verified = new VerifiedPasswords(random, nanoTime);
        existing = new AsyncCache<>(KNOWN_ACCOUNTS, e -> 1, e -> e ? KEEP_EXISTING : KEEP_MISSING, nanoTime);
        nodes = new AsyncCache<>(
                SETTINGS_HEAP,
                RepositoryAccounts::heap,
                values -> heap(values) > LARGEST_NODE ? Duration.ZERO : KEEP_SETTINGS,
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

    @Override
    public SettingsDescriptor descriptor() {
        return AccountsConfig.DESCRIPTOR;
    }

    @Override
    public List<String> judge(Map<String, ?> values) {
        AccountsConfig.of(values);
        return List.of();
    }

    @Deactivate
    void deactivate() {
        stopping = true;
        arrived();
        pool.close();
        lookups.close();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindRepository(UserRepository repository, Map<String, Object> properties) {
        synchronized (this) {
            stores.put(repository, properties);
            came.put(repository, nanoTime.getAsLong());
            choose();
        }
        askWhetherItWorks(repository, 1);
    }

    /** Asks until it has answered once, or is gone. */
    private void askWhetherItWorks(UserRepository repository, int tries) {
        Stages.guarded(() -> repository.users(null, 1)).whenComplete((any, problem) -> {
            synchronized (this) {
                if (stopping || !stores.contains(repository)) {
                    return;
                }
                if (problem == null) {
                    stores.reached(repository);
                    came.remove(repository);
                }
                choose();
            }
            if (problem != null) {
                later.accept(
                        () -> askWhetherItWorks(repository, tries + 1),
                        RetryPolicy.PROMPT.pause(
                                tries, ThreadLocalRandom.current().nextDouble()));
            }
        });
    }

    /** Caller holds the lock of this object. */
    private boolean isNew(UserRepository repository) {
        Long since = came.get(repository);
        return since != null && nanoTime.getAsLong() - since < PATIENCE.toNanos();
    }

    synchronized void updatedRepository(UserRepository repository, Map<String, Object> properties) {
        stores.put(repository, properties);
        choose();
    }

    synchronized void unbindRepository(UserRepository repository, Map<String, Object> properties) {
        stores.remove(properties);
        came.remove(repository);
        choose();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindListener(AccountListener listener, Map<String, Object> properties) {
        listeners.put(
                properties.get("service.id"),
                new Listening(
                        listener,
                        properties.get("service.id") instanceof Long id ? id : Long.MAX_VALUE,
                        properties.get("service.ranking") instanceof Integer ranking ? ranking : 0));
    }

    void unbindListener(AccountListener listener, Map<String, Object> properties) {
        listeners.computeIfPresent(
                properties.get("service.id"), (id, present) -> present.listener() == listener ? null : present);
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
        return credentials(account, hash, null);
    }

    @Override
    public CompletionStage<ScramCredentials> credentials(Jid account, ScramHash hash, InetAddress client) {
        return Stages.plain(
                lookups.take(client, () -> realOrDecoy(account.bare(), hash)).thenApply(Candidate::credentials));
    }

    @Override
    public CompletionStage<Boolean> verify(Jid account, String password) {
        return verify(account, password, null);
    }

    @Override
    public CompletionStage<Boolean> verify(Jid account, String password, InetAddress client) {
        Jid user = account.bare();
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
        return node(user, StoredCredentials.NODE)
                .thenCombine(decoys.of(user, hash, config.iterations()), (values, decoy) -> {
                    String value = user.local() == null ? null : values.get(StoredCredentials.key(hash));
                    Optional<ScramCredentials> real =
                            value == null ? Optional.empty() : StoredCredentials.of(hash, values);
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

    @Override
    public CompletionStage<Boolean> create(Jid account, String password) {
        return create(account, password, null);
    }

    @Override
    public CompletionStage<Boolean> create(Jid account, String password, InetAddress client) {
        if (account.local() == null) {
            throw new IllegalArgumentException("an account's address has a name before the @, got " + account);
        }
        Jid user = account.bare();
        List<String> forms = Passwords.forms(password);
        return changing(
                user,
                derive(forms, client)
                        .thenApply(derived -> derived.stream()
                                .filter(setting -> setting.value() != null)
                                .toList())
                        .thenCompose(
                                derived -> ask(repository -> repository.create(user, derived, homes.fence(user)))));
    }

    @Override
    public CompletionStage<Boolean> restore(Jid account, Collection<Setting> settings) {
        if (account.local() == null) {
            throw new IllegalArgumentException("an account's address has a name before the @, got " + account);
        }
        Jid user = account.bare();
        List<Setting> values = List.copyOf(settings);
        return changing(user, ask(repository -> repository.create(user, values, homes.fence(user))));
    }

    @Override
    public CompletionStage<Boolean> changePassword(Jid account, String password) {
        Jid user = account.bare();
        List<String> forms = Passwords.forms(password);
        if (user.local() == null) {
            return CompletableFuture.completedFuture(false);
        }
        return changing(
                user,
                derive(forms, null)
                        .thenCompose(derived -> ask(repository -> repository.write(user, derived, homes.fence(user)))));
    }

    @Override
    public CompletionStage<Boolean> remove(Jid account) {
        Jid user = account.bare();
        if (user.local() == null) {
            return CompletableFuture.completedFuture(false);
        }
        List<Listening> told = inOrder();
        return Stages.plain(emptied(told, user)
                .thenCompose(none -> owed(told, user))
                .thenCompose(notes ->
                        changing(user, ask(repository -> repository.remove(user, notes, homes.fence(user)))))
                .whenComplete((removed, failure) -> tell(told, user, failure == null && removed)));
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
        return write(account, settings, List.of());
    }

    @Override
    public CompletionStage<Boolean> write(Jid account, Collection<Setting> settings, List<Note> owed) {
        Jid user = account.bare();
        List<Setting> written = List.copyOf(settings);
        List<Note> notes = List.copyOf(owed);
        return writing(user, written, ask(repository -> repository.write(user, written, notes, homes.fence(user))));
    }

    /** Whatever came of it, what was read of these nodes before is not believed after it. */
    private CompletableFuture<Boolean> writing(
            Jid user, Collection<Setting> settings, CompletableFuture<Boolean> change) {
        return Stages.plain(change.whenComplete((done, failure) -> settings.stream()
                .map(Setting::node)
                .distinct()
                .forEach(node -> nodes.invalidate(new NodeOf(user, node)))));
    }

    @Override
    public Kept kept() {
        return new KeptNotes(chosen);
    }

    /** Those of one repository, as long as it is in use. */
    private final class KeptNotes implements Kept {
        private final UserRepository kept; // null: none was present

        KeptNotes(UserRepository kept) {
            this.kept = kept;
        }

        private <T> CompletableFuture<T> askSame(Function<UserRepository, CompletionStage<T>> question) {
            return ask(repository -> repository == kept
                    ? question.apply(repository)
                    : CompletableFuture.failedFuture(
                            StoreException.nothingChanged("another user repository is in use now")));
        }

        @Override
        public CompletionStage<List<OwedNote>> owed(int part, long afterNumber, int rows, long bytes) {
            return askSame(repository -> repository.owedNotes(part, afterNumber, rows, bytes));
        }

        @Override
        public CompletionStage<Boolean> take(
                int part, OwedNote owed, Collection<Setting> settings, List<Note> owedInTurn) {
            Jid user = owed.note().to();
            List<Setting> written = List.copyOf(settings);
            return writing(
                    user,
                    written,
                    askSame(repository ->
                            repository.takeNote(part, owed.number(), user, written, owedInTurn, homes.fence(user))));
        }

        @Override
        public CompletionStage<Void> forget(int part, Collection<Long> numbers) {
            List<Long> gone = List.copyOf(numbers);
            return homes.held().stream()
                    .filter(held -> held.part() == part)
                    .findFirst()
                    .map(fence -> askSame(repository ->
                                    repository.forgetNotes(gone, fence).thenApply(nothing -> true))
                            .<Void>thenApply(done -> null))
                    .orElseGet(() -> CompletableFuture.failedFuture(
                            StoreException.fenced("partition " + part + " is not held any more")));
        }
    }

    @Override
    public CompletionStage<String> secret(Jid domain, String name) {
        return Stages.plain(record.secret(domain, name));
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
    private CompletableFuture<List<Setting>> derive(List<String> forms, InetAddress client) {
        int iterations = config.iterations();
        return pool.inTurn(
                client,
                () -> pool.derive(() -> {
                    List<Setting> derived = new ArrayList<>();
                    for (ScramHash hash : ScramHash.values()) {
                        byte[] salt = new byte[Decoys.SALT_BYTES];
                        random.nextBytes(salt);
                        derived.addAll(StoredCredentials.toSettings(Passwords.derive(hash, forms, salt, iterations)));
                    }
                    return derived;
                }));
    }

    private List<Listening> inOrder() {
        return listeners.values().stream().sorted(Listening.ORDER).toList();
    }

    /** Completes when one listener after the other has removed what may not outlive the account. */
    private static CompletableFuture<Boolean> emptied(List<Listening> listeners, Jid user) {
        CompletableFuture<Boolean> done = CompletableFuture.completedFuture(true);
        for (Listening each : listeners) {
            done = done.thenCompose(before ->
                    Stages.guarded(() -> each.listener().removing(user).thenApply(nothing -> true)));
        }
        return done;
    }

    /** What the removal owes others, as the listeners say one after the other. */
    private static CompletableFuture<List<Note>> owed(List<Listening> listeners, Jid user) {
        CompletableFuture<List<Note>> all = CompletableFuture.completedFuture(List.of());
        for (Listening each : listeners) {
            all = all.thenCompose(before -> Stages.guarded(() -> each.listener().owes(user))
                    .thenApply(more ->
                            Stream.concat(before.stream(), more.stream()).toList()));
        }
        return all;
    }

    /** Whoever was told that the account is about to go. */
    private static void tell(List<Listening> listeners, Jid user, boolean removed) {
        for (Listening each : listeners) {
            try {
                if (removed) {
                    each.listener().removed(user);
                } else {
                    each.listener().kept(user);
                }
            } catch (Throwable e) { // also of a bundle that is being exchanged: the others must know
                OutOfMemory.endsProcess(e);
                LOG.error("account listener with service.id={} failed for {}", each.serviceId(), user, e);
            }
        }
    }

    /** Asks the repository in use, waiting for one that is being replaced. */
    private <T> CompletableFuture<T> ask(Function<UserRepository, CompletionStage<T>> question) {
        UserRepository current = chosen;
        return current != null
                ? ask(question, current)
                : Stages.plain(arrival().thenCompose(came -> ask(question, chosen)));
    }

    /** One that goes while it is asked, and has changed nothing, leaves the question to the next. */
    private <T> CompletableFuture<T> ask(
            Function<UserRepository, CompletionStage<T>> question, UserRepository present) {
        if (present == null) {
            String named = config.userStore();
            return CompletableFuture.failedFuture(StoreException.nothingChanged(
                    named.isEmpty()
                            ? "no user repository is present; install or start a store"
                            : "the user repository named by user-store=" + named + " is not present"));
        }
        CompletableFuture<T> answer = Stages.guarded(() -> question.apply(present));
        return answer.isDone() && !answer.isCompletedExceptionally()
                ? answer
                : Stages.plain(answer.exceptionallyCompose(problem -> present != chosen && changedNothing(problem)
                        ? ask(question)
                        : CompletableFuture.failedFuture(problem)));
    }

    private static boolean changedNothing(Throwable problem) {
        return problem instanceof StoreException known && known.outcome() == StoreException.Outcome.NOTHING_CHANGED;
    }

    /** Completes when there is a repository, or when patience has ended. */
    private CompletableFuture<Void> arrival() {
        CompletableFuture<Void> arrival = new CompletableFuture<>();
        synchronized (this) {
            if (chosen != null || stopping) {
                return CompletableFuture.completedFuture(null);
            }
            arrivals.add(arrival);
        }
        later.accept(
                () -> {
                    synchronized (this) {
                        arrivals.remove(arrival);
                    }
                    arrival.complete(null);
                },
                PATIENCE);
        return arrival;
    }

    /** Whoever waits for a repository goes on. */
    private void arrived() {
        List<CompletableFuture<Void>> waiting;
        synchronized (this) {
            waiting = List.copyOf(arrivals);
            arrivals.clear();
        }
        waiting.forEach(one -> one.complete(null));
    }

    /** Caller holds the lock of this object. */
    private void choose() {
        UserRepository before = chosen;
        UserRepository now = stores.chooseWorking(config.userStore(), before, this::isNew);
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
            CompletableFuture.runAsync(this::arrived); // not under our lock
            CompletableFuture.runAsync(this::tellOfRepository);
            UserRepository first = stores.choose(config.userStore());
            if (first != now) {
                LOG.warn(
                        "{} ranks higher than {}, but has not answered since it came, and user-store= does not name it: it is"
                                + " left out until it answers. If the users are there, set user-store={}",
                        stores.nameOf(first),
                        stores.nameOf(now),
                        stores.nameOf(first));
            }
        }
    }

    private void tellOfRepository() {
        for (Listening each : inOrder()) {
            try {
                each.listener().repositoryChosen();
            } catch (Throwable e) { // also of a bundle that is being exchanged
                OutOfMemory.endsProcess(e);
                LOG.error("account listener with service.id={} failed", each.serviceId(), e);
            }
        }
    }

    private static long heap(Map<String, String> values) {
        long heap = NODE_HEAP;
        for (Map.Entry<String, String> value : values.entrySet()) {
            heap += VALUE_HEAP
                    + 2L * (value.getKey().length() + value.getValue().length());
        }
        return heap;
    }
}
