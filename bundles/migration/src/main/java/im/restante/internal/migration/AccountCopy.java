package im.restante.internal.migration;

import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.jid.Jid;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/**
 * All that a repository keeps of one user, at the moment it was read.
 *
 * @param values by node and key; null: there is no such user
 */
record AccountCopy(Jid user, SortedMap<String, SortedMap<String, String>> values) {

    static CompletableFuture<AccountCopy> of(Jid user, UserRepository repository) {
        return RepositoryCalls.guarded(() -> repository.exists(user)).thenCompose(there -> {
            if (!there) {
                return CompletableFuture.completedFuture(new AccountCopy(user, null));
            }
            return RepositoryCalls.guarded(() -> repository.nodes(user))
                    .thenCompose(nodes -> read(user, repository, nodes));
        });
    }

    private static CompletableFuture<AccountCopy> read(Jid user, UserRepository repository, List<String> nodes) {
        SortedMap<String, CompletableFuture<Map<String, String>>> asked = new TreeMap<>();
        for (String node : nodes) {
            asked.put(node, RepositoryCalls.guarded(() -> repository.values(user, node)));
        }
        return CompletableFuture.allOf(asked.values().toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> {
                    SortedMap<String, SortedMap<String, String>> values = new TreeMap<>();
                    asked.forEach((node, answer) -> {
                        if (!answer.join().isEmpty()) { // emptied since its name was read
                            values.put(node, new TreeMap<>(answer.join()));
                        }
                    });
                    return new AccountCopy(user, values);
                });
    }

    boolean exists() {
        return values != null;
    }

    /** All of it, for who has none. */
    List<Setting> settings() {
        return changesFrom(new AccountCopy(user, new TreeMap<>()));
    }

    /** What makes {@code other} the same as this; both exist. */
    List<Setting> changesFrom(AccountCopy other) {
        List<Setting> changes = new ArrayList<>();
        other.values.forEach((node, pairs) -> pairs.keySet().stream()
                .filter(key -> !values.getOrDefault(node, new TreeMap<>()).containsKey(key))
                .forEach(key -> changes.add(new Setting(node, key, null))));
        values.forEach((node, pairs) -> {
            Map<String, String> theirs = other.values.getOrDefault(node, new TreeMap<>());
            pairs.forEach((key, value) -> {
                if (!value.equals(theirs.get(key))) {
                    changes.add(new Setting(node, key, value));
                }
            });
        });
        return changes;
    }

    byte[] hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            add(digest, user.toString());
            values.forEach((node, pairs) -> pairs.forEach((key, value) -> {
                add(digest, node);
                add(digest, key);
                add(digest, value);
            }));
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    private static void add(MessageDigest digest, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
        digest.update(bytes);
    }

    /** The user, and never what is kept. */
    @Override
    public String toString() {
        return "AccountCopy[" + user + "]";
    }
}
