package im.restante.streammanagement;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.session.ClientSession;
import im.restante.streammanagement.Resumptions.Resumption;
import im.restante.streammanagement.Resumptions.Suspended;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What a stream that waits for its client keeps in memory. */
class ResumptionsTest {
    private static final Jid JULIET = Jid.of("juliet@localhost");
    private static final Suspended LEFT = new Suspended(
            (ClientSession) Proxy.newProxyInstance(
                    ResumptionsTest.class.getClassLoader(),
                    new Class<?>[] {ClientSession.class},
                    (proxy, method, arguments) -> method.getName().equals("jid")
                            ? JULIET.withResource("balcony")
                            : CompletableFuture.completedFuture(null)),
            0,
            null,
            List.of(),
            CompletableFuture.completedFuture(null),
            HeapEnough.share());

    private final List<Future<?>> alarms = new ArrayList<>();
    private final Resumptions resumptions = new Resumptions((delay, task) -> {
        alarms.add(new CompletableFuture<>());
        return alarms.get(alarms.size() - 1);
    });

    @Test
    void aStreamThatGoesOnIsKeptByNoTimer() {
        Resumption first = resumptions.open(JULIET, Duration.ofMinutes(10), null);
        resumptions.suspended(first, LEFT);
        assertFalse(alarms.get(0).isDone());

        Resumption taken = resumptions.take(first.id(), JULIET);
        Resumption second = resumptions.again(taken, null);

        assertTrue(alarms.get(0).isCancelled(), "a client may be cut once a second, for ten minutes each");
        resumptions.suspended(second, LEFT);
        assertFalse(alarms.get(1).isDone());
    }

    @Test
    void norIsOneThatEnds() {
        Resumption refused = resumptions.open(JULIET, Duration.ofMinutes(10), null);
        resumptions.suspended(refused, LEFT);
        resumptions.end(resumptions.take(refused.id(), JULIET), LEFT); // its client counted wrong

        Resumption given = resumptions.open(JULIET, Duration.ofMinutes(10), null);
        resumptions.suspended(given, LEFT);
        resumptions.expire(given);

        assertTrue(alarms.get(0).isCancelled());
        assertTrue(alarms.get(1).isCancelled());
    }

    @Test
    void oneThatIsGivenBackWaitsOn() {
        Resumption one = resumptions.open(JULIET, Duration.ofMinutes(10), null);
        resumptions.suspended(one, LEFT);
        resumptions.giveBack(resumptions.take(one.id(), JULIET));
        assertFalse(alarms.get(0).isDone());
        assertTrue(resumptions.isWaiting(one.id()));
    }
}
