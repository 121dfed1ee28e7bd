package im.restante.account;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One value to write for a user.
 *
 * @param node  {@link UserRepository#ROOT} or a path of names separated by {@code /}
 * @param key   unique in its node
 * @param value null removes it
 */
public record Setting(String node, String key, @Nullable String value) {
    public Setting {
        requireNonNull(node, "node");
        requireNonNull(key, "key");
    }
}
