package im.restante.internal.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.jid.Jid;
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
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.BundleContext;

@Timeout(20)
class ShellSocketTest {
    private final FakeAccounts accounts = new FakeAccounts();
    private final Gogo gogo = new Gogo(new UserListCommand(accounts), new UserAddCommand(accounts, null));

    @TempDir
    private Path home;

    @AfterEach
    void closeGogo() {
        gogo.close();
    }

    @Test
    void answersOkAndTheOutput() throws IOException {
        accounts.passwords.put(Jid.of("romeo@example.org"), "secret");
        ShellSocket shell = open();
        assertEquals("ok\nromeo@example.org\n", say("user-list\n"));
        assertEquals("ok\nromeo@example.org\n", say("user-list"), "without an end of line, but with an end");
        assertEquals("ok\nromeo@example.org\n", say("user-list\nwhat nobody reads\n"));
        assertEquals("ok\n", say("\n"));
        assertEquals("ok\n42\n", say("value = 42; $value\n"), "what a script evaluates to");
        shell.close();
    }

    @Test
    void answersErrorAndTheReason() throws IOException {
        ShellSocket shell = open();
        assertEquals("error\nusage: restante:user-list [AFTER]\n", say("user-list a b\n"));
        String unknown = say("no-such-command\n");
        assertTrue(unknown.startsWith("error\n") && unknown.contains("no-such-command"), unknown);
        assertEquals("error\n", say(""));
        assertEquals("error\n", say("x".repeat(70_000)));
        shell.close();
    }

    @Test
    void letsACommandReadWhatFollowsTheLine() throws IOException {
        ShellSocket shell = open();
        assertEquals("ok\nPassword: \nadded romeo@example.org\n", say("user-add romeo@example.org\nsecret\n"));
        assertEquals("secret", accounts.passwords.get(Jid.of("romeo@example.org")));
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
        assertEquals("ok\n", say("user-list\n"));
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
        assertThrows(ConfigException.class, () -> new ShellSocket(context(), Map.of(), gogo.processor));
    }

    @Test
    void closesConnectionsWhenItStops() throws IOException {
        ShellSocket shell = open();
        try (SocketChannel waiting = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
            assertEquals("ok\n", say("user-list\n"), "who says nothing keeps nobody from being served");
            shell.close();
            assertEquals(-1, Channels.newInputStream(waiting).read());
        }
        assertFalse(Files.exists(path()));
    }

    private Path path() {
        return home.resolve("shell.sock");
    }

    private ShellSocket open() throws IOException {
        ShellSocket shell = new ShellSocket(context(), Map.of("socket", path().toString()), gogo.processor);
        shell.open();
        return shell;
    }

    private String say(String text) throws IOException {
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
        ShellSocket shell = new ShellSocket(context(), Map.of("socket", "near.sock"), gogo.processor);
        assertTrue(Files.exists(home.resolve("near.sock")));
        shell.close();
    }
}
