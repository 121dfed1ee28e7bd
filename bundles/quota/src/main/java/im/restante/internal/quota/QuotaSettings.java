package im.restante.internal.quota;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
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
    static final int LIMIT = 100;
    static final int NO_CEILING = -1;
    static final String STRATEGY_KEY = "quota-exceeded";
    static final String ERROR = "error";

    /** @throws ConfigException naming the key whose value is bad */
    static QuotaSettings of(Map<String, ?> values) {
        Settings settings = Settings.of(PID, values);
        return new QuotaSettings(
                settings.integer("store-limit", LIMIT, Integer.MIN_VALUE, Integer.MAX_VALUE),
                settings.flag("user-store-limit-enable", false),
                settings.integer("user-store-limit-max", NO_CEILING, Integer.MIN_VALUE, Integer.MAX_VALUE),
                settings.text(STRATEGY_KEY, ERROR));
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
