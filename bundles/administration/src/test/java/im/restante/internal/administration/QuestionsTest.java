package im.restante.internal.administration;

import static im.restante.internal.administration.Fakes.get;
import static im.restante.internal.administration.Fakes.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.admin.AdministrationException;
import im.restante.internal.support.ThreadWorkers;
import im.restante.store.StoreException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class QuestionsTest {
    private final Questions questions =
            new Questions(new ThreadWorkers("administration"), AdministrationException.DEADLINE);

    @AfterEach
    void close() {
        questions.close();
    }

    private CompletionStage<String> ask(CompletionStage<String> answer) {
        return questions.ask("service", "services are", service -> answer);
    }

    private CompletionStage<String> fails(Throwable problem) {
        return ask(CompletableFuture.failedFuture(problem));
    }

    @Test
    void theAnswerComesOnAThreadOfThisBundle() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        CompletionStage<Thread> where = ask(answer).thenApply(value -> Thread.currentThread());
        answer.complete("here");
        assertNotSame(Thread.currentThread(), get(where));
    }

    @Test
    void whatIsMissingIsNamed() {
        assertEquals(
                "UNAVAILABLE services are not available: is its bundle running?",
                refusal(questions.ask(null, "services are", service -> Fakes.done("never"))));
    }

    @Test
    void everyFailureIsASentence() {
        assertEquals("UNAVAILABLE no connection", refusal(fails(new StoreException("no connection"))));
        assertEquals(
                "UNAVAILABLE no connection",
                refusal(fails(new CompletionException(new CompletionException(new StoreException("no connection"))))));
        assertEquals("INVALID too short", refusal(fails(new IllegalArgumentException("too short"))));
        for (Throwable fault : new Throwable[] {
            new IllegalStateException("details"), new NoClassDefFoundError("x"), new StoreException(null)
        }) {
            assertEquals("UNAVAILABLE an error in the server; the log has it", refusal(fails(fault)));
        }
    }

    @Test
    void whatIsThrownIsAnAnswerToo() {
        assertEquals("INVALID too short", refusal(questions.ask("service", "services are", service -> {
            throw new IllegalArgumentException("too short");
        })));
        assertEquals(
                "UNAVAILABLE an error in the server; the log has it",
                refusal(questions.ask("service", "services are", service -> {
                    throw new NoClassDefFoundError("its bundle has stopped");
                })));
        assertEquals(
                "UNAVAILABLE an error in the server; the log has it",
                refusal(questions.ask("service", "services are", service -> null)));
    }

    @Test
    void nobodyWaitsForABundleThatHasStopped() {
        CompletionStage<String> before = ask(new CompletableFuture<>());
        questions.close();
        assertEquals("UNAVAILABLE the administration bundle has stopped", refusal(before));
        assertEquals(
                "UNAVAILABLE the administration bundle has stopped",
                refusal(ask(CompletableFuture.completedFuture("too late"))));
    }

    /** And who asked neither waits for ever nor ends what was asked. */
    @Test
    void anAnswerThatDoesNotComeIsARefusalInTime() {
        CompletableFuture<String> never = new CompletableFuture<>();
        assertEquals(
                "UNAVAILABLE no answer within 0 seconds; the log may say why",
                refusal(questions.ask("service", "services are", Duration.ofMillis(1), service -> never)));
        assertTrue(never.complete("later"), "it was left alone");
    }
}
