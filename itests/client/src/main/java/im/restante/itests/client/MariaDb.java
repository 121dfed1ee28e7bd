package im.restante.itests.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A MariaDB server for one test, started by a JVM of its own: what starts it is no bundle. It ends with this JVM at the latest. */
public final class MariaDb implements AutoCloseable {
    private final Process process;
    private final Map<String, String> configuration = new LinkedHashMap<>();

    /**
     * Starts it.
     *
     * @param target    that of the test's module; its {@code mariadb.classpath} says where {@code mariadb-server} and its libraries are
     * @param directory an empty one, for all that it writes
     */
    public MariaDb(Path target, Path directory) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "im.restante.itests.mariadb.MariaDbServer",
                        directory.toString())
                .directory(target.getParent().toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().put("CLASSPATH", Files.readString(target.resolve("mariadb.classpath")));
        process = builder.start();
        BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
        for (String key : List.of("url", "user", ".password")) {
            String value = said.readLine();
            if (value == null) {
                throw new IOException("no MariaDB server");
            }
            configuration.put(key, value);
        }
    }

    /** What {@code im.restante.store.mariadb} has to say for an empty database of it. */
    public Map<String, String> configuration() {
        return configuration;
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
    }
}
