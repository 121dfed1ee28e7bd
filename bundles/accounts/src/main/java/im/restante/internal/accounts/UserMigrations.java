package im.restante.internal.accounts;

import im.restante.account.UserRepository;
import im.restante.config.ConfigException;
import im.restante.home.Homes;
import im.restante.migration.Job;
import im.restante.migration.Migration;
import java.util.Map;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Copies of accounts from repository to repository, one at a time. */
@Component(
        service = Migration.class,
        configurationPid = AccountsConfig.PID,
        immediate = true,
        property = Migration.WHAT + "=" + Migration.USERS)
public final class UserMigrations implements Migration {
    private static final Logger LOG = LoggerFactory.getLogger(UserMigrations.class);

    private final UserStores stores = new UserStores(); // guarded by this
    private final Homes homes;
    private AccountsConfig config;
    private UserMigration latest;

    @Activate
    public UserMigrations(Map<String, Object> properties, @Reference Homes homes) {
        this.homes = homes;
        this.config = AccountsConfig.of(properties);
    }

    @Modified
    synchronized void modified(Map<String, Object> properties) {
        try {
            config = AccountsConfig.of(properties);
        } catch (ConfigException e) {
            LOG.debug("{}; the accounts have said so", e.getMessage());
        }
    }

    @Deactivate
    synchronized void deactivate() {
        if (latest != null) {
            latest.stop();
        }
    }

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindRepository(UserRepository repository, Map<String, Object> properties) {
        stores.put(repository, properties);
    }

    synchronized void updatedRepository(UserRepository repository, Map<String, Object> properties) {
        stores.put(repository, properties);
    }

    synchronized void unbindRepository(UserRepository repository, Map<String, Object> properties) {
        stores.remove(properties);
    }

    @Override
    public synchronized Job start(String from, String to) {
        UserRepository source = present(from);
        UserRepository target = present(to);
        if (source == target) {
            throw new IllegalArgumentException("from and to are both " + from);
        }
        if (latest != null && !latest.end().isDone()) {
            throw new IllegalStateException("accounts are being copied: " + latest.title() + ", " + latest.progress());
        }
        latest = new UserMigration(from, to, source, target, homes, () -> isInUse(source), () -> isInUse(target));
        latest.start();
        return latest;
    }

    private UserRepository present(String id) {
        UserRepository repository = id.isEmpty() ? null : stores.choose(id);
        if (repository == null) {
            throw new IllegalArgumentException("there is no user store " + id + "; present: "
                    + (stores.names().isEmpty() ? "none" : String.join(", ", stores.names())));
        }
        return repository;
    }

    private synchronized boolean isInUse(UserRepository repository) {
        return stores.choose(config.userStore()) == repository;
    }

    @Override
    public synchronized Optional<Job> latest() {
        return Optional.ofNullable(latest);
    }
}
