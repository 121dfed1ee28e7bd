package im.restante.internal.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Delivery;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.migration.ForeignAccount;
import im.restante.migration.ForeignMessage;
import im.restante.migration.ForeignServer;
import im.restante.server.ServerInfo;
import im.restante.store.StoreException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.BundleContext;

@Timeout(60)
class ImportTigaseCommandTest {
    private static final String URL = "jdbc:mariadb://here:3306/tigase";

    @TempDir
    private Path home;

    /** Who connected: url, user and password. */
    private final List<String> opened = new ArrayList<>();
    /** What is read waits for it. */
    private CountDownLatch open = new CountDownLatch(0);

    private PortableServices services;
    private Gogo gogo;

    private static <T> T fake(Class<T> type, Object answer) {
        return type.cast(
                Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, called, args) -> answer));
    }

    /** A database that holds two accounts and nothing that waits. */
    private final class Database implements ForeignServer, ForeignServer.Spool {
        @Override
        public Spool open(String url, String user, String password) throws StoreException {
            opened.add(url + ' ' + user + ' ' + password);
            if (!password.equals("secret")) {
                throw new StoreException("wrong password");
            }
            return this;
        }

        @Override
        public String place() {
            return "database tigase at here:3306";
        }

        @Override
        public Optional<Range> range() {
            return Optional.empty();
        }

        @Override
        public List<ForeignAccount> accounts(long afterId, int most) throws StoreException {
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new StoreException("interrupted", e);
            }
            return afterId >= 2 ? List.of() : List.of(account(1, "romeo"), account(2, "juliet"));
        }

        private ForeignAccount account(long id, String name) {
            return new ForeignAccount(
                    id, name + "@example.org", true, List.of(new ForeignAccount.Credential("PLAIN", name)), null);
        }

        @Override
        public List<ForeignMessage> messages(long afterId, int most) {
            return List.of();
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    @BeforeEach
    void command() {
        services = new PortableServices(fake(BundleContext.class, home.toString()));
        services.accounts = new FakeAccounts();
        services.codec = new HardenedXmlCodec();
        services.server = fake(ServerInfo.class, Jid.of("example.org"));
        services.delivery = fake(Delivery.class, null);
        services.tigase = new Database();
        gogo = new Gogo(new ImportTigaseCommand(services));
    }

    @AfterEach
    void close() {
        open.countDown();
        gogo.close();
    }

    private String refusal(String line) {
        return assertThrows(Exception.class, () -> gogo.run(line)).getMessage();
    }

    @Test
    void thePasswordIsTheFirstLineOfAFileOrTyped() throws Exception {
        Files.writeString(home.resolve("pw"), "secret\nand more\n");
        String said = gogo.run("restante:import-tigase " + URL + " reader --password-file pw");
        assertTrue(said.contains("2 accounts looked at, 2 made, 0 messages stored, 0 messages there already\n"), said);
        String again = gogo.run("import-tigase " + URL + " reader", "secret\n");
        assertTrue(again.contains("0 accounts looked at, 0 made"), again);
        assertEquals(List.of(URL + " reader secret", URL + " reader secret"), opened);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "--stop", "a b c", "a b --password pw"})
    void aWrongCallIsAnsweredWithTheUsage(String arguments) {
        assertEquals(
                "usage: restante:import-tigase [URL USER [--password-file FILE] | --stop]",
                refusal(("import-tigase " + arguments).strip()));
        assertEquals(List.of(), opened);
    }

    @Test
    void whatIsWrongIsSaid() {
        assertEquals(
                "the url may not hold the password: others can see a command's arguments",
                refusal("import-tigase '" + URL + "?Password=secret' reader"));
        assertEquals(
                home.resolve("none") + " cannot be read",
                refusal("import-tigase " + URL + " reader --password-file none"));
        assertEquals(List.of(), opened);
        assertEquals(
                "wrong password",
                assertThrows(Exception.class, () -> gogo.run("import-tigase " + URL + " reader", "guess\n"))
                        .getMessage());
        services.tigase = null;
        assertEquals(
                "what reads Tigase's databases (store-mariadb) is not available: is its bundle running?",
                refusal("import-tigase " + URL + " reader"));
    }

    /** What it says, or what is wrong. */
    private String said(String line, String keyboard) {
        try {
            return gogo.run(line, keyboard);
        } catch (Exception e) {
            return e.getMessage();
        }
    }

    @Test
    void oneThatIsUnderWayIsToldOfAndStoppedAndNoOtherBegins() throws Exception {
        open = new CountDownLatch(1);
        CompletableFuture<String> followed = CompletableFuture.supplyAsync(
                () -> said("import-tigase " + URL + " reader", "secret\n"), task -> new Thread(task).start());
        String title = "import from database tigase at here:3306";
        String far = title + "\n0 accounts and 0 messages read\n";
        while (!said("import-tigase", "").equals(far)) {
            Thread.onSpinWait();
        }
        assertEquals(
                title + " is under way: 0 accounts and 0 messages read", refusal("import-tigase " + URL + " other"));
        assertEquals(far, gogo.run("import-tigase --stop"));
        open.countDown();
        assertEquals("broken off: stopped", followed.get());
        assertEquals(1, opened.size());
    }
}
