package im.restante.itests.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A JDK on this machine.
 *
 * @param home    its folder
 * @param feature its feature release, e.g. 17
 */
public record Jdk(Path home, int feature) {
    /** The one that runs this. */
    public static Jdk current() {
        return new Jdk(
                Path.of(System.getProperty("java.home")), Runtime.version().feature());
    }

    /**
     * The newest one of 21 or later that stands beside the current one or beside {@code JAVA_HOME}; the current one if there is
     * no such. The system property {@code restante.jdk} names a home and wins.
     */
    public static Jdk newest() {
        String named = System.getProperty("restante.jdk", "");
        if (!named.isEmpty()) {
            return at(Path.of(named));
        }
        return all().stream().max(Comparator.comparingInt(Jdk::feature)).orElseGet(Jdk::current);
    }

    /** The current one and, where one of 21 or later is found, the newest: what the run-time tests run on. */
    public static List<Jdk> forTests() {
        Jdk current = current();
        Jdk newest = newest();
        return newest.feature() >= 21 && newest.feature() != current.feature()
                ? List.of(current, newest)
                : List.of(current);
    }

    /** Its {@code java} command. */
    public Path java() {
        return home.resolve("bin").resolve("java");
    }

    @Override
    public String toString() {
        return "JDK " + feature;
    }

    private static List<Jdk> all() {
        List<Jdk> found = new ArrayList<>();
        found.add(current());
        try (Stream<Path> neighbours = Files.list(current().home().toRealPath().getParent())) {
            neighbours
                    .filter(home ->
                            Files.isExecutable(home.resolve("bin/java")) && Files.exists(home.resolve("release")))
                    .forEach(home -> found.add(at(home)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static Jdk at(Path home) {
        try (Stream<String> lines = Files.lines(home.resolve("release"))) {
            String version = lines.filter(line -> line.startsWith("JAVA_VERSION="))
                    .map(line -> line.substring("JAVA_VERSION=".length()).replace("\"", ""))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(home + " does not say its JAVA_VERSION"));
            return new Jdk(home, Runtime.Version.parse(version.split("_")[0]).feature());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
