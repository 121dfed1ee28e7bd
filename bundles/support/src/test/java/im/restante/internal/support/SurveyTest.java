package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.time.Duration;
import java.util.AbstractCollection;
import java.util.Collection;
import java.util.Iterator;
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
        CountDownLatch begun = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        Supplier<String> slow = () -> {
            asked.incrementAndGet();
            begun.countDown();
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
            begun.await();
            assertEquals(1, asked.get());
            end.countDown();
            String answer = null;
            while (answer == null) {
                answer = survey.ask(List.of(slow)).get(0).answer();
            }
            assertEquals("late", answer);
        }
    }

    /** As services do that come and go while their answers are waited for. */
    @Test
    void whoGoesMeanwhileShiftsNobodysAnswer() {
        AtomicInteger looks = new AtomicInteger();
        Supplier<String> gone = () -> "gone";
        Supplier<String> stays = () -> "stays";
        Collection<Supplier<String>> changing = new AbstractCollection<>() {
            private List<Supplier<String>> now() {
                return looks.get() < 2 ? List.of(gone, stays) : List.of(stays);
            }

            @Override
            public Iterator<Supplier<String>> iterator() {
                looks.incrementAndGet();
                return now().iterator();
            }

            @Override
            public int size() {
                return now().size();
            }
        };
        try (Survey<Supplier<String>, String> survey = survey(Duration.ofSeconds(50))) {
            List<Survey.Answer<Supplier<String>, String>> answers = survey.ask(changing);
            assertEquals(2, answers.size());
            assertSame(gone, answers.get(0).of());
            assertEquals("gone", answers.get(0).answer());
            assertSame(stays, answers.get(1).of());
            assertEquals("stays", answers.get(1).answer());
        }
    }

    private record Named(String name, CountDownLatch end) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Named;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    @Test
    void thoseThatAreEqualAreAskedEach() {
        CountDownLatch both = new CountDownLatch(2);
        try (Survey<Named, String> survey = new Survey<>(
                "survey",
                one -> {
                    one.end().countDown();
                    try {
                        one.end().await();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return one.name();
                },
                Duration.ofSeconds(50))) {
            List<Survey.Answer<Named, String>> answers =
                    survey.ask(List.of(new Named("one", both), new Named("two", both)));
            assertEquals("one", answers.get(0).answer());
            assertEquals("two", answers.get(1).answer());
        }
    }
}
