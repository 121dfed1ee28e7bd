package im.restante.internal.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.administration.Desks;
import im.restante.jid.Jid;
import im.restante.session.ClientConnection;
import im.restante.session.ClientSession;
import im.restante.session.SessionInfo;
import im.restante.session.SessionManager;
import im.restante.store.SenderUsage;
import im.restante.store.StoreException;
import im.restante.store.StoreStatistics;
import im.restante.store.Usage;
import im.restante.xml.StreamCondition;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;

class CommandsTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Instant SINCE = Instant.parse("2026-11-22T20:00:00Z");

    private final FakeAccounts accounts = new FakeAccounts();
    private final Desks administration = new Desks();

    @AfterEach
    void close() {
        administration.close();
    }

    @Test
    void addsAUserWithAPasswordGivenOrTyped() throws Exception {
        try (Gogo gogo = new Gogo(new UserAddCommand(administration.accounts(accounts)))) {
            assertEquals("added romeo@example.org\n", gogo.run("restante:user-add Romeo@example.org secret"));
            assertEquals("secret", accounts.passwords.get(ROMEO));
            assertEquals(
                    "Password: \nadded juliet@example.org\n", gogo.run("user-add juliet@example.org", "pässword\r\n"));
            assertEquals("pässword", accounts.passwords.get(JULIET));
        }
    }

    @Test
    void changesAPasswordGivenOrTyped() throws Exception {
        accounts.passwords.put(ROMEO, "secret");
        try (Gogo gogo = new Gogo(new UserPasswordCommand(administration.accounts(accounts)))) {
            assertEquals(
                    "changed the password of romeo@example.org\n", gogo.run("user-password romeo@example.org other"));
            assertEquals("other", accounts.passwords.get(ROMEO));
            assertEquals(
                    "Password: \nchanged the password of romeo@example.org\n",
                    gogo.run("user-password romeo@example.org", "typed\n"));
            assertEquals("typed", accounts.passwords.get(ROMEO));
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            user-add                           | usage: restante:user-add JID [PASSWORD]
            user-add a b c                     | usage: restante:user-add JID [PASSWORD]
            user-add juliet secret             | an account's address looks like name@domain, got juliet
            user-add juliet@example.org/x pw   | an account's address looks like name@domain, got juliet@example.org/x
            user-add juliet@example.net secret | this server has the domain example.org, and no accounts of example.net
            user-add romeo@example.org secret  | there is an account romeo@example.org already
            user-add juliet@example.org        | no password given
            user-remove                        | usage: restante:user-remove JID
            user-remove tybalt@example.org     | there is no account tybalt@example.org
            user-password                      | usage: restante:user-password JID [PASSWORD]
            user-password romeo@example.org    | no password given
            user-password tybalt@example.org   | there is no account tybalt@example.org; user-add makes one
            user-list a b                      | usage: restante:user-list [AFTER]
            """)
    void saysWhatIsWrongInOneLine(String line, String message) {
        accounts.passwords.put(ROMEO, "secret");
        try (Gogo gogo = new Gogo(
                new UserAddCommand(administration.accounts(accounts)),
                new UserRemoveCommand(administration.accounts(accounts)),
                new UserPasswordCommand(administration.accounts(accounts)),
                new UserListCommand(administration.accounts(accounts)))) {
            Exception e = assertThrows(Exception.class, () -> gogo.run(line));
            assertEquals(message, e.getMessage());
        }
    }

    @Test
    void listsUsersInPages() throws Exception {
        for (int i = 0; i <= UserListCommand.MAX; i++) {
            accounts.passwords.put(Jid.of("user%05d@example.org".formatted(i)), "secret");
        }
        try (Gogo gogo = new Gogo(new UserListCommand(administration.accounts(accounts)))) {
            String first = gogo.run("user-list");
            assertTrue(first.startsWith("user00000@example.org\nuser00001@example.org\n"), first);
            assertTrue(first.endsWith("there may be more: restante:user-list user00999@example.org\n"), first);
            assertEquals("user01000@example.org\n", gogo.run("user-list user00999@example.org"));
        }
    }

    @Test
    void removesAUser() throws Exception {
        accounts.passwords.put(ROMEO, "secret");
        try (Gogo gogo = new Gogo(new UserRemoveCommand(administration.accounts(accounts)))) {
            assertEquals("removed romeo@example.org\n", gogo.run("user-remove romeo@example.org"));
        }
        assertTrue(accounts.passwords.isEmpty());
    }

    @Test
    void saysWhyThereIsNoAnswer() {
        accounts.failure = new StoreException("the database is locked: stop the other server");
        try (Gogo gogo =
                new Gogo(new UserRemoveCommand(administration.accounts(accounts)), new UserListCommand(null))) {
            assertEquals(
                    "the database is locked: stop the other server",
                    assertThrows(Exception.class, () -> gogo.run("user-remove romeo@example.org"))
                            .getMessage());
            assertEquals(
                    "accounts are not available: is its bundle running?",
                    assertThrows(Exception.class, () -> gogo.run("user-list")).getMessage());
        }
        assertEquals(
                "no answer within 0 seconds; the log may say why",
                assertThrows(IllegalStateException.class, () -> Answer.of(new CompletableFuture<>(), 0))
                        .getMessage());
    }

    @Test
    void listsSessions() throws Exception {
        List<SessionInfo> all = List.of(
                session(ROMEO.withResource("orchard"), true, -5, "127.0.0.1:50000", SessionInfo.State.LIVE),
                session(JULIET.withResource("b"), false, 0, "127.0.0.1:5", SessionInfo.State.AWAY));
        try (Gogo gogo = new Gogo(new SessionsCommand(administration.sessions(new Sessions(all, new ArrayList<>()))))) {
            assertEquals("""
                    session                    priority  spool  since
                        from             tls
                    romeo@example.org/orchard  -5        LIVE   2026-11-22T20:00:00Z
                        127.0.0.1:50000  yes
                    juliet@example.org/b       -         AWAY   2026-11-22T20:00:00Z
                        127.0.0.1:5      no
                    2 sessions
                    """, gogo.run("sessions"));
        }
        try (Gogo gogo =
                new Gogo(new SessionsCommand(administration.sessions(new Sessions(List.of(), new ArrayList<>()))))) {
            assertEquals("0 sessions\n", gogo.run("sessions"));
        }
    }

    @Test
    void saysWhatWaitsWithoutReadingIt() throws Exception {
        FakeStore full = new FakeStore(
                null,
                Usage.of(1_001).withBytes(4_711).withOldest(SINCE),
                List.of(SenderUsage.of(JULIET, 1_000), SenderUsage.of(Jid.of("nurse@example.org"), 1)));
        try (Gogo gogo = new Gogo(new SpoolCommand(administration.spools(
                null, full.as("sqlite", 0), FakeStore.empty().as("old", -1))))) {
            assertEquals("""
                    sqlite: 1001 messages, 4711 bytes, oldest 2026-11-22T20:00:00Z
                      messages  from
                      1000      juliet@example.org
                      1         nurse@example.org
                    old: nothing waits
                    """, gogo.run("spool romeo@example.org"));
        }
        try (Gogo gogo = new Gogo(new SpoolCommand(administration.spools(null)))) {
            assertEquals(
                    "no message store is present",
                    assertThrows(Exception.class, () -> gogo.run("spool romeo@example.org"))
                            .getMessage());
        }
    }

    @Test
    void listsStoresAndMarksTheOneThatTakesNewMessages() throws Exception {
        FakeStore good = new FakeStore(done(StoreStatistics.of(12, 99).withQuarantined(3)), null, List.of());
        FakeStore broken =
                new FakeStore(CompletableFuture.failedFuture(new StoreException("no connection")), null, List.of());
        Desks.Store[] services = {broken.as("high", 5), good.as("low", 0)};
        try (Gogo gogo = new Gogo(new StoreCommand(Map.of(), administration.statistics(null, () -> "low", services)))) {
            assertEquals("""
                       store  ranking  messages       owners  quarantined  largest id
                       high   5        no connection
                    *  low    0        12             ?       3            99
                    """, gogo.run("store"));
        }
        try (Gogo gogo = new Gogo(
                new StoreCommand(Map.of("store", "low"), administration.statistics(null, () -> "low", services)))) {
            assertTrue(gogo.run("store").contains("\n*  low"));
        }
        try (Gogo gogo = new Gogo(
                new StoreCommand(Map.of("store", "mariadb"), administration.statistics(null, null, services)))) {
            assertTrue(gogo.run("store")
                    .endsWith("no store takes new messages: im.restante.offline says store=mariadb, which is not"
                            + " present\n"));
        }
    }

    /** It is the delivery that chooses: not the one of the highest ranking if that has never answered. */
    @Test
    void saysSoIfNoStoreTakesNewMessages() throws Exception {
        try (Gogo gogo = new Gogo(new StoreCommand(
                Map.of(),
                administration.statistics(null, null, FakeStore.empty().as("low", 0))))) {
            assertTrue(gogo.run("store").endsWith("no store takes new messages\n"));
        }
    }

    @Test
    void explainsItself() throws Exception {
        UserListCommand list = new UserListCommand(administration.accounts(accounts));
        try (Gogo gogo = new Gogo(list, new CommandsCommand(others(), List.of(list)))) {
            assertEquals(
                    "restante:user-list [AFTER]\n    Lists accounts by address, 1000 at a time, those behind AFTER.\n",
                    gogo.run("user-list --help"));
            String ours = """
                    restante:commands [--all]
                        Lists these commands; each one explains itself with --help. --all: and the
                        names of those in other scopes, behind them.
                    restante:other-check JID
                        Checks the other.
                    restante:other-list JID
                        Checks the other.
                    restante:user-list [AFTER]
                        Lists accounts by address, 1000 at a time, those behind AFTER.
                    """;
            assertEquals(ours, gogo.run("commands"));
            assertEquals(ours + "commands of others:\n    alien:cat alien:ls\n", gogo.run("commands --all"));
            assertEquals(
                    "usage: restante:commands [--all]",
                    assertThrows(Exception.class, () -> gogo.run("commands --al"))
                            .getMessage());
        }
    }

    /** A framework in which another bundle has added two commands, and two in a scope of its own that says nothing of them. */
    static BundleContext others() {
        Map<String, Object> properties = Map.of(
                "osgi.command.scope",
                "restante",
                "osgi.command.function",
                new String[] {"other-list", "other-check"},
                "restante.command.operands",
                "JID",
                "service.description",
                "Checks the other.");
        ServiceReference<?> other = fake(ServiceReference.class, (name, args) -> properties.get(args[0]));
        Map<String, Object> silent =
                Map.of("osgi.command.scope", "alien", "osgi.command.function", new String[] {"ls", "cat"});
        ServiceReference<?> alien = fake(ServiceReference.class, (name, args) -> silent.get(args[0]));
        Bundle ours = fake(Bundle.class, (name, args) -> 7L);
        return fake(BundleContext.class, (name, args) -> switch (name) {
            case "getBundle" -> ours;
            case "getAllServiceReferences" ->
                args[1].toString().contains("(!(service.bundleid=7))")
                        ? new ServiceReference<?>[] {alien, other}
                        : null;
            default -> null;
        });
    }

    private static <T> T fake(Class<T> type, BiFunction<String, Object[], Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, args) -> answers.apply(method.getName(), args)));
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private static SessionInfo session(
            Jid jid, boolean available, int priority, String client, SessionInfo.State state) {
        return new SessionInfo(jid, available, priority, SINCE, client, available, false, 0, state);
    }

    private record Sessions(List<SessionInfo> all, List<String> ended) implements SessionManager {
        @Override
        public CompletionStage<ClientSession> bind(Jid account, String resource, ClientConnection link) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<SessionInfo> sessions() {
            return all;
        }

        @Override
        public CompletionStage<Boolean> end(Jid session, StreamCondition condition, String text) {
            boolean there = all.stream().anyMatch(one -> one.jid().equals(session));
            if (there) {
                ended.add(session + " " + condition + " " + text);
            }
            return done(there);
        }
    }
}
