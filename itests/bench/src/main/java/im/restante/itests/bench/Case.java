package im.restante.itests.bench;

import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toCollection;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Two servers to compare, with what is demanded of the second.
 *
 * @param before  settings of the first
 * @param without bundles that the first does not have: their files in the standalone jar
 * @param after   settings of the second
 * @param demands how many times as fast as the first the second must be, by scenario
 */
record Case(List<Setting> before, List<String> without, List<Setting> after, Map<String, Double> demands) {
    /** Entries that no message of the bench matches, so that each is looked at. */
    private static final String TWENTY_PATHS = IntStream.range(0, 20)
            .mapToObj(n -> "/message/entry" + n + "[urn:example:" + n + "]")
            .collect(joining(","));

    private static final List<Setting> SETTINGS = List.of(
            new Setting("im.restante.filter", "msg-store-offline-paths", TWENTY_PATHS),
            new Setting("im.restante.quota", "store-limit", "1000000"),
            new Setting("im.restante.quota", "user-store-limit-enable", "true"));

    private static final String LIMITS_PID = "im.restante.limits";

    private static final List<Setting> NO_LIMITS = limits("-1", "-1");

    /** Limits that the bench never reaches, in force on the loopback interface too. */
    private static final List<Setting> WIDE_LIMITS = limits("2000000000", "100");

    private static final List<String> WHY = List.of("why.jar");

    private static final Map<String, Double> EVERYWHERE =
            Map.of("store", 0.95, "drain-10000", 0.95, "flood-connect", 0.95, "online-100", 0.95);

    private static final Map<String, Double> NOT_SLOWER =
            Map.of("store", 0.97, "drain-10000", 0.97, "flood-connect", 0.97, "online-100", 0.97);

    private Case(List<Setting> before, List<Setting> after, Map<String, Double> demands) {
        this(before, List.of(), after, demands);
    }

    /**
     * What the guide's settings cost, the records of {@code restante:why}, and both; what proof costs, rules for messages that
     * have none, limits, and the journal.
     */
    static final Map<String, Case> ALL = Map.of(
            "settings",
            new Case(List.of(), SETTINGS, EVERYWHERE),
            "why",
            new Case(List.of(), WHY, List.of(), EVERYWHERE),
            "guide",
            new Case(List.of(), WHY, SETTINGS, EVERYWHERE),
            "proof",
            new Case(
                    List.of(new Setting("im.restante.offline", "proof", "write")),
                    List.of(new Setting("im.restante.offline", "proof", "auto")),
                    Map.of("store", 0.95, "drain-10000", 1 / 1.2)),
            "amp",
            new Case(
                    List.of(new Setting("im.restante.amp", "enabled", "false")),
                    List.of(new Setting("im.restante.amp", "enabled", "true")),
                    NOT_SLOWER),
            "limits",
            new Case(NO_LIMITS, WIDE_LIMITS, NOT_SLOWER),
            "journal",
            new Case(
                    List.of(new Setting("im.restante.offline", "journal", "false")),
                    List.of(new Setting("im.restante.offline", "journal", "true")),
                    Map.of("online-1", 0.0, "online-100", 0.0)));

    private static List<Setting> limits(String most, String percent) {
        List<Setting> limits = Stream.of(
                        "bytes-per-second",
                        "stanzas-per-second",
                        "connections-per-address",
                        "connections-per-minute",
                        "logins-per-minute",
                        "registrations-per-minute",
                        "accounts-per-connection",
                        "max-resources",
                        "owner-limit",
                        "owner-limit-bytes")
                .map(key -> new Setting(LIMITS_PID, key, most))
                .collect(toCollection(ArrayList::new));
        limits.add(new Setting(LIMITS_PID, "disk-warn-percent", percent));
        limits.add(new Setting(LIMITS_PID, "disk-refuse-percent", percent));
        limits.add(new Setting(LIMITS_PID, "exempt", "none"));
        return List.copyOf(limits);
    }
}
