package im.restante.config;

import org.jspecify.annotations.Nullable;

/** A configuration value is not usable. The message names PID, key and value, and says what would be right. */
public final class ConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final boolean ofOneKey;

    /**
     * A value that cannot be used.
     *
     * @param value  what stands there; null where the key is missing
     * @param wanted what would be right, as it ends the sentence "must be ..."
     */
    public ConfigException(String pid, String key, @Nullable Object value, String wanted) {
        this(pid + ": " + key + "=" + value + ": must be " + wanted, false);
    }

    private ConfigException(String message, boolean ofOneKey) {
        super(message);
        this.ofOneKey = ofOneKey;
    }

    /** The same, of a value that is refused by itself: the other settings of its PID are taken without it. */
    public ConfigException alone() {
        return new ConfigException(String.valueOf(getMessage()), true);
    }

    /** Whether the other settings of its PID are taken without this one. If not, all of them are refused together. */
    public boolean isAlone() {
        return ofOneKey;
    }
}
