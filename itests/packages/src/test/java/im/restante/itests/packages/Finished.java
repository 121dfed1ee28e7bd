package im.restante.itests.packages;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a command that has ended left behind. */
record Finished(int exitCode, String out, String err) {
    /** Runs it to its end, for two minutes at most, with an empty standard input. */
    static Finished run(Map<String, String> environment, List<String> command) throws Exception {
        Path err = Files.createTempFile("restante-packages", ".err");
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), UTF_8);
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new AssertionError(command + " does not end");
            }
            return new Finished(process.exitValue(), out, Files.readString(err));
        } finally {
            Files.delete(err);
        }
    }

    /** Whether there is such a command on the {@code PATH}. */
    static boolean has(String command) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    }

    /** @throws IOException if it failed */
    Finished orThrow() throws IOException {
        if (exitCode != 0) {
            throw new IOException(toString());
        }
        return this;
    }
}
