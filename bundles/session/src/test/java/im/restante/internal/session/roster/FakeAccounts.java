package im.restante.internal.session.roster;

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
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

/** Settings in memory; answers at once, or on {@link #executor}. */
final class FakeAccounts implements Accounts {
    final Map<Jid, Map<String, Map<String, String>>> settings = new ConcurrentHashMap<>();
    final AtomicInteger reads = new AtomicInteger();
    final AtomicInteger writes = new AtomicInteger();
    volatile Executor executor = Runnable::run;
    volatile boolean failWrites;
    volatile boolean failReads;

    FakeAccounts with(String... accounts) {
        for (String account : accounts) {
            settings.put(Jid.of(account), new ConcurrentHashMap<>());
        }
        return this;
    }

    Map<String, String> node(Jid account, String node) {
        Map<String, Map<String, String>> nodes = settings.get(account.bare());
        return nodes == null ? Map.of() : nodes.computeIfAbsent(node, n -> new ConcurrentHashMap<>());
    }

    @Override
    public CompletionStage<Map<String, String>> settings(Jid account, String node) {
        reads.incrementAndGet();
        if (failReads) {
            return CompletableFuture.failedStage(new StoreException("reads fail in this test"));
        }
        return CompletableFuture.supplyAsync(() -> new TreeMap<>(node(account, node)), executor);
    }

    @Override
    public CompletionStage<Boolean> write(Jid account, Collection<Setting> changes) {
        writes.incrementAndGet();
        if (failWrites) {
            return CompletableFuture.failedStage(new StoreException("writes fail in this test"));
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    if (!settings.containsKey(account.bare())) {
                        return false;
                    }
                    for (Setting change : changes) {
                        Map<String, String> node = node(account, change.node());
                        if (change.value() == null) {
                            node.remove(change.key());
                        } else {
                            node.put(change.key(), change.value());
                        }
                    }
                    return true;
                },
                executor);
    }

    @Override
    public CompletionStage<Boolean> exists(Jid account) {
        return CompletableFuture.completedStage(settings.containsKey(account.bare()));
    }

    @Override
    public CompletionStage<Optional<String>> setting(Jid account, String node, String key) {
        return settings(account, node).thenApply(all -> Optional.ofNullable(all.get(key)));
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
    public CompletionStage<Boolean> create(Jid account, String password) {
        throw new UnsupportedOperationException();
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
    public boolean registrationOpen() {
        return false;
    }
}
