package im.restante.internal.iq;

import im.restante.account.Accounts;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Accounts in memory: passwords in the clear, settings by node and key. While {@link #away}, every answer is a failure. */
final class MemoryAccounts implements Accounts {
    final Map<Jid, String> passwords = new TreeMap<>();
    final Map<String, Map<String, String>> settings = new HashMap<>();
    boolean away;

    @Override
    public CompletionStage<Boolean> exists(Jid account) {
        return answer(passwords.containsKey(account));
    }

    @Override
    public CompletionStage<ScramCredentials> credentials(Jid account, ScramHash hash) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> verify(Jid account, String password) {
        return answer(password.equals(passwords.get(account)));
    }

    @Override
    public CompletionStage<Boolean> create(Jid account, String password) {
        return answer(passwords.putIfAbsent(account, password) == null);
    }

    @Override
    public CompletionStage<Boolean> restore(Jid account, Collection<Setting> settings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> changePassword(Jid account, String password) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("the password is empty");
        }
        return answer(passwords.replace(account, password) != null);
    }

    @Override
    public CompletionStage<Boolean> remove(Jid account) {
        return answer(passwords.remove(account) != null);
    }

    @Override
    public CompletionStage<List<Jid>> list(Jid after, int max) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Optional<String>> setting(Jid account, String node, String key) {
        return answer(Optional.ofNullable(node(account, node).get(key)));
    }

    @Override
    public CompletionStage<Map<String, String>> settings(Jid account, String node) {
        return answer(Map.copyOf(node(account, node)));
    }

    @Override
    public CompletionStage<Boolean> write(Jid account, Collection<Setting> changes) {
        if (!passwords.containsKey(account)) {
            return answer(false);
        }
        for (Setting change : changes) {
            if (change.value() == null) {
                node(account, change.node()).remove(change.key());
            } else {
                node(account, change.node()).put(change.key(), change.value());
            }
        }
        return answer(true);
    }

    @Override
    public boolean registrationOpen() {
        return false;
    }

    private Map<String, String> node(Jid account, String node) {
        return settings.computeIfAbsent(account + " " + node, key -> new HashMap<>());
    }

    private <T> CompletionStage<T> answer(T value) {
        return away
                ? CompletableFuture.failedFuture(new StoreException("no user repository is present"))
                : CompletableFuture.completedFuture(value);
    }
}
