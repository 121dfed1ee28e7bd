package im.restante.internal.shell;

import im.restante.account.Accounts;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;

/** Accounts with their passwords, in memory. */
public final class FakeAccounts implements Accounts {
    /** Who is restored has an empty one. */
    public final ConcurrentSkipListMap<Jid, String> passwords = new ConcurrentSkipListMap<>();
    /** By user, node and key. */
    public final Map<Jid, Map<String, Map<String, String>>> values = new TreeMap<>();

    volatile StoreException failure;

    @Override
    public CompletionStage<Boolean> create(Jid account, String password) {
        return done(passwords.putIfAbsent(account, password) == null);
    }

    @Override
    public CompletionStage<Boolean> remove(Jid account) {
        return done(passwords.remove(account) != null);
    }

    @Override
    public CompletionStage<List<Jid>> list(Jid after, int max) {
        return done((after == null ? passwords : passwords.tailMap(after, false))
                .keySet().stream().limit(max).toList());
    }

    private <T> CompletionStage<T> done(T value) {
        return failure == null ? CompletableFuture.completedFuture(value) : CompletableFuture.failedFuture(failure);
    }

    @Override
    public CompletionStage<Boolean> exists(Jid account) {
        return done(passwords.containsKey(account));
    }

    @Override
    public CompletionStage<ScramCredentials> credentials(Jid account, ScramHash hash) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> verify(Jid account, String password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> changePassword(Jid account, String password) {
        return done(passwords.replace(account, password) != null);
    }

    @Override
    public CompletionStage<Optional<String>> setting(Jid account, String node, String key) {
        return done(Optional.ofNullable(values.getOrDefault(account, Map.of())
                .getOrDefault(node, Map.of())
                .get(key)));
    }

    @Override
    public CompletionStage<Map<String, String>> settings(Jid account, String node) {
        return done(Map.copyOf(values.getOrDefault(account, Map.of()).getOrDefault(node, Map.of())));
    }

    @Override
    public CompletionStage<Boolean> write(Jid account, Collection<Setting> settings) {
        for (Setting setting : settings) {
            values.computeIfAbsent(account, user -> new TreeMap<>())
                    .computeIfAbsent(setting.node(), node -> new TreeMap<>())
                    .put(setting.key(), setting.value());
        }
        return done(true);
    }

    @Override
    public CompletionStage<Boolean> restore(Jid account, Collection<Setting> settings) {
        if (passwords.putIfAbsent(account, "") != null) {
            return done(false);
        }
        return write(account, settings);
    }

    @Override
    public boolean registrationOpen() {
        return false;
    }
}
