package im.restante.move;

import im.restante.account.UserRepository;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The user repositories among which the accounts choose, for whoever copies accounts from one to another while the server serves. A
 * repository is named by its {@link UserRepository#ID}. Safe for concurrent use; does not block.
 */
@ProviderType
public interface UserRepositories {
    /** Names of the repositories that are present, in the order of the alphabet. */
    List<String> names();

    /** The repository of that name; of several the one of the highest ranking. Empty: there is none at present. */
    Optional<UserRepository> find(String name);

    /** Whether logins are served from that very repository. */
    boolean isInUse(UserRepository repository);
}
