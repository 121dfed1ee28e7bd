package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.internal.routing.Server.Client;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.session.ClientSession;
import im.restante.session.CloseReason;
import im.restante.session.SessionInfo;
import im.restante.store.StoreException;
import im.restante.xml.StreamCondition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions begin and end. */
class BindTest {
    private final Server server = new Server();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aResourceIsPreparedOrMade() {
        assertEquals("romeo@localhost/a b", server.connect(ROMEO, "a b").jid().toString());
        Jid made = server.connect(ROMEO, null).jid();
        assertNotNull(made.resource());
        assertNotEquals(made, server.connect(ROMEO, null).jid());
        Throwable problem = cause(server.host.bind(ROMEO, "", new FakeLink()));
        assertInstanceOf(InvalidJidException.class, problem);
    }

    @Test
    void aSecondSessionOfTheSameNameEndsTheFirstAndGetsWhatItHadNotBeenGiven() {
        Client juliet = server.connect(JULIET, "balcony");
        Client old = server.live(ROMEO, "orchard", 0);
        old.link.hold(100);
        juliet.chat(ROMEO, "1");
        FakeLink link = new FakeLink();
        CompletionStage<ClientSession> bind = server.host.bind(ROMEO, "orchard", link);
        assertFalse(bind.toCompletableFuture().isDone(), "not before the first has ended");
        assertEquals(StreamCondition.CONFLICT, old.link.closedWith());
        old.end(CloseReason.CLOSED_BY_SERVER);
        Client successor = new Client(Server.get(bind), link);
        successor.available(0);
        eventually(() -> successor.bodies().equals(List.of("1")));
        assertEquals(2, server.host.sessions().size());
    }

    @Test
    void anEndedSessionIsToldToTheRosterSideAndForgotten() {
        Client romeo = server.live(ROMEO, "orchard", 0);
        romeo.end(CloseReason.ORDERLY);
        assertNotNull(server.roster.closed.get(romeo.jid()));
        assertEquals(List.of(), server.host.sessions());
        assertEquals(List.of(), server.registry.sessions(ROMEO));
    }

    @Test
    void aSessionIsEndedWithAReasonAndWhatItHadNotGotWaits() {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = server.live(ROMEO, "orchard", 0);
        romeo.link.hold(100);
        juliet.chat(ROMEO, "1");
        CompletionStage<Boolean> end = server.host.end(romeo.jid(), StreamCondition.POLICY_VIOLATION, "Go home");
        assertFalse(end.toCompletableFuture().isDone(), "not before it is gone");
        assertEquals(StreamCondition.POLICY_VIOLATION, romeo.link.closedWith());
        romeo.end(CloseReason.CLOSED_BY_SERVER);
        assertTrue(Server.get(end));
        assertEquals(List.of("1"), server.delivery.spool(ROMEO));
        assertFalse(
                Server.get(server.host.end(romeo.jid(), StreamCondition.POLICY_VIOLATION, "Go home")), "it is gone");
    }

    @Test
    void listsSessionsByAddress() {
        server.live(ROMEO, "orchard", 5);
        server.connect(JULIET, "balcony");
        List<SessionInfo> sessions = server.host.sessions();
        assertEquals(
                List.of("juliet@localhost/balcony", "romeo@localhost/orchard"),
                sessions.stream().map(s -> s.jid().toString()).toList());
        assertEquals(
                List.of("AWAY", "LIVE"),
                sessions.stream().map(s -> s.state().name()).toList());
        assertEquals(5, sessions.get(1).priority());
    }

    @Test
    void theRosterSideCanMarkWhoIsInterested() {
        Client romeo = server.connect(ROMEO, "orchard");
        assertFalse(server.registry.sessions(ROMEO).get(0).interested());
        server.registry.interested(romeo.jid());
        assertTrue(server.registry.sessions(ROMEO).get(0).interested());
        server.registry.interested(Jid.of("romeo@localhost/nobody"));
    }

    @Test
    void theSessionsOfARemovedAccountEndAndLeaveNothingBehind() {
        Client juliet = server.connect(JULIET, "balcony");
        Client romeo = server.live(ROMEO, "orchard", 0);
        romeo.link.hold(100);
        juliet.chat(ROMEO, "1");
        server.existing.remove(ROMEO);
        new RemovedAccounts(server.registry).removed(ROMEO);
        assertEquals(StreamCondition.NOT_AUTHORIZED, romeo.link.closedWith());
        romeo.end(CloseReason.CLOSED_BY_SERVER);
        assertEquals(List.of(), server.delivery.spool(ROMEO));
        assertInstanceOf(StoreException.class, cause(server.host.bind(ROMEO, "orchard", new FakeLink())));
    }

    @Test
    void withoutTheSecretsOfTheServerNobodyIsBound() {
        try (Server fresh = new Server(Map.of("swap-timeout-seconds", "0"))) {
            fresh.spool.unsetSecrets(fresh.users);
            assertInstanceOf(StoreException.class, cause(fresh.host.bind(ROMEO, "orchard", new FakeLink())));
            fresh.spool.setSecrets(fresh.users);
            assertNotNull(fresh.connect(ROMEO, "orchard"));
        }
    }

    @ParameterizedTest
    @CsvSource({"unknown-user, maybe", "swap-timeout-seconds, -1", "proof-timeout-seconds, 0"})
    void badSettingsAreRefusedWithTheirKey(String key, String value) {
        ConfigException problem = assertThrows(ConfigException.class, () -> RoutingSettings.of(Map.of(key, value)));
        assertTrue(problem.getMessage().startsWith("im.restante.offline: " + key + "=" + value), problem.getMessage());
    }

    private static Throwable cause(CompletionStage<?> stage) {
        ExecutionException failed = assertThrows(
                ExecutionException.class, () -> stage.toCompletableFuture().get(30, TimeUnit.SECONDS));
        Throwable cause = failed.getCause();
        return cause instanceof CompletionException ? cause.getCause() : cause;
    }
}
