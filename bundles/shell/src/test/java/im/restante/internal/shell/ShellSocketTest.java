package im.restante.internal.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.internal.administration.Desks;
import im.restante.internal.support.OperatorConsole;
import im.restante.jid.Jid;
import im.restante.migration.Job;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;

@Timeout(20)
class ShellSocketTest {
    private final FakeAccounts accounts = new FakeAccounts();
    private final Desks administration = new Desks();
    private volatile List<String> shown;
    private final Gogo gogo = new Gogo(
            new UserListCommand(administration.accounts(accounts)),
            new UserAddCommand(administration.accounts(accounts)),
            new UserRemoveCommand(administration.accounts(accounts)),
            new CommandsCommand(CommandsTest.others(), List.of(new Show())),
            new Show(),
            new Work());
    private final CountDownLatch mayEnd = new CountDownLatch(1);

    /** Remembers what it was given. */
    private final class Show extends ShellCommand {
        Show() {
            super("show WORDS", "For this test.", 0, 9);
        }

        @Override
        void run(Terminal terminal, List<String> arguments) {
            shown = arguments;
            if (arguments.get(0).equals("throw")) {
                throw new IllegalStateException(arguments.get(1));
            }
        }
    }

    /** Tells how far it is, and ends when the test lets it. */
    private final class Work extends ShellCommand {
        Work() {
            super("work", "For this test.", 0, 0);
        }

        @Override
        void run(Terminal terminal, List<String> arguments) {
            terminal.console().println("begun");
            terminal.console().println("half\u202e way");
            terminal.console().ask("going on");
            await(mayEnd);
            terminal.console().println();
            throw new IllegalStateException("broken off");
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(20, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @TempDir
    private Path home;

    @AfterEach
    void closeGogo() {
        gogo.close();
        administration.close();
    }

    @Test
    void answersOkAndTheOutput() throws IOException {
        accounts.passwords.put(Jid.of("romeo@example.org"), "secret");
        ShellSocket shell = open();
        assertEquals("ok\nromeo@example.org\n", say("user-list"));
        assertEquals("ok\nromeo@example.org\n", say("restante:user-list"));
        assertEquals("ok\nromeo@example.org\n", typed("what nobody reads\n", "user-list"));
        shell.close();
    }

    @Test
    void answersErrorAndTheReason() throws IOException {
        ShellSocket shell = open();
        assertEquals("error\nusage: restante:user-list [AFTER]\n", say("user-list", "a", "b"));
        assertEquals("error\nthere is no command no-such; restante:commands lists them\n", say("no-such"));
        assertEquals("error\nthere is no command ; restante:commands lists them\n", say(""));
        assertEquals("error\nno command\n", say());
        shell.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "user-list\n",
                "x",
                "5:a,",
                "0:",
                "-1:",
                "3:x:,",
                "70000:x",
                "4:1:a;,",
                "99999999999999999999:",
                "5:1:\u00e9,,"
            })
    void refusesWhatIsNoVectorOfWords(String bytes) throws IOException {
        ShellSocket shell = open();
        assertTrue(raw(bytes).startsWith("error\n"), bytes);
        assertEquals("ok\n", say("user-list"));
        shell.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ya@localhost/x;restante:user-remove yc@localhost",
                "a|b",
                "$(user-list)",
                "${x}",
                "$x",
                "`x`",
                "it's",
                "\"q\"",
                "a\nb",
                "a\rb",
                "a\0b",
                "",
                " ",
                "-x",
                "--help",
                "--",
                "\\",
                "*",
                "#",
                "{x}",
                "[1]",
                "<f",
                ">f",
                "&",
                "%x",
                "a=b",
                "r\u00f6m"
            })
    void anOperandIsAnOperandWhateverStandsInIt(String operand) throws Exception {
        ShellSocket shell = open();
        accounts.passwords.put(Jid.of("yc@localhost"), "secret");
        assertEquals("ok\n", say("show", "first", operand, "last"));
        assertEquals(List.of("first", operand, "last"), shown);
        gogo.run("restante:show first " + Words.quoted(operand) + " last");
        assertEquals(List.of("first", operand, "last"), shown);
        assertEquals("secret", accounts.passwords.get(Jid.of("yc@localhost")));
        shell.close();
    }

    @Test
    void whatIsPrintedIsEscapedWhosesoeverTheCommandIs() throws IOException {
        ShellSocket shell = open();
        gogo.processor.addCommand(
                "others",
                (Function) (session, words) -> {
                    System.out.println("a\u009b31m" + words.get(0)); // as Gogo's own do
                    throw new IllegalStateException("b\u202e");
                },
                "cry");
        Exception refused = assertThrows(Exception.class, () -> gogo.run("restante:show throw 'c\u009bd\ne'"));
        assertEquals("c\\u009Bd\\u000Ae", refused.getMessage(), "in a shell that shows it itself");
        shell.close();
    }

    @Test
    void letsACommandReadWhatFollowsTheWords() throws IOException {
        ShellSocket shell = open();
        assertEquals(
                "ask\nPassword: \nok\nadded romeo@example.org\n", typed("secret\n", "user-add", "romeo@example.org"));
        assertEquals("secret", accounts.passwords.get(Jid.of("romeo@example.org")));
        shell.close();
    }

