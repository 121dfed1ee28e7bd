package im.restante.itests.bench;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Two sets of settings to compare, with what is demanded of the second.
 *
 * @param demands how many times as fast as with {@code before} a server with {@code after} must be, by scenario
 */
record Case(List<Setting> before, List<Setting> after, Map<String, Double> demands) {
    /** Entries that no message of the bench matches, so that each is looked at. */
    private static final String TWENTY_PATHS = IntStream.range(0, 20)
            .mapToObj(n -> "/message/entry" + n + "[urn:example:" + n + "]")
            .collect(joining(","));

    /** What the settings cost, proof, rules for messages that have none, and the journal. */
    static final Map<String, Case> ALL = Map.of(
            "settings",
            new Case(
                    List.of(),
                    List.of(
                            new Setting("im.restante.filter", "msg-store-offline-paths", TWENTY_PATHS),
                            new Setting("im.restante.quota", "store-limit", "1000000"),
                            new Setting("im.restante.quota", "user-store-limit-enable", "true")),
                    Map.of("store", 0.95, "drain-10000", 0.95, "flood-connect", 0.95, "online-100", 0.95)),
            "proof",
            new Case(
                    List.of(new Setting("im.restante.offline", "proof", "write")),
                    List.of(new Setting("im.restante.offline", "proof", "auto")),
                    Map.of("store", 0.95, "drain-10000", 1 / 1.2)),
            "amp",
            new Case(
                    List.of(new Setting("im.restante.amp", "enabled", "false")),
                    List.of(new Setting("im.restante.amp", "enabled", "true")),
                    Map.of("store", 0.97, "drain-10000", 0.97, "flood-connect", 0.97, "online-100", 0.97)),
            "journal",
            new Case(
                    List.of(new Setting("im.restante.offline", "journal", "false")),
                    List.of(new Setting("im.restante.offline", "journal", "true")),
                    Map.of("online-1", 0.0, "online-100", 0.0)));
}
