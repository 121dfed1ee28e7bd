package im.restante.internal.limits;

import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
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

    /** Fewer, and not even a login with SCRAM would come through in time. */
    private static final int FEWEST_BYTES = 1_000;

    /** Fewer, and hardly any message would fit. */
    private static final int FEWEST_OWNER_BYTES = 1_000;

    /** Fewer, and a stanza of the usual greatest size may not fit into what one connection may take. */
    private static final long FEWEST_BUDGET_BYTES = 8 << 20;

    private static final int NONE = -1;

    private static final String BYTES_PER_SECOND = "bytes-per-second";
    private static final String STANZAS_PER_SECOND = "stanzas-per-second";
    private static final String CONNECTIONS_PER_ADDRESS = "connections-per-address";
    private static final String CONNECTIONS_PER_MINUTE = "connections-per-minute";
    private static final String LOGINS_PER_MINUTE = "logins-per-minute";
    private static final String REGISTRATIONS_PER_MINUTE = "registrations-per-minute";
    private static final String ACCOUNTS_PER_CONNECTION = "accounts-per-connection";
    private static final String MAX_RESOURCES = "max-resources";
    private static final String OWNER_LIMIT = "owner-limit";
    private static final String OWNER_LIMIT_BYTES = "owner-limit-bytes";
    private static final String MEMORY_BUDGET_BYTES = "memory-budget-bytes";
    private static final String DISK_WARN_PERCENT = "disk-warn-percent";
    private static final String DISK_REFUSE_PERCENT = "disk-refuse-percent";
    private static final String EXEMPT = "exempt";
    private static final String PROXIES = "proxy-protocol-from";

    static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(
                    PID,
                    "Restante: limits",
                    "What connections, addresses and accounts may take of the server; -1 is no limit.")
            .numberOr(
                    NONE,
                    BYTES_PER_SECOND,
                    1_048_576,
                    FEWEST_BYTES,
                    Integer.MAX_VALUE,
                    "How fast one connection is read, in bytes a second, TLS included, and four seconds' worth at once after a"
                            + " silence. Who sends more is read later; nothing is dropped.")
            .numberOr(
                    NONE,
                    STANZAS_PER_SECOND,
                    500,
                    1,
                    Integer.MAX_VALUE,
                    "How fast one connection is read, in stanzas and other children of the stream a second.")
            .numberOr(
                    NONE,
                    CONNECTIONS_PER_ADDRESS,
                    500,
                    1,
                    Integer.MAX_VALUE,
                    "Connections at a time from one address (IPv6: one /64).")
            .numberOr(
                    NONE,
                    CONNECTIONS_PER_MINUTE,
                    300,
                    1,
                    Integer.MAX_VALUE,
                    "New connections a minute from one address; a minute's worth may come at once.")
            .numberOr(
                    NONE,
                    LOGINS_PER_MINUTE,
                    60,
                    1,
                    Integer.MAX_VALUE,
                    "Logins a minute from one address that were not right. With it goes a delay that grows with every"
                            + " wrong try for an account, except where that account was logged in from during the last"
                            + " 30 days.")
            .numberOr(
                    NONE,
                    REGISTRATIONS_PER_MINUTE,
                    5,
                    1,
                    Integer.MAX_VALUE,
                    "Tries a minute to register an account (XEP-0077) from one address, successful or not.")
            .numberOr(
                    NONE,
                    ACCOUNTS_PER_CONNECTION,
                    1,
                    1,
                    Integer.MAX_VALUE,
                    "Accounts that one connection may register.")
            .numberOr(
                    NONE,
                    MAX_RESOURCES,
                    20,
                    1,
                    Integer.MAX_VALUE,
                    "Resources that an account may have bound at a time; one more ends the oldest that is cut off or"
                            + " sent nothing for 5 minutes, and is refused if there is none.")
            .numberOr(
                    NONE,
                    OWNER_LIMIT,
                    NONE,
                    1,
                    Integer.MAX_VALUE,
                    "Messages that may wait for one account, from all senders together. Half of them is reserved for"
                            + " senders in its roster. A message beyond is answered as quota-exceeded in"
                            + " im.restante.quota says; drop-oldest takes the oldest of the same sender.")
            .numberOr(
                    NONE,
                    OWNER_LIMIT_BYTES,
                    67_108_864,
                    FEWEST_OWNER_BYTES,
                    Long.MAX_VALUE,
                    "Bytes of messages that may wait for one account, from all senders together; half of them is reserved"
                            + " for senders in its roster.")
            .numberOr(
                    NONE,
                    MEMORY_BUDGET_BYTES,
                    NONE,
                    FEWEST_BUDGET_BYTES,
                    Long.MAX_VALUE,
                    "Bytes of heap for stanzas of all connections together, at most half of the heap: a third for those"
                            + " that are not complete or are being worked on, a third for answers and presence that wait"
                            + " to be read; over these, whoever asks for more is ended. A third for messages to clients"
                            + " that do not read or acknowledge them, which go to the store when it is used up, and"
                            + " for what is kept of streams that may be resumed, which then cannot be. As much as a"
                            + " third once more for what is read from the store for clients that come back, which get"
                            + " it in small portions when that is used up. -1 is three eighths of the heap (-Xmx).")
            .numberOr(
                    NONE,
                    DISK_WARN_PERCENT,
                    90,
                    1,
                    100,
                    "Percent of the disk used, where the embedded store is the one that takes messages, over which mail"
                            + " from senders who are not in the recipient's roster is refused. 2 GiB that are free are"
                            + " enough for everybody, whatever the percentage. A database server's disk is not measured.")
            .numberOr(
                    NONE,
                    DISK_REFUSE_PERCENT,
                    95,
                    1,
                    100,
                    "Percent of the disk used, over which all mail for somebody away is refused. 1 GiB that is free is"
                            + " enough for known senders.")
            .text(
                    EXEMPT,
                    "127.0.0.0/8,::1/128",
                    "Networks for which nothing is counted by address, and whose connections are read at any speed; with"
                            + " commas between, or none. accounts-per-connection and max-resources hold for them, too."
                            + " Behind a proxy on this machine all clients come from 127.0.0.1:"
                            + " let it speak the PROXY protocol, version 2, and name it in proxy-protocol-from.")
            .text(
                    PROXIES,
                    "none",
                    "Networks of balancers that begin each connection with a header of the PROXY protocol, version 2,"
                            + " which says whose it is; or none. Without that header their connections are refused, and"
                            + " nobody else's header is believed.")
            .build();

    /** @throws im.restante.config.ConfigException naming the key whose value is bad */
    static LimitsSettings of(Map<String, ?> values) {
        Settings settings = DESCRIPTOR.read(values);
        int warn = settings.integer(DISK_WARN_PERCENT);
        int refuse = settings.integer(DISK_REFUSE_PERCENT);
        if (warn != NONE && refuse != NONE && warn > refuse) {
            throw settings.bad(DISK_WARN_PERCENT, "at most disk-refuse-percent, which is " + refuse);
        }
        long most = Runtime.getRuntime().maxMemory() / 2;
        if (settings.number(MEMORY_BUDGET_BYTES) > most) {
            throw settings.bad(MEMORY_BUDGET_BYTES, "at most " + most + ", half of the heap that the JVM has");
        }
        return new LimitsSettings(
                Rates.of(settings.integer(BYTES_PER_SECOND), settings.integer(STANZAS_PER_SECOND)),
                settings.integer(CONNECTIONS_PER_ADDRESS),
                settings.integer(CONNECTIONS_PER_MINUTE),
                settings.integer(LOGINS_PER_MINUTE),
                settings.integer(REGISTRATIONS_PER_MINUTE),
                settings.integer(ACCOUNTS_PER_CONNECTION),
                settings.integer(MAX_RESOURCES),
                new OwnerLimit(settings.integer(OWNER_LIMIT), settings.number(OWNER_LIMIT_BYTES)),
                settings.number(MEMORY_BUDGET_BYTES),
                warn,
                refuse,
                networks(settings, EXEMPT),
                networks(settings, PROXIES));
    }

    private static List<Network> networks(Settings settings, String key) {
        try {
            return Network.list(settings.text(key));
        } catch (IllegalArgumentException e) {
            throw settings.bad(
                    key, "none, or networks such as 192.0.2.0/24,2001:db8::/32 with commas between; " + e.getMessage());
        }
    }
}
