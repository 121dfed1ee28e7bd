package im.restante.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class VerdictsTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Verdicts verdicts = new Verdicts();

    @Test
    void anAnswerCoversAllBeforeItAndNothingBehindIt() {
        verdicts.takenUpTo(5);
        assertEquals(Told.TAKEN, verdicts.of(mail(4)));
        assertEquals(Told.TAKEN, verdicts.of(mail(5)));
        assertEquals(Told.NOTHING, verdicts.of(mail(6)));
        assertTrue(verdicts.nanosOf(mail(6)).isEmpty());
    }

    @Test
    void anErrorIsAFailureWhateverAnAnswerBehindItCovers() {
        verdicts.refused(mail(3), "<message type='error'/>");
        verdicts.takenUpTo(5);
        assertEquals(Told.FAILED, verdicts.of(mail(3)));
        assertEquals(Told.TAKEN, verdicts.of(mail(2)));
        assertEquals(Set.of(mail(3)), verdicts.refused());
    }

    @Test
    void theFirstAnswerThatCoversAMessageIsItsTime() {
        verdicts.takenUpTo(5);
        long first = verdicts.nanosOf(mail(5)).orElseThrow();
        verdicts.takenUpTo(9);
        assertEquals(first, verdicts.nanosOf(mail(2)).orElseThrow());
        assertTrue(verdicts.nanosOf(mail(9)).orElseThrow() >= first);
        assertEquals(2, verdicts.answers());
    }

    @Test
    void whoWaitsIsWokenByTheAnswerAndByTheEnd() throws Exception {
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> await(5));
        verdicts.takenUpTo(5);
        waiting.get(LONG.toSeconds(), TimeUnit.SECONDS);
        verdicts.end();
        assertThrows(IOException.class, () -> verdicts.await(6, LONG));
    }

    @Test
    void aVerdictThatDoesNotComeIsAFinding() {
        assertThrows(AssertionError.class, () -> verdicts.await(1, Duration.ofMillis(1)));
    }

    private void await(long number) {
        try {
            verdicts.await(number, LONG);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Mail mail(long number) {
        return new Mail(0, number);
    }
}
