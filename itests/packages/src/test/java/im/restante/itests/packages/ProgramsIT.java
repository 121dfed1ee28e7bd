package im.restante.itests.packages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The scripts of the tar.gz as an operator uses them: one server, started by a link to its script, and what is asked of it. */
@Timeout(300)
class ProgramsIT {
    private static final int SIGTERM_EXIT = 143;

    @TempDir
    static Path directory;

    /** As unpacked. */
    private static Path folder;

    private static Path home;
    private static Process server;

    @BeforeAll
    @Timeout(300)
    static void aServerStartedByALinkToItsScript() throws IOException {
        Archive.tarGz().unpack(directory);
        folder = directory.resolve("restante-" + Archive.VERSION).toRealPath();
        home = directory.resolve("a home");
        Path etc = Files.createDirectories(home.resolve("etc"));
        Files.writeString(etc.resolve("im.restante.c2s.cfg"), "port = 0\n");
        Files.writeString(etc.resolve("im.restante.http.cfg"), "port = -1\n");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
        Path link = Files.createSymbolicLink(
                Files.createDirectory(directory.resolve("some commands")).resolve("restante"),
                folder.resolve("bin/restante"));
        Path err = directory.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(link.toString()).redirectError(err.toFile());
        builder.environment().putAll(environment());
        builder.environment().put("JAVA_OPTS", "-Xmx200m -Dof.the.test=yes");
        server = builder.start();
        server.getOutputStream().close();
        String line = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8)).readLine();
        assertTrue(line != null && line.startsWith("restante ready: localhost:"), line + Files.readString(err));
    }

    @AfterAll
    @Timeout(300)
    static void endsAsTheServerEnds() throws Exception {
        if (server == null) {
            return; // it was not started
        }
        server.destroy();
        assertTrue(server.waitFor(2, TimeUnit.MINUTES));
        assertEquals(SIGTERM_EXIT, server.exitValue());
    }

    private static Map<String, String> environment() {
        return Map.of("JAVA_HOME", System.getProperty("java.home"), "RESTANTE_HOME", home.toString());
    }

    private static Finished run(String script, String... arguments) throws Exception {
        return run(environment(), script, arguments);
    }

    private static Finished run(Map<String, String> environment, String script, String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of(folder.resolve("bin").resolve(script).toString()));
        command.addAll(List.of(arguments));
        return Finished.run(environment, command);
    }

    /** So that a signal meets it, and no script stays behind. */
    @Test
    void theScriptBecomesTheServerWithItsFlags() {
        String commandLine = server.info().commandLine().orElseThrow();
        assertTrue(
                commandLine.contains(
                        " -XX:+ExitOnOutOfMemoryError -Xmx200m -Dof.the.test=yes -jar " + folder + "/lib/restante.jar"),
                commandLine);
    }

    @Test
    void theServerIsAskedByShortNames() throws Exception {
        Finished status = run("restantectl", "status");
        assertEquals(0, status.exitCode(), status.err());
        assertEquals(run("restante", "shell", "restante:store"), run("restantectl", "store"));
        assertTrue(run("restantectl", "--home", home.toString(), "felix:lb", "-s")
                .out()
                .contains("im.restante.c2s"));
        assertTrue(run("restantectl", "--home=" + home, "user-list", "--help")
                .out()
                .startsWith("restante:user-list"));
    }

    @Test
    void operandsStayOperands() throws Exception {
        assertEquals(
                new Finished(0, "added yc@localhost\n", ""), run("restantectl", "user-add", "yc@localhost", "a b; $c"));
        String operand = "ya@localhost/x;restante:user-remove yc@localhost $HOME *";
        Finished why = run("restantectl", "why", operand);
        assertTrue(why.out().startsWith("nothing is known about " + operand + "\n"), why.toString());
        assertTrue(run("restantectl", "user-list").out().contains("yc@localhost\n"));
    }

    @Test
    void whatFailsEndsWithOneLineAndACode() throws Exception {
        assertEquals(
                new Finished(1, "", "restante: there is no account paris@localhost\n"),
                run("restantectl", "user-remove", "paris@localhost"));
        assertEquals(
                new Finished(2, "", "restantectl: unknown option --hoem; --help lists what there is\n"),
                run("restantectl", "--hoem"));
        assertEquals(new Finished(2, "", "restantectl: --home needs a directory\n"), run("restantectl", "--home"));
        assertEquals(2, run("restante", "--hoem").exitCode());
        assertTrue(run("restantectl", "--help").out().startsWith("restantectl [--home DIR] "));
    }

    @Test
    void bashCompletesExactlyTheCommandsOfTheServer() throws Exception {
        assumeTrue(Finished.has("bash"), "the completion: needs bash");
        Set<String> commands = run("restantectl", "commands")
                .orThrow()
                .out()
                .lines()
                .filter(line -> line.startsWith("restante:"))
                .map(line -> line.substring("restante:".length()).split(" ")[0])
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(commands.size() > 15, commands::toString);
        assertEquals(commands, completed("--home", directory.toString(), ""));
        commands.addAll(Set.of("--home", "--help"));
        assertEquals(commands, completed(""));
        assertEquals(Set.of("session-end", "sessions"), completed("sess"));
        assertEquals(Set.of(folder + "/bin"), completed("--home", folder + "/b"));
        assertEquals(Set.of(), completed("status", ""));
    }

    /** What bash offers behind these words, of which the last one is not finished. */
    private static Set<String> completed(String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "bash",
                "-c",
                "file=$1; shift; . \"$file\"; COMP_WORDS=(restantectl \"$@\"); COMP_CWORD=$#; _restantectl;"
                        + " printf '%s\\n' \"${COMPREPLY[@]}\"",
                "bash",
                folder.resolve("share/bash-completion/completions/restantectl").toString()));
        command.addAll(List.of(words));
        return Finished.run(Map.of(), command)
                .orThrow()
                .out()
                .lines()
                .filter(line -> !line.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void theFileOfDefaultsIsReadAndTheEnvironmentWins() throws Exception {
        Path java = java("17.0.1", true);
        Path defaults = Files.writeString(
                folder.resolve("defaults"),
                "JAVA_OPTS='-Da=1 -Db=2'\nRESTANTE_HOME=/nowhere\nJAVA_HOME='" + java + "'\n");
        try {
            String jar = folder + "/lib/restante.jar";
            Map<String, String> unset = Map.of("JAVA_HOME", "", "JAVA_OPTS", "", "RESTANTE_HOME", "");
            assertEquals(
                    List.of("-XX:+ExitOnOutOfMemoryError", "-Da=1", "-Db=2", "-jar", jar, "--home", "/nowhere", "demo"),
                    run(unset, "restante", "demo").orThrow().out().lines().toList());
            Map<String, String> set = new TreeMap<>(unset);
            set.put("JAVA_OPTS", "-Dc=3");
            set.put("RESTANTE_HOME", "/else where");
            assertEquals(
                    List.of("-XX:+ExitOnOutOfMemoryError", "-Dc=3", "-jar", jar, "--home", "/else where"),
                    run(set, "restante").orThrow().out().lines().toList());
            assertEquals(
                    List.of("-XX:+ExitOnOutOfMemoryError", "-Dc=3", "-jar", jar, "--version"),
                    run(set, "restante", "--version").orThrow().out().lines().toList());
            List<String> asked = run(set, "restantectl", "user-add", "a b", "")
                    .orThrow()
                    .out()
                    .lines()
                    .toList();
            assertEquals(
                    List.of("-jar", jar, "--home", "/else where", "shell", "restante:user-add", "a b", ""),
                    asked.subList(asked.indexOf("-jar"), asked.size()));
        } finally {
            Files.delete(defaults);
        }
    }

    @Test
    void anOlderJavaIsRefusedAndOneThatHasNoReleaseFileIsAsked() throws Exception {
        for (Path old : List.of(java("11.0.2", true), java("11.0.2", false), java("1.8.0_402", true))) {
            assertEquals(
                    new Finished(
                            2,
                            "",
                            "restante: there is no Java runtime of version 17 or later in JAVA_HOME=" + old + "\n"),
                    run(Map.of("JAVA_HOME", old.toString()), "restante", "--version"));
        }
        for (Path young : List.of(java("17", true), java("21.0.1", false))) {
            Finished ran = run(Map.of("JAVA_HOME", young.toString(), "JAVA_OPTS", ""), "restante", "--version");
            assertEquals("-XX:+ExitOnOutOfMemoryError\n-jar\n" + folder + "/lib/restante.jar\n--version\n", ran.out());
        }
    }

    /** A folder with a {@code java} that tells its version, and else prints its arguments, a line each. */
    private static Path java(String version, boolean hasReleaseFile) throws IOException {
        Path jdk = Files.createTempDirectory(directory, "a jdk");
        Path java = Files.createDirectory(jdk.resolve("bin")).resolve("java");
        Files.writeString(
                java,
                "#!/bin/sh\nif [ \"$1\" = -version ]; then\n  echo 'Picked up JAVA_TOOL_OPTIONS: -Dx=y' >&2\n"
                        + "  echo 'openjdk version \"" + version
                        + "\" 2026-11-01' >&2\nelse\n  printf '%s\\n' \"$@\"\nfi\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        if (hasReleaseFile) {
            Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"X\"\nJAVA_VERSION=\"" + version + "\"\n");
        }
        return jdk.toRealPath();
    }

    @Test
    void rootDoesNotRunTheServerInTheHomeOfAnother() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")), "a home of another: needs root");
        Path others = Files.createDirectory(directory.resolve("of others"));
        Files.setOwner(
                others, others.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        Map<String, String> environment =
                Map.of("JAVA_HOME", java("17", true).toString(), "JAVA_OPTS", "", "RESTANTE_HOME", others.toString());
        assertEquals(
                new Finished(2, "", "restante: " + others + " belongs to nobody: run `sudo -u nobody restante`\n"),
                run(environment, "restante"));
        assertEquals(0, run(environment, "restante", "--version").exitCode());
        assertEquals(0, run(environment, "restantectl", "status").exitCode(), "asks, and leaves nothing there");
    }
}
