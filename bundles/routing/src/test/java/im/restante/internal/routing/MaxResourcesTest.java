package im.restante.internal.routing;

import static im.restante.internal.routing.Server.JULIET;
import static im.restante.internal.routing.Server.ROMEO;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.routing.Server.Client;
import im.restante.limit.Limits;
import im.restante.session.ClientSession;
import im.restante.session.CloseReason;
import im.restante.session.TooManyResourcesException;
import im.restante.xml.StreamCondition;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How many resources an account may have bound. */
class MaxResourcesTest {
    private final Server server = new Server();
    private volatile int most = 2;

    private final Limits limits = (Limits) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {Limits.class}, (proxy, method, arguments) -> {
                if (method.getName().equals("maxResources") && most != 0) {
                    return most;
                }
                throw new IllegalStateException("not asked for this");
            });

    @BeforeEach
    void limit() {
        server.host.setLimits(limits);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private static void assertRefused(CompletionStage<ClientSession> bind) {
        Throwable cause = assertThrows(
                        ExecutionException.class,
                        () -> bind.toCompletableFuture().get(30, TimeUnit.SECONDS))
                .getCause();
        assertInstanceOf(
                TooManyResourcesException.class, cause instanceof CompletionException ? cause.getCause() : cause);
    }

    private void pass(Duration time) {
        server.passed.addAndGet(time.toNanos());
    }

    @Test
    void oneMoreIsRefusedWhileNoneIsIdle() {
        Client one = server.connect(ROMEO, "1");
        Client two = server.connect(ROMEO, "2");
        pass(DefaultSessionManager.IDLE);
        one.available(0);
        two.available(0);
        pass(DefaultSessionManager.IDLE.minusSeconds(60));
        assertRefused(server.host.bind(ROMEO, "3", new FakeLink()));
        assertNull(one.link.closedWith());
        server.connect(JULIET, "1");
        two.end(CloseReason.ORDERLY);
        server.connect(ROMEO, "3");
        assertRefused(server.host.bind(ROMEO, "4", new FakeLink()));
    }

    @Test
    void theOldestThatIsIdleMakesRoom() {
        Client oldest = server.connect(ROMEO, "1");
        Client idle = server.connect(ROMEO, "2");
        pass(DefaultSessionManager.IDLE);
        oldest.available(0);
        FakeLink link = new FakeLink();
        CompletionStage<ClientSession> bind = server.host.bind(ROMEO, "3", link);
        assertEquals(StreamCondition.CONFLICT, idle.link.closedWith());
        assertTrue(!bind.toCompletableFuture().isDone(), "not before the other has ended");
        idle.end(CloseReason.CLOSED_BY_SERVER);
        Server.get(bind);
        assertNull(oldest.link.closedWith());
        assertEquals(2, server.host.sessions().size());
    }

    @Test
    void oneWhoseClientIsCutOffIsIdle() {
        server.live(ROMEO, "1", 0);
        Client cut = server.live(ROMEO, "2", 0);
        Server.get(cut.session.suspended(List::of));
        CompletionStage<ClientSession> bind = server.host.bind(ROMEO, "3", new FakeLink());
        assertEquals(StreamCondition.CONFLICT, cut.link.closedWith());
        cut.end(CloseReason.CUT);
        Server.get(bind);
    }

    @Test
    void aNameThatIsTakenAnewNeedsNoRoom() {
        server.connect(ROMEO, "1");
        Client before = server.connect(ROMEO, "2");
        CompletionStage<ClientSession> bind = server.host.bind(ROMEO, "2", new FakeLink());
        before.end(CloseReason.CLOSED_BY_SERVER);
        Server.get(bind);
        assertEquals(2, server.host.sessions().size());
    }

    @Test
    void manyAtOnceAreNotMoreThanMayBe() {
        most = 5;
        List<CompletableFuture<ClientSession>> binds = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String name = "r" + i;
            binds.add(CompletableFuture.supplyAsync(() -> name)
                    .thenCompose(resource -> server.host.bind(ROMEO, resource, new FakeLink())));
        }
        long bound = binds.stream()
                .filter(bind -> {
                    try {
                        bind.get(30, TimeUnit.SECONDS);
                        return true;
                    } catch (Exception e) {
                        return false;
                    }
                })
                .count();
        assertEquals(5, bound);
        assertEquals(5, server.host.sessions().size());
    }

    @Test
    void withoutALimitOrWithABrokenOneAnyNumberIsBound() {
        for (int without : new int[] {-1, 0}) {
            most = without;
            for (int i = 0; i < 30; i++) {
                server.connect(ROMEO, without + "/" + i);
            }
        }
        server.host.unsetLimits(limits);
        most = 1;
        server.connect(ROMEO, "last");
    }
}