    @Test
    void wholeLinesAreSeenWhileACommandWorks() throws IOException {
        ShellSocket shell = open();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            Channels.newOutputStream(channel)
                    .write(netstring(netstring("restante:work")).getBytes(StandardCharsets.UTF_8));
            channel.shutdownOutput();
            BufferedReader in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            assertEquals("say", in.readLine());
            assertEquals("begun", in.readLine());
            assertEquals("say", in.readLine());
            assertEquals("half\\u202E way", in.readLine());
            mayEnd.countDown();
            assertEquals("error", in.readLine());
            assertEquals("going on", in.readLine());
            assertEquals("broken off", in.readLine());
            assertEquals(null, in.readLine());
        }
        shell.close();
    }

    @Test
    void longWorkIsFollowedOverTheSocket() throws IOException {
        CompletableFuture<Void> end = new CompletableFuture<>();
        gogo.processor.addCommand(
                "others",
                (Function) (session, words) -> {
                    Following.until(new OperatorConsole(session.getConsole()), job(end), "restante:work");
                    return null;
                },
                "long");
        ShellSocket shell = open();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            Channels.newOutputStream(channel)
                    .write(netstring(netstring("others:long")).getBytes(StandardCharsets.UTF_8));
            BufferedReader in = new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8));
            assertEquals("say", in.readLine());
            assertEquals("half way", in.readLine());
            end.complete(null);
            assertEquals(
                    "ok",
                    in.lines()
                            .dropWhile(line -> line.equals("say") || line.equals("half way"))
                            .findFirst()
                            .orElseThrow());
        }
        shell.close();
    }

    private static Job job(CompletableFuture<Void> end) {
        return (Job) Proxy.newProxyInstance(
                Job.class.getClassLoader(),
                new Class<?>[] {Job.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "progress" -> "half way";
                    case "report" -> List.of("done");
                    case "end" -> end;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    @Test
    void helpListsOursFirstAndExplainsOne() throws IOException {
        ShellSocket shell = open();
        String help = say("help");
        assertTrue(help.startsWith("ok\nrestante:commands [--all]\n"), help);
        assertTrue(help.contains("\nrestante:show WORDS\n    For this test.\n"), help);
        assertTrue(help.endsWith("\ncommands of others:\n    alien:cat alien:ls\n"), help);
        assertEquals("ok\nrestante:work\n    For this test.\n", say("help", "work"));
        assertEquals("ok\nrestante:work\n    For this test.\n", say("help", "restante:work"));
        assertEquals(
                "error\nthere is no command felix:help; restante:commands lists them\n",
                say("help", "felix:ls"),
                "Gogo's");
        shell.close();
    }

    @Test
    void belongsToTheOwnerOnlyAndLeavesNothingBehind() throws IOException {
        ShellSocket shell = open();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path())));
        shell.close();
        try (var left = Files.list(home)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void replacesASocketThatAKilledServerLeft() throws IOException {
        try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            killed.bind(UnixDomainSocketAddress.of(path()));
        }
        assertTrue(Files.exists(path()));
        ShellSocket shell = open();
        assertEquals("ok\n", say("user-list"));
        shell.close();
    }

    @Test
    void neverReplacesAFile() throws IOException {
        Files.writeString(path(), "somebody's");
        ConfigException e = assertThrows(ConfigException.class, this::open);
        assertTrue(e.getMessage().startsWith("im.restante.shell: socket="), e.getMessage());
        assertEquals("somebody's", Files.readString(path()));
    }

    @Test
    void wantsAPath() {
        assertThrows(ConfigException.class, () -> new ShellSocket(context(), Map.of(), gogo.processor, gogo.threadIo));
    }

    @Test
    void closesConnectionsWhenItStops() throws IOException {
        ShellSocket shell = open();
        try (SocketChannel waiting = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            assertEquals("ok\n", say("user-list"), "who says nothing keeps nobody from being served");
            shell.close();
            assertEquals(-1, Channels.newInputStream(waiting).read());
        }
        assertFalse(Files.exists(path()));
    }

    private Path path() {
        return home.resolve("shell.sock");
    }

    private ShellSocket open() throws IOException {
        ShellSocket shell =
                new ShellSocket(context(), Map.of("socket", path().toString()), gogo.processor, gogo.threadIo);
        shell.open();
        return shell;
    }

    private String say(String... words) throws IOException {
        return typed("", words);
    }

    private String typed(String keyboard, String... words) throws IOException {
        StringBuilder inside = new StringBuilder();
        for (String word : words) {
            inside.append(netstring(word));
        }
        return raw(netstring(inside.toString()) + keyboard);
    }

    private static String netstring(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length + ":" + text + ",";
    }

    private String raw(String text) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            Channels.newOutputStream(channel).write(text.getBytes(StandardCharsets.UTF_8));
            channel.shutdownOutput();
            return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private BundleContext context() {
        return (BundleContext) Proxy.newProxyInstance(
                BundleContext.class.getClassLoader(),
                new Class<?>[] {BundleContext.class},
                (proxy, method, args) -> args[0].equals("restante.home") ? home.toString() : null);
    }

    @Test
    void aRelativePathStartsFromTheHome() throws IOException {
        ShellSocket shell = new ShellSocket(context(), Map.of("socket", "near.sock"), gogo.processor, gogo.threadIo);
        assertTrue(Files.exists(home.resolve("near.sock")));
        shell.close();
    }
}
