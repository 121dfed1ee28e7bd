package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The jar as an operator uses it: processes, exit codes, what is printed. */
@Timeout(120)
class ExecutableJarIT {
    private static final int SIGTERM_EXIT = 143;

    @TempDir
    Path directory;

    private Path home;
    private final List<Process> started = new ArrayList<>();

    /** What a finished process left. */
    private record Finished(int exitCode, String out, String err) {}

    @BeforeEach
    void aHomeWhoseServerTakesAFreePort() throws IOException {
        home = directory.resolve("home");
        configure("c2s", "port = 0");
    }

    @AfterEach
    void nothingStaysBehind() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void saysWhatItIsAndWhatItCanDo() throws Exception {
        assertTrue(run("", "--version").out().startsWith("Restante "), "version");
        assertEquals(Arguments.USAGE, run("", "--help").out());
    }

    @Test
    void endsWithCodeTwoAndOneLineForAWordItDoesNotKnow() throws Exception {
        Finished finished = run("", "--hoem", "x");
        assertEquals(2, finished.exitCode());
        assertEquals("restante: unknown option --hoem; --help lists what there is\n", finished.err());
    }

    @Test
    void makesACommentedHomeOnlyItsOwnerCanEnterAndSaysWhenItIsReady() throws Exception {
        Process server = server();
        assertTrue(readyLine(server).matches("restante ready: localhost:\\d+ store=sqlite"));
        for (String pid : List.of("accounts", "c2s", "offline", "quota", "shell", "store.mariadb", "store.sqlite")) {
            assertTrue(Files.exists(home.resolve("etc").resolve("im.restante." + pid + ".cfg")), pid);
        }
        assertEquals(
                "port = 0\n", Files.readString(home.resolve("etc").resolve("im.restante.c2s.cfg")), "never rewritten");
        assertTrue(Files.exists(home.resolve("log").resolve("restante.log")));
        server.destroy();
        assertEquals(SIGTERM_EXIT, server.waitFor());
        assertFalse(log().contains("ERROR"), log());
    }

    @Test
    void anotherStoreIsUsedWhenItIsNamed() throws Exception {
        configure("offline", "store = mariadb");
        configure("store.mariadb", "url = jdbc:mariadb://127.0.0.1:1/restante\n.password = x"); // nobody is there yet
        assertTrue(readyLine(server()).endsWith(" store=mariadb"));
        assertFalse(log().contains("nothing here reads"), log());
    }

    @Test
    void aSecondServerInTheSameHomeIsRefused() throws Exception {
        readyLine(server());
        Finished second = run("");
        assertEquals(2, second.exitCode());
        assertEquals("restante: a server is running in " + home + "\n", second.err());
    }

    @Test
    void aBadValueAtStartEndsItWithCodeTwoAndOneLine() throws Exception {
        configure("quota", "store-limit = many");
        Finished finished = run("");
        assertEquals(2, finished.exitCode());
        assertTrue(
                finished.err().startsWith("restante: im.restante.quota: store-limit=many: must be "), finished.err());
        assertEquals(1, finished.err().lines().count(), finished.err());
        assertEquals("", finished.out());
    }

    @Test
    void everyBadValueIsNamed() throws Exception {
        configure("accounts", "scram-iterations = few");
        configure("c2s", "port = door");
        Finished finished = run("");
        assertEquals(2, finished.exitCode());
        assertTrue(finished.err().contains("scram-iterations=few"), finished.err());
    }

    @Test
    void warnsOfAKeyNobodyReads() throws Exception {
        configure("quota", "store-limt = 5");
        readyLine(server());
        assertTrue(log().contains("im.restante.quota: nothing here reads the key store-limt"), log());
    }

    @Test
    void aFileIsReadAgainWhenItIsSavedAndABadValueDoesNotEndTheServer() throws Exception {
        Process server = server();
        readyLine(server);
        configure("quota", "store-limit = many");
        awaitInLog("store-limit=many: must be ");
        assertTrue(server.isAlive());
    }

    @Test
    void startsAgainAfterAKillAndAfterItsCacheWasCutShort() throws Exception {
        Process server = server();
        readyLine(server);
        server.destroyForcibly().waitFor();
        Files.delete(home.resolve("data").resolve("cache").resolve("build-id"));
        readyLine(server());
    }

    @Test
    void addsUsersWhileStoppedAndListsThemWhileRunning() throws Exception {
        assertEquals(
                new Finished(0, "added juliet@localhost\n", ""), run("secret\n", "user", "add", "juliet@localhost"));
        assertEquals(1, run("secret\n", "user", "add", "juliet@localhost").exitCode());
        assertEquals(1, run("secret\n", "user", "add", "juliet@example.com").exitCode());
        assertEquals(2, run("", "user", "add", "romeo@localhost").exitCode());
        readyLine(server());
        assertEquals(2, run("secret\n", "user", "add", "romeo@localhost").exitCode());
        Finished listed = run("", "shell", "restante:user-list");
        assertEquals(0, listed.exitCode());
        assertTrue(listed.out().contains("juliet@localhost"), listed.out());
        Finished many = run("restante:user-list\nrestante:store\n", "shell");
        assertTrue(many.out().contains("juliet@localhost") && many.out().contains("sqlite"), many.out());
        Finished wrong = run("", "shell", "no-such-command");
        assertEquals(1, wrong.exitCode());
        assertTrue(wrong.err().startsWith("restante: ") && wrong.err().contains("no-such-command"), wrong.err());
        assertEquals(
                new Finished(1, "", "restante: there is no account paris@localhost\n"),
                run("", "shell", "restante:user-remove", "paris@localhost"));
        assertTrue(run("", "shell", "restante:commands").out().contains("restante:tigase-check\n    "));
    }

    @Test
    void theShellOfAServerThatDoesNotRunIsRefusedInOneLine() throws Exception {
        Finished finished = run("", "shell", "restante:user-list");
        assertEquals(1, finished.exitCode());
        assertTrue(finished.err().startsWith("restante: no server is running in "), finished.err());
    }

    @Test
    void theDemonstrationArrives() throws Exception {
        Finished finished = run("", "demo");
        assertEquals(0, finished.exitCode(), finished.out() + finished.err());
        assertTrue(finished.out().contains("arrived, each once, in order"), finished.out());
    }

    private void configure(String pid, String line) throws IOException {
        Path etc = Files.createDirectories(home.resolve("etc"));
        Files.writeString(etc.resolve("im.restante." + pid + ".cfg"), line + '\n');
    }

    private String log() throws IOException {
        return Files.readString(home.resolve("log").resolve("restante.log"));
    }

    private void awaitInLog(String text) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!log().contains(text)) {
            assertTrue(System.nanoTime() < end, log());
            Thread.sleep(50);
        }
    }

    private Process server() throws IOException {
        Process server = start();
        server.getOutputStream().close();
        return server;
    }

    private Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("jar"),
                "--home",
                home.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(directory.resolve("err").toFile())
                .start();
        started.add(process);
        return process;
    }

    private Finished run(String input, String... arguments) throws Exception {
        Process process = start(arguments);
        process.getOutputStream().write(input.getBytes(UTF_8));
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(
                process.waitFor(60, TimeUnit.SECONDS),
                "still running: " + Stream.of(arguments).toList());
        return new Finished(process.exitValue(), out, Files.readString(directory.resolve("err")));
    }

    private String readyLine(Process server) throws IOException {
        String line = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8)).readLine();
        assertTrue(
                line != null && line.startsWith("restante ready: "), line + Files.readString(directory.resolve("err")));
        return line;
    }
}
