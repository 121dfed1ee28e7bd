package im.restante.internal.quota;

import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
import java.util.Map;

/**
 * What {@code im.restante.quota} says.
 *
 * @param limit      {@code store-limit}: messages of a pair, for every owner without an own value; negative: no limit
 * @param userLimits {@code user-store-limit-enable}: whether an owner's own value counts
 * @param ceiling    {@code user-store-limit-max}: the most an own value may be; negative: no ceiling
 * @param strategy   {@code quota-exceeded}: the name of one
 */
record QuotaSettings(int limit, boolean userLimits, int ceiling, String strategy) {
    static final String PID = "im.restante.quota";
    static final String STRATEGY_KEY = "quota-exceeded";
    static final String ERROR = "error";

    private static final String LIMIT = "store-limit";
    private static final String USER_LIMITS = "user-store-limit-enable";
    private static final String CEILING = "user-store-limit-max";

    static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(PID, "Restante: quota", "How much may wait.")
            .number(
                    LIMIT,
                    100,
                    Integer.MIN_VALUE,
                    Integer.MAX_VALUE,
                    "Messages one sender may have waiting for one recipient. 0 keeps none; -1: no limit.")
            .flag(
                    USER_LIMITS,
                    false,
                    "Whether users may set a limit of their own, which then replaces store-limit for messages to them.")
            .number(CEILING, -1, Integer.MIN_VALUE, Integer.MAX_VALUE, "The most that users may set; -1: any.")
            .text(
                    STRATEGY_KEY,
                    ERROR,
                    "What happens to a message over the limit: error (back to the sender), drop (silence), drop-oldest"
                            + " (the oldest makes room), or the name of a strategy that an added bundle provides.")
            .build();

    /** @throws im.restante.config.ConfigException naming the key whose value is bad */
    static QuotaSettings of(Map<String, ?> values) {
        Settings settings = DESCRIPTOR.read(values);
        return new QuotaSettings(
                settings.integer(LIMIT),
                settings.flag(USER_LIMITS),
                settings.integer(CEILING),
                settings.text(STRATEGY_KEY));
    }

    /** The same with another strategy. */
    QuotaSettings with(String other) {
        return new QuotaSettings(limit, userLimits, ceiling, other);
    }

    /** What an own value comes to. */
    int underCeiling(int own) {
        return ceiling >= 0 && (own < 0 || own > ceiling) ? ceiling : own;
    }

    /** As in the file, for a log. */
    @Override
    public String toString() {
        return "store-limit=" + limit + " user-store-limit-enable=" + userLimits + " user-store-limit-max=" + ceiling
                + " quota-exceeded=" + strategy;
    }
}
