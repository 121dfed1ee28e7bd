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
import im.restante.jid.Jid;
import im.restante.move.UserRepositories;
import im.restante.store.StoreException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
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
        service = {Accounts.class, AccountNotes.class, ServerSecrets.class, UserRepositories.class, SettingsTrial.class
        },
        configurationPid = AccountsConfig.PID,
        property = SettingsTrial.PID + "=" + AccountsConfig.PID,
        immediate = true)
public final class RepositoryAccounts
        implements Accounts, AccountNotes, ServerSecrets, UserRepositories, SettingsTrial {
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

    private static final Duration KEEP_SETTINGS = Duration.ofMinutes(1);

    private final ChosenRepository users;
    private final DomainRecord record;
    private final PasswordChecks passwords;
    private final AsyncCache<Jid, Boolean> existing;
    private final AsyncCache<NodeOf, Map<String, String>> nodes;
    private final AccountListeners listeners = new AccountListeners();
    private final Homes homes;

    private volatile AccountsConfig config;

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
        SecureRandom random = new SecureRandom();
        users = new ChosenRepository(config.userStore(), nanoTime, later, this::forgetAll, listeners::repositoryChosen);
        record = new DomainRecord(users, homes, random);
        passwords = new PasswordChecks(
                threads,
                () -> this.config.iterations(),
                record,
                user -> node(user, StoredCredentials.NODE),
                random,
                nanoTime);
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
            config = changed;
            users.want(changed.userStore());
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
        users.stop();
        passwords.close();
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindRepository(UserRepository repository, Map<String, Object> properties) {
        users.add(repository, properties);
    }

    void updatedRepository(UserRepository repository, Map<String, Object> properties) {
        users.updated(repository, properties);
    }

    void unbindRepository(UserRepository repository, Map<String, Object> properties) {
        users.remove(repository, properties);
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    void bindListener(AccountListener listener, Map<String, Object> properties) {
        listeners.add(listener, properties);
    }

    void unbindListener(AccountListener listener, Map<String, Object> properties) {
        listeners.remove(listener, properties);
    }

    @Override
    public List<String> names() {
        return users.names();
    }

    @Override
    public Optional<UserRepository> find(String name) {
        return users.find(name);
    }

    @Override
    public boolean isInUse(UserRepository repository) {
        return users.now() == repository;
    }

    @Override
    public CompletionStage<Boolean> exists(Jid account) {
        if (account.local() == null) {
            return CompletableFuture.completedFuture(false);
        }
        return existing.get(account.bare(), user -> users.ask(repository -> repository.exists(user)));
    }

    @Override
    public CompletionStage<ScramCredentials> credentials(Jid account, ScramHash hash) {
        return credentials(account, hash, null);
    }

    @Override
    public CompletionStage<ScramCredentials> credentials(Jid account, ScramHash hash, InetAddress client) {
        return passwords.credentials(account.bare(), hash, client);
    }

    @Override
    public CompletionStage<Boolean> verify(Jid account, String password) {
        return verify(account, password, null);
    }

    @Override
    public CompletionStage<Boolean> verify(Jid account, String password, InetAddress client) {
        return passwords.verify(account.bare(), password, client);
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
                passwords
                        .derive(forms, client)
                        .thenApply(derived -> derived.stream()
                                .filter(setting -> setting.value() != null)
                                .toList())
                        .thenCompose(derived ->
                                users.ask(repository -> repository.create(user, derived, homes.fence(user)))));
    }

    @Override
    public CompletionStage<Boolean> restore(Jid account, Collection<Setting> settings) {
        if (account.local() == null) {
            throw new IllegalArgumentException("an account's address has a name before the @, got " + account);
        }
        Jid user = account.bare();
        List<Setting> values = List.copyOf(settings);
        return changing(user, users.ask(repository -> repository.create(user, values, homes.fence(user))));
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
                passwords
                        .derive(forms, null)
                        .thenCompose(derived ->
                                users.ask(repository -> repository.write(user, derived, homes.fence(user)))));
    }

    @Override
    public CompletionStage<Boolean> remove(Jid account) {
        Jid user = account.bare();
        if (user.local() == null) {
            return CompletableFuture.completedFuture(false);
        }
        AccountListeners.Removal removal = listeners.removal(user);
        return Stages.plain(removal.emptied()
                .thenCompose(none -> removal.owed())
                .thenCompose(notes ->
                        changing(user, users.ask(repository -> repository.remove(user, notes, homes.fence(user)))))
                .whenComplete((removed, failure) -> removal.ended(failure == null && removed)));
    }

    @Override
    public CompletionStage<List<Jid>> list(Jid after, int max) {
        return Stages.plain(list(after, max, new ArrayList<>()));
    }

    /** Records of domains are not accounts; for each one skipped one more is read. */
    private CompletableFuture<List<Jid>> list(Jid after, int max, List<Jid> found) {
        int missing = max - found.size();
        return users.ask(repository -> repository.users(after, missing)).thenCompose(page -> {
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
        return writing(
                user, written, users.ask(repository -> repository.write(user, written, notes, homes.fence(user))));
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
        return new KeptNotes(users.now());
    }

    /** Those of one repository, as long as it is in use. */
    private final class KeptNotes implements Kept {
        private final UserRepository kept; // null: none was present

        KeptNotes(UserRepository kept) {
            this.kept = kept;
        }

        private <T> CompletableFuture<T> askSame(Function<UserRepository, CompletionStage<T>> question) {
            return users.ask(repository -> repository == kept
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
                key -> users.ask(repository -> repository.values(key.user(), key.node()))
                        .thenApply(Map::copyOf));
    }

    /** Whatever came of a change, also if nobody knows, nothing that was read before it is believed after it. */
    private CompletableFuture<Boolean> changing(Jid user, CompletableFuture<Boolean> change) {
        return Stages.plain(change.whenComplete((changed, failure) -> {
            existing.invalidate(user);
            nodes.invalidateAll(key -> key.user().equals(user));
            passwords.forget(user);
        }));
    }

    /** What was read of the repository before. */
    private void forgetAll() {
        existing.invalidateAll(user -> true);
        nodes.invalidateAll(key -> true);
        passwords.forgetSecrets();
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
