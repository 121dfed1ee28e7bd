package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SurveyTest {
    private static Survey<Supplier<String>, String> survey(Duration patience) {
        return new Survey<>("survey", Supplier::get, patience);
    }

    @Test
    void oneThatThrowsCostsItsOwnAnswerOnly() {
        Error problem = new NoSuchMethodError("gone");
        Supplier<String> bad = () -> {
            throw problem;
        };
        try (Survey<Supplier<String>, String> survey = survey(Duration.ofSeconds(50))) {
            List<Survey.Answer<Supplier<String>, String>> answers = survey.ask(List.of(() -> "one", bad, () -> "two"));
            assertEquals("one", answers.get(0).answer());
            assertSame(bad, answers.get(1).of());
            assertSame(problem, answers.get(1).problem());
            assertEquals("two", answers.get(2).answer());
        }
    }

    @Test
    void oneThatIsStillBusyIsNotAskedAgainAndItsAnswerComesLater() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        Supplier<String> slow = () -> {
            asked.incrementAndGet();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return "late";
        };
        try (Survey<Supplier<String>, String> survey = survey(Duration.ofMillis(50))) {
            for (int i = 0; i < 3; i++) {
                Survey.Answer<Supplier<String>, String> none =
                        survey.ask(List.of(slow)).get(0);
                assertNull(none.answer());
                assertNull(none.problem());
            }
            assertEquals(1, asked.get());
            end.countDown();
            String answer = null;
            while (answer == null) {
                answer = survey.ask(List.of(slow)).get(0).answer();
            }
            assertEquals("late", answer);
            assertTrue(asked.get() <= 2);
        }
    }
}
