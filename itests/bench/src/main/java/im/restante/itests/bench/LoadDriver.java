package im.restante.itests.bench;

import im.restante.itests.bench.PairedRatios.Verdict;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Loads a standalone server, started as a process on this machine, and prints what it did; or two, and prints how they compare.
 * Each scenario warms up and then runs {@code --rounds} times; the median counts. The exit code is 1 if a message was
 * lost, doubled or out of order, or a demand was not met; 2 if it cannot be told, or for bad usage. See README.md.
 */
public final class LoadDriver {
    private static final String USAGE = """
            usage: java -jar bench.jar [--store sqlite|mariadb] [--rounds N] [SCENARIO ...]
                   java -jar bench.jar --against OTHER_STANDALONE_JAR [--rounds N] [--at-least RATIO] [SCENARIO ...]
                   java -jar bench.jar --case settings|why|guide|proof|amp|limits|journal [--rounds N] [--at-least RATIO]
                        [SCENARIO ...]
                   java -jar bench.jar --with PID/KEY=VALUE ... [--rounds N] [--at-least RATIO] SCENARIO ...
            scenarios: store drain handover flood online, one size of them (drain-10000, online-100, flood-connect);
                       alone only: start limits backlog idle syncs big-drain [--seconds N] million

            --against compares this build (after) with another one (before): is it slower by more than 3 %? Without scenarios:
            store drain-10000 flood-connect online-100. It, --case and --with first run rounds until each server has worked for
            10 s of processor time, then rounds in pairs, one of each server, the two taking turns in going first; 15 pairs, or as
            many as --rounds says. What counts is the median of the ratios within a pair, with its 95 % interval: from the k-th
            smallest to the k-th largest ratio, k the largest for which the binomial distribution (n pairs, 1/2) says at least
            95 %; for 15 pairs that is the fourth, exactly 96.5 %. Nothing is assumed about how the ratios are distributed.
              not slower   15 pairs or more, and the interval reaches what is demanded (0.97, or --at-least)
              slower       the whole interval is below that
              cannot tell  fewer than 15 pairs, or an interval that has the demand inside and whose ends are more than 10 % apart
            exit code: 0 not slower; 1 slower in one scenario, or a message lost, doubled or out of order; 2 cannot tell, or bad usage
            """;
    /** What another build is compared in. */
    private static final List<String> COMPARED = List.of("store", "drain-10000", "flood-connect", "online-100");
    /** Of this build against another one: not slower within 3 %. */
    private static final double WITHIN_3_PERCENT = 0.97;

    private static final int ROUNDS_ALONE = 3;

    /** What demands nothing, or compares with nothing. */
    private static final List<String> ALONE =
            List.of("start", "limits", "backlog", "idle", "syncs", "big-drain", "million");

    private final List<String> arguments;
    private final List<Setting> with = new ArrayList<>();
    private Integer rounds;
    private Duration slow = Duration.ofSeconds(60);
    private Double atLeast;
    private Path against;
    private String store;
    private Case chosen;

    private LoadDriver(List<String> arguments) {
        this.arguments = arguments;
    }

    public static void main(String[] args) throws Exception {
        if (List.of(args).contains("--help")) {
            System.out.print(USAGE);
            return;
        }
        int exitCode;
        try {
            exitCode = new LoadDriver(new ArrayList<>(List.of(args))).run();
        } catch (UsageException e) {
            System.err.println(e.getMessage());
            System.err.print(USAGE);
            exitCode = 2;
        }
        System.exit(exitCode);
    }

    private int run() throws Exception {
        rounds = option("--rounds", LoadDriver::positive, null);
        slow = option("--seconds", seconds -> Duration.ofSeconds(Long.parseLong(seconds)), slow);
        atLeast = option("--at-least", Double::valueOf, null);
        against = option("--against", LoadDriver::readable, null);
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
                "%tF %<tR; machine: %d processors, %s %s; server on %s, store %s, driver on JDK %d; plain TCP%n",
                LocalDateTime.now(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                jdk,
                store,
                Runtime.version().feature());
        try (Database database = database()) {
            boolean two = chosen != null || against != null || !with.isEmpty();
            rounds = rounds != null ? rounds : two ? PairedRatios.PAIRS_WANTED : ROUNDS_ALONE;
            return two ? compare(jdk, database) : measure(jdk, database) ? 0 : 1;
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

    private int compare(Jdk jdk, Database database) throws Exception {
        Map<Scenario, Double> demands = demands();
        Path jar = ServerProcess.jar();
        List<Setting> settingsBefore = new ArrayList<>(database.settings());
        List<Setting> settingsAfter = new ArrayList<>(database.settings());
        if (chosen != null) {
            settingsBefore.addAll(chosen.before());
            settingsAfter.addAll(chosen.after());
        }
        settingsAfter.addAll(with);
        Path jarBefore = against == null ? jar : against;
        List<String> without = chosen == null ? List.of() : chosen.without();
        System.out.println("before: " + new Build(jarBefore) + (without.isEmpty() ? "" : " without " + without));
        System.out.println("after:  " + new Build(jar));
        try (LesserJar lesser = LesserJar.of(jarBefore, without);
                LoadedServer before = LoadedServer.start(jdk, lesser.path(), settingsBefore);
                LoadedServer after = LoadedServer.start(jdk, jar, settingsAfter)) {
            Comparison comparison = new Comparison(before, after, rounds);
            Verdict all = Verdict.NOT_SLOWER;
            for (Map.Entry<Scenario, Double> demand : demands.entrySet()) {
                all = all.and(comparison.run(demand.getKey(), demand.getValue()));
            }
            boolean clean = before.isClean() && after.isClean();
            boolean demanded = demands.values().stream().anyMatch(demand -> demand > 0);
            System.out.println(
                    "in all: " + (demanded ? all : "nothing demanded") + (clean ? "" : "; WRONG, see above"));
            return !clean || all == Verdict.SLOWER ? 1 : all == Verdict.UNKNOWN ? 2 : 0;
        }
    }

    /** What is compared: what was named, else what the case is about. */
    private Map<Scenario, Double> demands() {
        Map<String, Double> usual = usualDemands();
        List<Scenario> compared = arguments.isEmpty()
                ? Scenario.ALL.stream()
                        .filter(one -> usual.containsKey(one.name()))
                        .toList()
                : scenarios();
        if (compared.isEmpty() || arguments.stream().anyMatch(ALONE::contains)) {
            throw new UsageException("name what to compare: "
                    + Scenario.ALL.stream().map(Scenario::name).toList());
        }
        double otherwise = against == null ? 0 : WITHIN_3_PERCENT;
        Map<Scenario, Double> demands = new LinkedHashMap<>();
        compared.forEach(
                one -> demands.put(one, atLeast != null ? atLeast : usual.getOrDefault(one.name(), otherwise)));
        return demands;
    }

    private Map<String, Double> usualDemands() {
        if (chosen != null) {
            return chosen.demands();
        }
        return against == null
                ? Map.of()
                : COMPARED.stream().collect(Collectors.toMap(Function.identity(), name -> WITHIN_3_PERCENT));
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

    private static Integer positive(String number) {
        int value = Integer.parseInt(number);
        if (value < 1) {
            throw new IllegalArgumentException("1 or more");
        }
        return value;
    }

    private static Path readable(String jar) {
        Path file = Path.of(jar);
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("there is no such file");
        }
        return file;
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
