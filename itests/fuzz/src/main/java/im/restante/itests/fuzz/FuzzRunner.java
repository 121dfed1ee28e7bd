package im.restante.itests.fuzz;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Gives targets to Jazzer, each in a JVM of its own, one after another. See README.md. */
public final class FuzzRunner {
    /** An input that takes longer hangs, on a machine that is twenty times slower too. */
    private static final int HANG_SECONDS = 60;

    private static final String HEAP = "-Xmx192m";

    private final long runs;
    private final int seconds;
    private final long seed;
    private final Path work;

    /**
     * @param runs    inputs for each target; -1: as many as there is time for
     * @param seconds for each target; 0: as long as the inputs take
     * @param work    folder of what was found: inputs that reach further, one folder a target, and those that break something
     */
    FuzzRunner(long runs, int seconds, long seed, Path work) {
        this.runs = runs;
        this.seconds = seconds;
        this.seed = seed;
        this.work = work.toAbsolutePath();
    }

    public static void main(String[] args) throws IOException, InterruptedException {
        long runs = -1;
        int seconds = 0;
        long seed = 1;
        List<Target> targets = new ArrayList<>();
        try {
            for (int i = 0; i < args.length; i++) {
                String arg = args[i];
                switch (arg) {
                    case "--runs" -> runs = Long.parseLong(args[++i]);
                    case "--seconds" -> seconds = Integer.parseInt(args[++i]);
                    case "--seed" -> seed = Long.parseLong(args[++i]);
                    default -> targets.add(named(arg));
                }
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            System.err.println("fuzz [--runs N] [--seconds N] [--seed N] [TARGET...]: " + e.getMessage());
            System.exit(2);
        }
        if (runs < 0 && seconds == 0) {
            seconds = 60;
        }
        FuzzRunner runner = new FuzzRunner(runs, seconds, seed, Path.of("target", "fuzz"));
        boolean right = true;
        for (Target target : targets.isEmpty() ? Target.ALL : targets) {
            Outcome outcome = runner.run(target);
            System.out.println(outcome);
            right &= outcome.isRight();
        }
        System.exit(right ? 0 : 1);
    }

    private static Target named(String name) {
        return Target.ALL.stream()
                .filter(target -> target.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no target " + name));
    }

    /** Until the inputs or the time are used up, or one of them breaks something. */
    Outcome run(Target target) throws IOException, InterruptedException {
        Path folder = Files.createDirectories(work.resolve(target.name()));
        Path seeds = Files.createDirectories(folder.resolve("seeds"));
        Path found = Files.createDirectories(folder.resolve("found"));
        Path log = folder.resolve("log");
        seed(target, seeds);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                HEAP,
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                classPath(),
                "com.code_intelligence.jazzer.Jazzer",
                "--target_class=" + target.entry(),
                "--instrumentation_includes=im.restante.**",
                "--reproducer_path=" + folder,
                "-artifact_prefix=" + folder + "/",
                "-seed=" + seed,
                "-runs=" + runs,
                "-max_total_time=" + seconds,
                "-max_len=" + target.mostBytes(),
                "-timeout=" + HANG_SECONDS,
                "-rss_limit_mb=0", // the heap is what is bounded
                "-print_final_stats=1"));
        command.add("-dict=" + folder.resolve("words"));
        command.add(found.toString());
        command.add(seeds.toString());
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            return Outcome.of(target, process.waitFor(), log);
        } finally {
            process.destroyForcibly();
        }
    }

    /** Absolute: a JVM of ours stands in another folder. */
    private static String classPath() throws IOException {
        String path = System.getProperty("java.class.path");
        if (!path.endsWith("fuzz.jar")) {
            return path;
        }
        Path jar = Path.of(path).toAbsolutePath();
        return jar + System.getProperty("path.separator") + jar.resolveSibling("lib") + "/*";
    }

    /** What the files of seeds say: inputs, parted by a line of four dashes; an escape {@code \xHH} is a byte. */
    private static void seed(Target target, Path seeds) throws IOException {
        String[] inputs = text("/seeds/" + target.name()).split("\n----\n");
        for (int i = 0; i < inputs.length; i++) {
            Files.write(seeds.resolve(Integer.toString(i)), bytes(inputs[i]));
        }
        Files.writeString(seeds.resolveSibling("words"), text("/words/" + target.name()));
    }

    private static String text(String resource) throws IOException {
        try (var in = FuzzRunner.class.getResourceAsStream(resource)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    private static byte[] bytes(String escaped) {
        byte[] from = escaped.getBytes(UTF_8);
        byte[] to = new byte[from.length];
        int size = 0;
        for (int i = 0; i < from.length; i++) {
            if (from[i] == '\\' && i + 3 < from.length && from[i + 1] == 'x') {
                to[size++] = (byte) Integer.parseInt(new String(from, i + 2, 2, UTF_8), 16);
                i += 3;
            } else {
                to[size++] = from[i];
            }
        }
        return Arrays.copyOf(to, size);
    }

    /** What became of a target. */
    record Outcome(Target target, long inputs, long perSecond, List<String> finding) {
        /** Lines of a finding: what failed, where, and the input. */
        private static final int TOLD = 40;

        static Outcome of(Target target, int code, Path log) throws IOException {
            List<String> lines;
            try (Stream<String> all = Files.lines(log, ISO_8859_1)) {
                lines = all.toList();
            }
            long inputs = number(lines, "stat::number_of_executed_units:");
            long perSecond = number(lines, "stat::average_exec_per_sec:");
            if (code == 0) {
                return new Outcome(target, inputs, perSecond, List.of());
            }
            List<String> finding = new ArrayList<>(List.of("exit code " + code + ", see " + log));
            lines.stream().dropWhile(line -> !line.startsWith("==")).limit(TOLD).forEach(finding::add);
            return new Outcome(target, inputs, perSecond, finding);
        }

        private static long number(List<String> lines, String name) {
            return lines.stream()
                    .filter(line -> line.startsWith(name))
                    .mapToLong(
                            line -> Long.parseLong(line.substring(name.length()).strip()))
                    .findFirst()
                    .orElse(-1);
        }

        boolean isRight() {
            return finding.isEmpty();
        }

        @Override
        public String toString() {
            String line = target.name() + ": " + inputs + " inputs, " + perSecond + " a second, ";
            return line + (isRight() ? "nothing found" : String.join(System.lineSeparator(), finding));
        }
    }
}
