package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar as an operator uses it: processes, exit codes, what is printed. */
@Timeout(600) // some start a dozen virtual machines
class ExecutableJarIT {
    private static final int SIGTERM_EXIT = 143;

    @TempDir
    Path directory;

    private Path home;
    private final Map<String, String> environment = new HashMap<>();
    private final List<Process> started = new ArrayList<>();

    /** What a finished process left. */
    private record Finished(int exitCode, String out, String err) {}

    @BeforeEach
    void aHomeWhoseServerTakesAFreePort() throws IOException {
        home = directory.resolve("home");
        configure("c2s", "port = 0");
        configure("http", "port = -1");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------")); // else it is warned of
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
        for (String pid : List.of(
                "accounts", "c2s", "offline", "quota", "shell", "store.mariadb", "store.postgresql", "store.sqlite")) {
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
    void everythingInTheHomeIsForItsOwnerOnlyAndWhatWasOpenIsClosed() throws Exception {
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(
                home.resolve("etc").resolve("im.restante.c2s.cfg"), PosixFilePermissions.fromString("rw-r--r--"));
        Path elsewhere = Files.writeString(directory.resolve("elsewhere.cfg"), "");
        Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rw-r--r--"));
        Files.createSymbolicLink(home.resolve("etc").resolve("link.txt"), elsewhere);
        readyLine(server());
        awaitInLog(home + " was open to others than its owner; ");
        assertEquals(
                1,
                log().lines()
                        .filter(line -> line.contains("was open to others"))
                        .count(),
                log());
        Set<String> seen;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!(seen = open()).isEmpty()) { // the log file is closed after the server is ready
            assertTrue(System.nanoTime() < end, seen::toString);
            Thread.sleep(50);
        }
        assertEquals("rw-r--r--", PosixFilePermissions.toString(Files.getPosixFilePermissions(elsewhere)));
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
        Files.writeString(home.resolve("etc").resolve("new.txt"), "behind a closed door");
        Files.delete(home.resolve("log").resolve("restante.log"));
        readyLine(server());
        assertFalse(log().contains("was open to others"), log());
    }

    /** What others than the owner may do something with. */
    private Set<String> open() throws IOException {
        Set<String> open = new TreeSet<>();
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String permissions =
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
                if (!permissions.endsWith("------")
                        && !Files.isSymbolicLink(file)
                        && !file.endsWith("certificate.pem") // which every client is shown
                        && !file.startsWith(home.resolve("data").resolve("cache"))) {
                    open.add(home.relativize(file) + " " + permissions);
                }
            }
        }
        return open;
    }

    @Test
    void aFolderOfTheHomeMayBeALinkAndWhatItLeadsToIsLeftAsItIs() throws Exception {
        Path etc = Files.move(home.resolve("etc"), directory.resolve("configuration"));
        Files.setPosixFilePermissions(etc, PosixFilePermissions.fromString("rwxr-x---"));
        Files.createSymbolicLink(home.resolve("etc"), etc);
        Path log = Files.createDirectory(directory.resolve("logs"));
        Files.createSymbolicLink(home.resolve("log"), log);
        readyLine(server());
        assertTrue(Files.exists(log.resolve("restante.log")));
        assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(etc)));
        Files.writeString(etc.resolve("im.restante.quota.cfg"), "store-limit = many\n");
        awaitInLog("store-limit=many: must be ");
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
        awaitInLog("im.restante.quota: nothing here reads the key store-limt");
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
    void aLineOfTheLogIsOneLineWhateverSomebodyChose() throws Exception {
        readyLine(server());
        configure("quota", "store-limit = x\\n2026-11-29 INFO all is well\\u202e\\u009b2J\\u001b[2J");
        awaitInLog("store-limit=x?2026-11-29 INFO all is well??2J?[2J: must be ");
        assertFalse(log().matches("(?s).*[\\u202e\\u009b\\u001b].*"), log());
        String err = Files.readString(directory.resolve("err"));
        assertFalse(err.matches("(?s).*[\\u202e\\u009b\\u001b].*"), err);
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
        assertTrue(run("", "shell", "restante:commands").out().contains("restante:tigase-check [FILE]\n    "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"argument", "prompt"})
    void whatStandsInAnOperandIsNoCommand(String how) throws Exception {
        assertEquals(0, run("secret\n", "user", "add", "yc@localhost").exitCode());
        readyLine(server());
        String operand = "ya@localhost/x;restante:user-remove yc@localhost";
        Finished why = how.equals("prompt")
                ? run("restante:why '" + operand + "'\n", "shell")
                : run("", "shell", "restante:why", operand);
        assertEquals(0, why.exitCode(), why.err());
        assertTrue(why.out().startsWith("nothing is known about " + operand + "\n"), why.out());
        Finished steering = run("restante:why a\u001b[2J\u009b2J\u202e\n", "shell");
        assertTrue(steering.out().startsWith("nothing is known about a\\u001B[2J\\u009B2J\\u202E\n"), steering.out());
        assertTrue(run("", "shell", "restante:user-list").out().contains("yc@localhost"));
    }

    /** At a pseudo-terminal, which {@code script} of the system makes. */
    @Test
    void aTerminalHasAPromptThatCompletesAsksAndRemembers() throws Exception {
        assumeTrue(
                Stream.of("script", "stty", "tty").allMatch(ExecutableJarIT::isInstalled),
                "needs script, stty and tty");
        assertEquals(0, run("secret\n", "user", "add", "juliet@localhost").exitCode());
        readyLine(server());
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                System.getProperty("jar"),
                "--home",
                home.toString(),
                "shell");
        ProcessBuilder builder = new ProcessBuilder(
                        "script",
                        "-q",
                        "-e",
                        "-c",
                        "'" + String.join("' '", command) + "'",
                        directory.resolve("typescript").toString())
                .redirectErrorStream(true);
        builder.environment().put("TERM", "xterm");
        builder.environment().put("LC_ALL", "C.UTF-8");
        Process terminal = builder.start();
        started.add(terminal);
        Screen screen = new Screen(terminal);
        screen.await("restante> ");
        screen.type("user-l\t\r");
        screen.await("juliet@localhost");
        screen.await("restante> ");
        screen.type("spool jul\t\r");
        screen.await("sqlite: nothing waits");
        screen.await("restante> ");
        screen.type("user-add romeo@localhost\r");
        screen.await("Password: ");
        screen.type("hush\r");
        screen.await("added romeo@localhost");
        screen.await("restante> ");
        screen.type("sto\u0003"); // Ctrl-C
        screen.await("restante> ");
        screen.type("exit\r");
        assertTrue(terminal.waitFor(60, TimeUnit.SECONDS), screen::toString);
        assertEquals(0, terminal.exitValue(), screen::toString);
        assertFalse(screen.toString().contains("hush"), screen::toString);
        Path history = home.resolve("data").resolve("shell-history");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(history)));
        String kept = Files.readString(history);
        assertTrue(kept.contains("restante:user-list"), kept);
        assertFalse(kept.contains("hush"), kept);
    }

    private static boolean isInstalled(String command) {
        return Stream.of(System.getenv("PATH").split(":"))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    }

    /** What a terminal shows, as it comes. */
    private static final class Screen {
        private final Process terminal;
        private final StringBuilder shown = new StringBuilder();
        private int seen;

        Screen(Process terminal) {
            this.terminal = terminal;
        }

        void type(String keys) throws IOException {
            terminal.getOutputStream().write(keys.getBytes(UTF_8));
            terminal.getOutputStream().flush();
        }

        /** Returns when it is there, behind what was waited for before. */
        void await(String text) throws IOException {
            byte[] some = new byte[4_096];
            int at = shown.indexOf(text, seen);
            while (at < 0) {
                int read = terminal.getInputStream().read(some);
                assertTrue(read > 0, () -> "no " + text + " in " + shown);
                shown.append(new String(some, 0, read, UTF_8));
                at = shown.indexOf(text, seen);
            }
            seen = at + text.length();
        }

        @Override
        public String toString() {
            return shown.toString();
        }
    }

    @Test
    void theLastExportAndImportAreRemembered() throws Exception {
        assertEquals(0, run("secret\n", "user", "add", "juliet@localhost").exitCode());
        readyLine(server());
        assertEquals(1, run("", "shell", "restante:export").exitCode(), "there was none yet");
        assertEquals(0, run("", "shell", "restante:export", "all.xml").exitCode());
        Finished export = run("", "shell", "restante:export");
        assertTrue(
                export.out().startsWith("export to " + home.resolve("all.xml") + "\n1 account"),
                export.out() + export.err());
        assertEquals(0, run("", "shell", "restante:import", "all.xml").exitCode());
        Finished imported = run("", "shell", "restante:import");
        assertTrue(imported.out().contains("1 account"), imported.out() + imported.err());
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

    /** Their digits are not ours, or their i. The demonstration stores messages, starts the server anew and drains them. */
    @ParameterizedTest
    @ValueSource(strings = {"ar-EG", "fa-IR", "ne-NP", "bn-BD", "tr-TR"})
    void servesWhateverLanguageTheSystemSpeaks(String language) throws Exception {
        environment.put(
                "JDK_JAVA_OPTIONS",
                "-Duser.language=" + language.substring(0, 2) + " -Duser.country=" + language.substring(3));
        theDemonstrationArrives();
    }

    private void configure(String pid, String line) throws IOException {
        Path etc = Files.createDirectories(home.resolve("etc"));
        Files.writeString(etc.resolve("im.restante." + pid + ".cfg"), line + '\n');
    }

    private String log() throws IOException {
        return Files.readString(home.resolve("log").resolve("restante.log"));
    }

    private void awaitInLog(String text) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
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
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(directory.resolve("err").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Finished run(String input, String... arguments) throws Exception {
        Process process = start(arguments);
        process.getOutputStream().write(input.getBytes(UTF_8));
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(
                process.waitFor(120, TimeUnit.SECONDS),
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
