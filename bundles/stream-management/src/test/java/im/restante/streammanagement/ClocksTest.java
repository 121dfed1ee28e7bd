package im.restante.streammanagement;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.internal.support.LogLimits;
import im.restante.jid.Jid;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
import im.restante.streammanagement.Proofs.Batch;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What the clocks of a connection count, and what begins anew. */
class ClocksTest {
    private static final Jid ROMEO = Jid.of("romeo@localhost/garden");
    private static final Duration TIMEOUT = Duration.ofSeconds(100);

    /** Idle after 100 s, a ping is waited for as long. */
    private static final Timeouts IMPATIENT = timeouts(100);

    private static final Timeouts PATIENT = timeouts(10_000);

    private final List<String> done = new ArrayList<>();
    private final Proofs proofs = new Proofs(fault -> {});
    private final Clocks clocks = new Clocks("test", new Watch(), queue(), proofs, new LogLimits(System::nanoTime));
    private final long start = System.nanoTime();
    private boolean read = true;
    private Timeouts timeouts = IMPATIENT;

    private static Timeouts timeouts(int idleSeconds) {
        Duration idle = Duration.ofSeconds(idleSeconds);
        return new Timeouts(Duration.ofSeconds(30), idle, idle, Duration.ofSeconds(60));
    }

    private final class Watch implements Clocks.Watched {
        @Override
        public long heard() {
            return 0;
        }

        @Override
        public boolean isRead() {
            return read;
        }

        @Override
        public boolean isHandshaking() {
            return false;
        }

        @Override
        public void ping() {
            done.add("ping");
        }

        @Override
        public void probe() {
            done.add("probe");
        }

        @Override
        public void refuse(String text) {
            done.add("refuse");
        }

        @Override
        public void cut(String text) {
            done.add("cut");
        }

        @Override
        public void abort() {
            done.add("abort");
        }
    }

    private OutboundQueue queue() {
        OutboundQueue.Wire nowhere = new OutboundQueue.Wire() {
            @Override
            public OutputStream output() {
                return OutputStream.nullOutputStream();
            }

            @Override
            public void shutdownOutput() {}

            @Override
            public void broken(Throwable reason) {}
        };
        return new OutboundQueue(nowhere, Runnable::run, proofs, HeapEnough.share());
    }

    private void at(long seconds) {
        clocks.checkSession(start + Duration.ofSeconds(seconds).toNanos(), timeouts, ROMEO);
    }

    @Test
    void everyRowThatIsProvedBeginsANewWait() {
        List<StoredMessage> rows = LongStream.rangeClosed(1, 3)
                .mapToObj(id -> StoredMessage.of(
                        id, ROMEO.bare(), ROMEO.bare(), Instant.EPOCH, "<message/>".getBytes(US_ASCII)))
                .toList();
        Batch batch = proofs.begin(new ProofPolicy(ProofPolicy.Way.SM, TIMEOUT), true, rows, ids -> {});
        batch.countedFrom(0);
        proofs.flushed(batch);
        timeouts = PATIENT;
        at(1);
        at(90);
        proofs.acknowledged(1);
        at(91);
        at(150);
        assertEquals(List.of(), done);
        proofs.acknowledged(2);
        at(151);
        at(250);
        assertEquals(List.of(), done);
        at(252);
        assertEquals(List.of("cut"), done);
    }

    @Test
    void whileAClientIsNotReadItIsProbedAndNothingIsCounted() {
        at(90);
        read = false;
        for (int second = 91; second <= 300; second++) {
            at(second);
        }
        assertEquals(List.of("probe", "probe"), done);
        read = true;
        at(399);
        assertEquals(List.of("probe", "probe"), done);
        at(401);
        assertEquals(List.of("probe", "probe", "ping"), done);
    }
}
