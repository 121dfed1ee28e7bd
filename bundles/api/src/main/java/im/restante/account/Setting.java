package im.restante.account;

import static java.util.Objects.requireNonNull;

/**
 * One value to write for a user.
 *
 * @param node  {@link UserRepository#ROOT} or a path of names separated by {@code /}
 * @param key   unique in its node
 * @param value null removes it
 */
public record Setting(String node, String key, String value) {
    public Setting {
        requireNonNull(node, "node");
        requireNonNull(key, "key");
    }
}
