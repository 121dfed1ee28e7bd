package im.restante.itests.support;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.jid.Jid;
import im.restante.store.Fence;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** Users in memory, with counters of what was asked. */
public class MemoryRepository implements UserRepository {
    public final Map<Jid, Map<String, Map<String, String>>> users = new TreeMap<>();
    public final SortedMap<Long, Note> notes = new TreeMap<>();
    private final Map<Jid, Long> decided = new TreeMap<>();
    private long numbered;
    public final AtomicInteger valuesAsked = new AtomicInteger();
    public final AtomicInteger existsAsked = new AtomicInteger();

    @Override
    public synchronized CompletionStage<Boolean> create(Jid user, Collection<Setting> settings, Fence fence) {
        if (users.containsKey(user)) {
            return CompletableFuture.completedFuture(false);
        }
        users.put(user, new TreeMap<>());
        return write(user, settings, fence);
    }

    @Override
    public synchronized CompletionStage<Boolean> exists(Jid user) {
        existsAsked.incrementAndGet();
        return CompletableFuture.completedFuture(users.containsKey(user));
    }

    @Override
    public synchronized CompletionStage<Boolean> remove(Jid user, List<Note> owed, Fence fence) {
        boolean there = users.remove(user) != null;
        if (there) {
            decided.put(user, numbered);
            owed.forEach(this::owe);
        }
        return CompletableFuture.completedFuture(there);
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
    public synchronized CompletionStage<Boolean> write(
            Jid user, Collection<Setting> settings, List<Note> owed, Fence fence) {
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
        owed.forEach(this::owe);
        return CompletableFuture.completedFuture(true);
    }

    private void owe(Note note) {
        notes.put(++numbered, note);
    }

    @Override
    public synchronized CompletionStage<List<OwedNote>> owedNotes(int part, long afterNumber, int rows, long bytes) {
        return CompletableFuture.completedFuture(notes.tailMap(afterNumber + 1).entrySet().stream()
                .limit(rows)
                .map(row -> new OwedNote(row.getKey(), row.getValue()))
                .toList());
    }

    @Override
    public synchronized CompletionStage<Boolean> takeNote(
            int from, long number, Jid user, Collection<Setting> settings, List<Note> owed, Fence fence) {
        if (!users.containsKey(user) || decided.getOrDefault(user, 0L) >= number) {
            return CompletableFuture.completedFuture(false);
        }
        decided.put(user, number);
        return write(user, settings, owed, fence);
    }

    @Override
    public synchronized CompletionStage<Void> forgetNotes(Collection<Long> numbers, Fence fence) {
        notes.keySet().removeAll(numbers);
        return CompletableFuture.completedFuture(null);
    }
}
