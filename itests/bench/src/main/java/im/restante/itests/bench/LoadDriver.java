package im.restante.itests.bench;

import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Loads a standalone server, started as a process on this machine, and prints what it did; or two, and prints how they compare.
 * Each scenario runs once to warm up and then {@code --rounds} times; the median counts. The exit code is 1 if a message was
 * lost, doubled or out of order, or a demand was not met; 2 for bad usage. See README.md.
 */
public final class LoadDriver {
    private static final String USAGE = """
            usage: java -jar bench.jar [--store sqlite|mariadb] [--rounds N] [SCENARIO ...]
                   java -jar bench.jar --case settings|why|guide|proof|amp|journal [--rounds N] [--at-least RATIO] [SCENARIO ...]
                   java -jar bench.jar [--baseline JAR] [--with PID/KEY=VALUE ...] [--rounds N] [--at-least RATIO] SCENARIO ...
            scenarios: store drain handover flood online, one size of them (drain-10000, online-100, flood-connect);
                       alone only: start limits backlog idle syncs big-drain [--seconds N] million
            """;
    /** What demands nothing, or compares with nothing. */
    private static final List<String> ALONE =
            List.of("start", "limits", "backlog", "idle", "syncs", "big-drain", "million");

    private final List<String> arguments;
    private final List<Setting> with = new ArrayList<>();
    private int rounds = 3;
    private Duration slow = Duration.ofSeconds(60);
    private Double atLeast;
    private Path baseline;
    private String store;
    private Case chosen;

    private LoadDriver(List<String> arguments) {
        this.arguments = arguments;
    }

    public static void main(String[] args) throws Exception {
        boolean good;
        try {
            good = new LoadDriver(new ArrayList<>(List.of(args))).run();
        } catch (UsageException e) {
            System.err.println(e.getMessage());
            System.err.print(USAGE);
            System.exit(2);
            return;
        }
        System.exit(good ? 0 : 1);
    }

    private boolean run() throws Exception {
        rounds = option("--rounds", Integer::valueOf, rounds);
        slow = option("--seconds", seconds -> Duration.ofSeconds(Long.parseLong(seconds)), slow);
        atLeast = option("--at-least", Double::valueOf, null);
        baseline = option("--baseline", Path::of, null);
        store = option("--store", Function.identity(), "sqlite");
        chosen = option("--case", LoadDriver::caseNamed, null);
        for (Setting one = option("--with", Setting::of, null);
                one != null;
                one = option("--with", Setting::of, null)) {
            with.add(one);
        }
        for (String name : arguments) {
            if (!ALONE.contains(name) && Scenario.named(name).isEmpty()) {
                throw new UsageException("no scenario " + name);
            }
        }
        Jdk jdk = Jdk.newest();
        System.out.printf(
                "machine: %d processors, %s %s; server on %s, store %s, driver on JDK %d; plain TCP%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                jdk,
                store,
                Runtime.version().feature());
        try (Database database = database()) {
            return chosen != null || baseline != null || !with.isEmpty()
                    ? compare(jdk, database)
                    : measure(jdk, database);
        }
    }

    private Database database() throws Exception {
        try {
            return Database.of(store);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--store " + store + ": " + e.getMessage());
        }
    }

    private boolean measure(Jdk jdk, Database database) throws Exception {
        if (arguments.isEmpty() || arguments.contains("start")) {
            Starts.print(jdk, rounds);
        }
        boolean good = true;
        if (arguments.contains("million")) {
            try (LoadedServer empty = start(jdk, database);
                    LoadedServer full = start(jdk, database)) {
                good = new Million(empty, full, rounds).run();
            }
        }
        return Set.of("start", "million").containsAll(arguments) && !arguments.isEmpty()
                ? good
                : measureOne(jdk, database) && good;
    }

    private static LoadedServer start(Jdk jdk, Database database) throws Exception {
        return LoadedServer.start(jdk, ServerProcess.jar(), database.settings());
    }

