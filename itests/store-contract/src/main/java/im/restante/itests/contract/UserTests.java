package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.await;

import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.jid.Jid;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A user repository for each test, and what tests of one ask again and again. */
abstract class UserTests {
    protected static final Jid ROMEO = Jid.of("romeo@example.org");
    protected static final Jid JULIET = Jid.of("juliet@example.org");
    static final Jid NURSE = Jid.of("nurse@example.org");

    UserRepository users;

    /** A repository without a user. Called before each test. */
    protected abstract UserRepository open() throws Exception;

    /** Closes {@code repository}; what it has acknowledged stays. Called after each test, and before {@link #reopen()}. */
    protected abstract void close(UserRepository repository) throws Exception;

    /** A repository on the place of the last {@link #open()}, which was closed. */
    protected abstract UserRepository reopen() throws Exception;

    /** The repository of the running test. */
    protected final UserRepository repository() {
        return users;
    }

    @BeforeEach
    final void openRepository() throws Exception {
        users = open();
    }

    @AfterEach
    final void closeRepository() throws Exception {
        if (users != null) {
            close(users);
        }
    }

    final void restart() throws Exception {
        close(users);
        users = null;
        users = reopen();
    }

    static Setting root(String key, String value) {
        return new Setting(UserRepository.ROOT, key, value);
    }

    final Map<String, String> values(Jid user, String node) {
        return await(users.values(user, node));
    }
}
