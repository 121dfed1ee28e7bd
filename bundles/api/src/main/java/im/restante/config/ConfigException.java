package im.restante.config;

import org.jspecify.annotations.Nullable;

/** A configuration value is not usable. The message names PID, key and value, and says what would be right. */
public final class ConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /**
     * A value that cannot be used.
     *
     * @param value  what stands there; null where the key is missing
     * @param wanted what would be right, as it ends the sentence "must be ..."
     */
    public ConfigException(String pid, String key, @Nullable Object value, String wanted) {
        super(pid + ": " + key + "=" + value + ": must be " + wanted);
    }
}