    private boolean measureOne(Jdk jdk, Database database) throws Exception {
        try (LoadedServer server = start(jdk, database)) {
            boolean all = arguments.isEmpty();
            boolean good = true;
            if (all || arguments.contains("limits")) {
                Limits.print(server.process().home().resolve("data"));
            }
            if (all || arguments.contains("backlog")) {
                server.backlog();
            }
            for (Scenario scenario : all ? Scenario.ALL : scenarios()) {
                Figures figures = new Figures(scenario.unit(), rounds);
                scenario.round().run(server);
                server.nothingWaits(scenario.name());
                for (int round = 0; round < rounds; round++) {
                    figures.add(scenario.round().run(server));
                    server.nothingWaits(scenario.name());
                }
                System.out.printf("%-62s %s%n", scenario.title(), figures);
            }
            if (arguments.contains("syncs")) {
                good &= new Syncs(server, database.pid(server.process())).run();
            }
            if (arguments.contains("big-drain")) {
                good &= new BigDrain(server, slow).run();
            }
            if (all || arguments.contains("idle")) {
                server.idle();
            }
            return good && server.isClean();
        }
    }

    private boolean compare(Jdk jdk, Database database) throws Exception {
        Map<Scenario, Double> demands = demands();
        Path jar = ServerProcess.jar();
        List<Setting> settingsBefore = new ArrayList<>(database.settings());
        List<Setting> settingsAfter = new ArrayList<>(database.settings());
        if (chosen != null) {
            settingsBefore.addAll(chosen.before());
            settingsAfter.addAll(chosen.after());
        }
        settingsAfter.addAll(with);
        List<String> without = chosen == null ? List.of() : chosen.without();
        try (LesserJar lesser = LesserJar.of(baseline == null ? jar : baseline, without);
                LoadedServer before = LoadedServer.start(jdk, lesser.path(), settingsBefore);
                LoadedServer after = LoadedServer.start(jdk, jar, settingsAfter)) {
            Comparison comparison = new Comparison(before, after, rounds);
            boolean enough = true;
            for (Map.Entry<Scenario, Double> demand : demands.entrySet()) {
                enough &= comparison.run(demand.getKey(), demand.getValue());
            }
            return enough && before.isClean() && after.isClean();
        }
    }

    /** What is compared: what was named, else what the case is about. */
    private Map<Scenario, Double> demands() {
        Map<String, Double> usual = chosen == null ? Map.of() : chosen.demands();
        List<Scenario> compared = arguments.isEmpty()
                ? Scenario.ALL.stream()
                        .filter(one -> usual.containsKey(one.name()))
                        .toList()
                : scenarios();
        if (compared.isEmpty() || arguments.stream().anyMatch(ALONE::contains)) {
            throw new UsageException("name what to compare: "
                    + Scenario.ALL.stream().map(Scenario::name).toList());
        }
        Map<Scenario, Double> demands = new LinkedHashMap<>();
        compared.forEach(one -> demands.put(one, atLeast != null ? atLeast : usual.getOrDefault(one.name(), 0.0)));
        return demands;
    }

    private List<Scenario> scenarios() {
        return arguments.stream().flatMap(name -> Scenario.named(name).stream()).toList();
    }

    /** Takes an option and its value out of the arguments. */
    private <T> T option(String name, Function<String, T> parse, T otherwise) {
        int at = arguments.indexOf(name);
        if (at < 0) {
            return otherwise;
        }
        if (at + 1 == arguments.size()) {
            throw new UsageException(name + " wants a value");
        }
        arguments.remove(at);
        String value = arguments.remove(at);
        try {
            return parse.apply(value);
        } catch (IllegalArgumentException e) {
            throw new UsageException(name + " " + value + ": " + e.getMessage());
        }
    }

    private static Case caseNamed(String name) {
        Case named = Case.ALL.get(name);
        if (named == null) {
            throw new IllegalArgumentException("there is " + String.join(", ", Case.ALL.keySet()));
        }
        return named;
    }

    /** The command line makes no sense. */
    private static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }
}
