package im.restante.internal.accounts;

import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.jid.Jid;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Users in memory, with counters of what was asked. */
class MemoryRepository implements UserRepository {
    final Map<Jid, Map<String, Map<String, String>>> users = new TreeMap<>();
    final AtomicInteger valuesAsked = new AtomicInteger();
    final AtomicInteger existsAsked = new AtomicInteger();

    @Override
    public synchronized CompletionStage<Boolean> create(Jid user, Collection<Setting> settings) {
        if (users.containsKey(user)) {
            return CompletableFuture.completedFuture(false);
        }
        users.put(user, new TreeMap<>());
        return write(user, settings);
    }

    @Override
    public synchronized CompletionStage<Boolean> exists(Jid user) {
        existsAsked.incrementAndGet();
        return CompletableFuture.completedFuture(users.containsKey(user));
    }

    @Override
    public synchronized CompletionStage<Boolean> remove(Jid user) {
        return CompletableFuture.completedFuture(users.remove(user) != null);
    }

    @Override
    public synchronized CompletionStage<List<Jid>> users(Jid after, int max) {
        return CompletableFuture.completedFuture(users.keySet().stream()
                .filter(user -> after == null || user.compareTo(after) > 0)
                .limit(max)
                .toList());
    }

    @Override
    public synchronized CompletionStage<List<String>> nodes(Jid user) {
        return CompletableFuture.completedFuture(users.getOrDefault(user, Map.of()).entrySet().stream()
                .filter(node -> !node.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList());
    }

    @Override
    public synchronized CompletionStage<Map<String, String>> values(Jid user, String node) {
        valuesAsked.incrementAndGet();
        return CompletableFuture.completedFuture(
                Map.copyOf(users.getOrDefault(user, Map.of()).getOrDefault(node, Map.of())));
    }

    @Override
    public synchronized CompletionStage<Boolean> write(Jid user, Collection<Setting> settings) {
        Map<String, Map<String, String>> nodes = users.get(user);
        if (nodes == null) {
            return CompletableFuture.completedFuture(false);
        }
        for (Setting setting : settings) {
            Map<String, String> node = nodes.computeIfAbsent(setting.node(), name -> new TreeMap<>());
            if (setting.value() == null) {
                node.remove(setting.key());
            } else {
                node.put(setting.key(), setting.value());
            }
        }
        return CompletableFuture.completedFuture(true);
    }
}
