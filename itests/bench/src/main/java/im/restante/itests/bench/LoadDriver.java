package im.restante.itests.bench;

import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Loads a standalone server, started as a process on this machine, and prints what it did; or two, and prints how they compare.
 * Each scenario runs once to warm up and then {@code --rounds} times; the median counts. The exit code is 1 if a message was
 * lost, doubled or out of order, or a demand was not met; 2 for bad usage. See README.md.
 */
public final class LoadDriver {
    private static final String USAGE = """
            usage: java -jar bench.jar [--rounds N] [SCENARIO ...]
                   java -jar bench.jar --case settings|proof|journal [--rounds N] [--at-least RATIO] [SCENARIO ...]
                   java -jar bench.jar [--baseline JAR] [--with PID/KEY=VALUE ...] [--rounds N] [--at-least RATIO] SCENARIO ...
            scenarios: store drain handover flood online, one size of them (drain-10000, online-100, flood-connect);
                       alone only: start limits backlog idle syncs big-drain [--seconds N]
            """;
    /** What demands nothing, or compares with nothing. */
    private static final List<String> ALONE = List.of("start", "limits", "backlog", "idle", "syncs", "big-drain");

    private final List<String> arguments;
    private final List<Setting> with = new ArrayList<>();
    private int rounds = 3;
    private Duration slow = Duration.ofSeconds(60);
    private Double atLeast;
    private Path baseline;
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
                "machine: %d processors, %s %s; server on %s, driver on JDK %d; plain TCP%n",
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                jdk,
                Runtime.version().feature());
        return chosen != null || baseline != null || !with.isEmpty() ? compare(jdk) : measure(jdk);
    }

    private boolean measure(Jdk jdk) throws Exception {
        if (arguments.isEmpty() || arguments.contains("start")) {
            Starts.print(jdk, rounds);
        }
        if (arguments.equals(List.of("start"))) {
            return true;
        }
        try (LoadedServer server = LoadedServer.start(jdk, ServerProcess.jar(), List.of())) {
            boolean all = arguments.isEmpty();
            boolean good = true;
            if (all || arguments.contains("limits")) {
                Limits.print(server.process().home().resolve("data"));
            }
            if (all || arguments.contains("backlog")) {
                server.backlog();
            }
            for (Scenario scenario : all ? Scenario.ALL : scenarios()) {
                Figures figures = new Figures(scenario, rounds);
                scenario.round().run(server);
                server.nothingWaits(scenario.name());
                for (int round = 0; round < rounds; round++) {
                    figures.add(scenario.round().run(server));
                    server.nothingWaits(scenario.name());
                }
                System.out.printf("%-62s %s%n", scenario.title(), figures);
            }
            if (arguments.contains("syncs")) {
                good &= new Syncs(server).run();
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

    private boolean compare(Jdk jdk) throws Exception {
        Map<Scenario, Double> demands = demands();
        Path jar = ServerProcess.jar();
        List<Setting> settingsBefore = chosen == null ? List.of() : chosen.before();
        List<Setting> settingsAfter = new ArrayList<>(chosen == null ? List.of() : chosen.after());
        settingsAfter.addAll(with);
        try (LoadedServer before = LoadedServer.start(jdk, baseline == null ? jar : baseline, settingsBefore);
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
