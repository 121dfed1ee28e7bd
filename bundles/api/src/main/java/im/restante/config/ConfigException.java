package im.restante.config;

/** A configuration value is not usable. The message names PID, key and value, and says what would be right. */
public final class ConfigException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** @param wanted what would be right, as it ends the sentence "must be ..." */
    public ConfigException(String pid, String key, Object value, String wanted) {
        super(pid + ": " + key + "=" + value + ": must be " + wanted);
    }
}
