package im.restante.internal.c2s;

import im.restante.account.Accounts;
import im.restante.account.ScramCredentials;
import im.restante.account.ScramHash;
import im.restante.account.Setting;
import im.restante.itests.support.Credentials;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/** Accounts in memory; {@code juliet} with the password {@code r0m30} is there. */
final class FakeAccounts implements Accounts {
    final Map<Jid, String> passwords = new ConcurrentHashMap<>(Map.of(Jid.of("juliet@localhost"), "r0m30"));
    volatile boolean broken;
    volatile boolean open;

    @Override
    public CompletionStage<ScramCredentials> credentials(Jid account, ScramHash hash) {
        if (broken) {
            return CompletableFuture.failedFuture(new StoreException("no repository"));
        }
        String password = passwords.getOrDefault(account, "nobody knows " + Math.random());
        byte[] salt = account.toString().getBytes(StandardCharsets.UTF_8);
        return CompletableFuture.completedFuture(Credentials.derive(hash, password, salt, 4096));
    }

    @Override
    public CompletionStage<Boolean> verify(Jid account, String password) {
        return broken
                ? CompletableFuture.failedFuture(new StoreException("no repository"))
                : CompletableFuture.completedFuture(password.equals(passwords.get(account)));
    }

    @Override
    public CompletionStage<Boolean> exists(Jid account) {
        return CompletableFuture.completedFuture(passwords.containsKey(account));
    }

    @Override
    public CompletionStage<Boolean> create(Jid account, String password) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("the password is empty");
        }
        return broken
                ? CompletableFuture.failedFuture(new StoreException("no repository"))
                : CompletableFuture.completedFuture(passwords.putIfAbsent(account, password) == null);
    }

    @Override
    public CompletionStage<Boolean> restore(Jid account, Collection<Setting> settings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> changePassword(Jid account, String password) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> remove(Jid account) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<List<Jid>> list(Jid after, int max) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Optional<String>> setting(Jid account, String node, String key) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Map<String, String>> settings(Jid account, String node) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Boolean> write(Jid account, Collection<Setting> settings) {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean registrationOpen() {
        return open;
    }
}
