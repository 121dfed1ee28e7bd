package im.restante.internal.migration;

import im.restante.account.UserRepository;
import im.restante.home.Homes;
import im.restante.migration.Job;
import im.restante.migration.Migration;
import im.restante.move.UserRepositories;
import java.util.List;
import java.util.Optional;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/** Copies of accounts from repository to repository, one at a time. */
@Component(service = Migration.class, immediate = true, property = Migration.WHAT + "=" + Migration.USERS)
public final class UserMigrations implements Migration {
    private final UserRepositories repositories;
    private final Homes homes;
    private UserMigration latest;

    @Activate
    public UserMigrations(@Reference UserRepositories repositories, @Reference Homes homes) {
        this.repositories = repositories;
        this.homes = homes;
    }

    @Deactivate
    synchronized void deactivate() {
        if (latest != null) {
            latest.stop();
        }
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
        latest = new UserMigration(
                from,
                to,
                source,
                target,
                homes,
                () -> repositories.isInUse(source),
                () -> repositories.isInUse(target));
        latest.start();
        return latest;
    }

    private UserRepository present(String id) {
        return repositories.find(id).orElseThrow(() -> {
            List<String> names = repositories.names();
            return new IllegalArgumentException("there is no user store " + id + "; present: "
                    + (names.isEmpty() ? "none" : String.join(", ", names)));
        });
    }

    @Override
    public synchronized Optional<Job> latest() {
        return Optional.ofNullable(latest);
    }
}
