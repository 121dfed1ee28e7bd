package im.restante.internal.limits;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import im.restante.limit.Rates;
import im.restante.store.OwnerLimit;
import java.util.List;
import java.util.Map;

/**
 * What {@code im.restante.limits} says; -1 is no limit.
 *
 * @param rates                 of one connection
 * @param connectionsPerAddress open at a time
 * @param connectionsPerMinute  new ones from one address
 * @param loginsPerMinute       tries from one address that were not right
 * @param registrationsPerMinute tries from one address
 * @param accountsPerConnection new accounts that one connection may make
 * @param maxResources          of one account
 * @param ownerLimit            of what waits for one account
 * @param memoryBudgetBytes     of heap, for stanzas of all connections; -1 is three eighths of the heap
 * @param diskWarnPercent       of the disk used, over which strangers' mail is refused
 * @param diskRefusePercent     of the disk used, over which all mail is refused
 * @param exempt                networks for which nothing is counted by address, and whose connections have no rates
 * @param proxies               networks whose connections begin with a PROXY header
 */
record LimitsSettings(
        Rates rates,
        int connectionsPerAddress,
        int connectionsPerMinute,
        int loginsPerMinute,
        int registrationsPerMinute,
        int accountsPerConnection,
        int maxResources,
        OwnerLimit ownerLimit,
        long memoryBudgetBytes,
        int diskWarnPercent,
        int diskRefusePercent,
        List<Network> exempt,
        List<Network> proxies) {
    static final String PID = "im.restante.limits";

    static final int BYTES_PER_SECOND = 1_048_576;
    static final int STANZAS_PER_SECOND = 500;
    static final int CONNECTIONS_PER_ADDRESS = 500;
    static final int CONNECTIONS_PER_MINUTE = 300;
    static final int LOGINS_PER_MINUTE = 60;
    static final int REGISTRATIONS_PER_MINUTE = 5;
    static final int ACCOUNTS_PER_CONNECTION = 1;
    static final int MAX_RESOURCES = 20;
    static final int OWNER_LIMIT = -1;
    static final long OWNER_LIMIT_BYTES = 67_108_864;
    static final long MEMORY_BUDGET_BYTES = -1;
    static final int DISK_WARN_PERCENT = 90;
    static final int DISK_REFUSE_PERCENT = 95;
    static final String EXEMPT = "127.0.0.0/8,::1/128";

    /** Fewer, and not even a login with SCRAM would come through in time. */
    private static final int FEWEST_BYTES = 1_000;

    /** Fewer, and hardly any message would fit. */
    private static final int FEWEST_OWNER_BYTES = 1_000;

    /** Fewer, and a stanza of the usual greatest size may not fit into what one connection may take. */
    private static final long FEWEST_BUDGET_BYTES = 8 << 20;

    private static final int NONE = -1;

    /** @throws ConfigException naming the key whose value is bad */
    static LimitsSettings of(Map<String, ?> values) {
        Settings settings = Settings.of(PID, values);
        int warn = percent(settings, "disk-warn-percent", DISK_WARN_PERCENT);
        int refuse = percent(settings, "disk-refuse-percent", DISK_REFUSE_PERCENT);
        if (warn != NONE && refuse != NONE && warn > refuse) {
            throw settings.bad("disk-warn-percent", "at most disk-refuse-percent, which is " + refuse);
        }
        return new LimitsSettings(
                new Rates(
                        limit(settings, "bytes-per-second", BYTES_PER_SECOND, FEWEST_BYTES),
                        limit(settings, "stanzas-per-second", STANZAS_PER_SECOND, 1)),
                limit(settings, "connections-per-address", CONNECTIONS_PER_ADDRESS, 1),
                limit(settings, "connections-per-minute", CONNECTIONS_PER_MINUTE, 1),
                limit(settings, "logins-per-minute", LOGINS_PER_MINUTE, 1),
                limit(settings, "registrations-per-minute", REGISTRATIONS_PER_MINUTE, 1),
                limit(settings, "accounts-per-connection", ACCOUNTS_PER_CONNECTION, 1),
                limit(settings, "max-resources", MAX_RESOURCES, 1),
                new OwnerLimit(limit(settings, "owner-limit", OWNER_LIMIT, 1), ownerBytes(settings)),
                budget(settings),
                warn,
                refuse,
                networks(settings, "exempt", EXEMPT),
                networks(settings, "proxy-protocol-from", "none"));
    }

    private static int limit(Settings settings, String key, int byDefault, int least) {
        int value = settings.integer(key, byDefault, NONE, Integer.MAX_VALUE);
        if (value != NONE && value < least) {
            throw settings.bad(key, "a whole number from " + least + " on, or -1 for no limit");
        }
        return value;
    }

    private static long ownerBytes(Settings settings) {
        String key = "owner-limit-bytes";
        long value = settings.wholeNumber(key, OWNER_LIMIT_BYTES, NONE, Long.MAX_VALUE);
        if (value != NONE && value < FEWEST_OWNER_BYTES) {
            throw settings.bad(key, "a whole number from " + FEWEST_OWNER_BYTES + " on, or -1 for no limit");
        }
        return value;
    }

    private static long budget(Settings settings) {
        String key = "memory-budget-bytes";
        long most = Runtime.getRuntime().maxMemory() / 2;
        long value = settings.wholeNumber(key, MEMORY_BUDGET_BYTES, NONE, Long.MAX_VALUE);
        if (value != NONE && (value < FEWEST_BUDGET_BYTES || value > most)) {
            throw settings.bad(
                    key,
                    "a whole number from " + FEWEST_BUDGET_BYTES + " to " + most
                            + ", half of the heap that the JVM has, or -1 for three eighths of it");
        }
        return value;
    }

    private static int percent(Settings settings, String key, int byDefault) {
        int value = settings.integer(key, byDefault, NONE, 100);
        if (value == 0) {
            throw settings.bad(key, "a whole number from 1 to 100, or -1 for no mark");
        }
        return value;
    }

    private static List<Network> networks(Settings settings, String key, String byDefault) {
        try {
            return Network.list(settings.text(key, byDefault));
        } catch (IllegalArgumentException e) {
            throw settings.bad(
                    key, "none, or networks such as 192.0.2.0/24,2001:db8::/32 with commas between; " + e.getMessage());
        }
    }
}
