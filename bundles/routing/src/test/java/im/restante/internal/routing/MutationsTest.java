package im.restante.internal.routing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whether the model test finds the faults of {@code mutations.txt} in the owner's core: each is compiled into a copy of the core, and
 * made-up lives are lived with it until one goes wrong. That takes minutes, so it is done only when asked for:
 * {@code mvn -o test -pl bundles/routing -Dtest=MutationsTest -Dmutations=true}, {@code -Dmutations.rounds=N} lives each.
 */
class MutationsTest {
    private static final Path CORE = Path.of("../spool/src/main/java/im/restante/internal/spool/core");
    private static final Path SPOOL_TESTS = Path.of("../spool/target/test-classes");
    private static final Duration HANGS = Duration.ofSeconds(Long.getLong("mutations.seconds", 120));

    private record Mutation(String name, String file, String before, String after) {}

    private static List<Mutation> mutations() throws IOException {
        try (InputStream in = MutationsTest.class.getResourceAsStream("/mutations.txt")) {
            List<Mutation> all = new ArrayList<>();
            for (String block : new String(in.readAllBytes(), UTF_8).split("\n\n")) {
                List<String> lines =
                        block.lines().filter(line -> !line.startsWith("#")).toList();
                if (lines.size() == 4) {
                    all.add(new Mutation(
                            lines.get(0),
                            lines.get(1),
                            lines.get(2).substring(1).replace("\\n", "\n"),
                            lines.get(3).substring(1).replace("\\n", "\n")));
                }
            }
            return all;
        }
    }

    /** Whoever changes the core changes the list with it. */
    @Test
    void everyFaultHasItsPlaceInTheCore() throws IOException {
        for (Mutation mutation : mutations()) {
            place(mutation);
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "mutations", matches = "true")
    void everyFaultOfTheListIsFound(@TempDir Path folder) throws Exception {
        List<Mutation> all = mutations();
        assertTrue(all.size() >= 20, "only " + all.size());
        List<String> notFound = new ArrayList<>();
        int number = 0;
        for (Mutation mutation : all) {
            Path classes = Files.createDirectory(folder.resolve("m" + number++));
            compile(mutation, classes);
            String finding = firstFinding(classes);
            System.out.println((finding == null ? "NOT FOUND  " : "found      ") + mutation.name() + ": " + finding);
            if (finding == null) {
                notFound.add(mutation.name());
            }
        }
        assertEquals(List.of(), notFound);
    }

    /** The core's file of that name, parted where the fault goes. */
    private static String[] place(Mutation mutation) throws IOException {
        Path source = CORE.resolve(mutation.file() + ".java");
        String[] parts = Files.readString(source).split(Pattern.quote(mutation.before()), -1);
        assertEquals(2, parts.length, mutation.name() + ": should be once in " + source + ": " + mutation.before());
        return parts;
    }

    private static void compile(Mutation mutation, Path classes) throws IOException {
        String[] parts = place(mutation);
        Path changed = Files.createDirectories(classes.resolve("src")).resolve(mutation.file() + ".java");
        Files.writeString(changed, parts[0] + mutation.after() + parts[1]);
        List<String> arguments = new ArrayList<>(
                List.of("-proc:none", "-nowarn", "-d", classes.toString(), "-cp", classPath(), changed.toString()));
        try (Stream<Path> others = Files.list(CORE)) {
            others.filter(file -> file.toString().endsWith(".java")
                            && !file.getFileName().equals(changed.getFileName()))
                    .forEach(file -> arguments.add(file.toString()));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        assertEquals(0, compiler.run(null, null, null, arguments.toArray(String[]::new)), mutation.name());
    }

    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /** In a JVM of its own, since a fault may make it hang; null if all lives were right. */
    private static String firstFinding(Path classes) throws Exception {
        Path said = classes.resolve("said");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
                        "-cp",
                        String.join(File.pathSeparator, classes.toString(), SPOOL_TESTS.toString(), classPath()),
                        Lives.class.getName(),
                        System.getProperty("mutations.rounds", "400"))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        if (!process.waitFor(HANGS.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            return "it hangs";
        }
        return process.exitValue() == 0
                ? null
                : Files.readString(said).lines().findFirst().orElse("it ends");
    }

    /** The tests of single decisions, then lives, until something goes wrong. */
    static final class Lives {
        private Lives() {}

        private static void decisions() {
            try {
                Class<?> tests = Class.forName("im.restante.internal.spool.core.OwnerCoreTest");
                for (Method test : tests.getDeclaredMethods()) {
                    if (test.isAnnotationPresent(Test.class)) {
                        Constructor<?> made = tests.getDeclaredConstructor();
                        made.setAccessible(true);
                        test.setAccessible(true);
                        test.invoke(made.newInstance());
                    }
                }
            } catch (InvocationTargetException e) {
                System.out.println("OwnerCoreTest: " + e.getCause());
                System.exit(1);
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("the tests of the spool bundle must be built", e);
            }
        }

        public static void main(String[] arguments) {
            decisions();
            for (int seed = 1; seed <= Integer.parseInt(arguments[0]); seed++) {
                ModelWorld world = new ModelWorld(seed);
                try {
                    world.live(200);
                    world.heal();
                    world.live(200);
                    world.end();
                } catch (Throwable e) {
                    System.out.println("seed " + seed + ": " + e);
                    System.exit(1);
                }
            }
            System.exit(0);
        }
    }
}
