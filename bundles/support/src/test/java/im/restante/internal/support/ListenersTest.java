package im.restante.internal.support;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListenersTest {
    private long now;
    private final Listeners<List<String>> listeners = new Listeners<>("listener", () -> now);
    private final List<String> first = new ArrayList<>();
    private final List<String> second = new ArrayList<>();

    @Test
    void allAreToldInTheOrderInWhichTheyCameUntilTheyGo() {
        listeners.add(first);
        listeners.add(second, greeted -> greeted.add("welcome"));
        listeners.tell(one -> one.add("a"));
        listeners.remove(first);
        listeners.tell(one -> one.add("b"));
        assertEquals(List.of("a"), first);
        assertEquals(List.of("welcome", "a", "b"), second);
    }

    @Test
    void oneThatFailsCostsTheOthersNothing() {
        listeners.add(first);
        listeners.add(second);
        listeners.tell(one -> {
            if (one == first) {
                throw new NoClassDefFoundError("made up");
            }
            one.add("a");
        });
        assertEquals(List.of("a"), second);
    }

    @Test
    void oneThatIsSlowAgainAndAgainIsToldNothingForAMinute() {
        listeners.add(first);
        listeners.add(second);
        tellMuch(Duration.ofMillis(20));
        int told = first.size();
        assertTrue(told < 1_000, () -> "told " + told);
        assertEquals(1_000, second.size(), "its neighbour is not");
        listeners.tell(one -> one.add("silence"));
        assertEquals(told, first.size());
        now += Duration.ofSeconds(61).toNanos();
        listeners.tell(one -> one.add("again"));
        assertEquals("again", first.get(told));
    }

    @Test
    void oneThatTakesTheProcessorsForItselfIsToldNothingForAMinute() {
        listeners.add(first);
        listeners.add(second);
        for (int n = 0; n < 100_000; n++) {
            listeners.tell(one -> {
                one.add("a");
                now += one == first
                        ? Duration.ofMillis(2).toNanos() * Runtime.getRuntime().availableProcessors()
                        : 0;
            });
        }
        assertTrue(first.size() < 100_000, () -> "told " + first.size());
        assertEquals(100_000, second.size());
    }

    /** A machine may stand still, and a collection may fall into a call. */
    @Test
    void oneThatIsSlowNowAndThenIsToldEverything() {
        listeners.add(first);
        for (int n = 0; n < 10_000; n++) {
            boolean pause = n % 100 == 0;
            listeners.tell(one -> {
                one.add("a");
                now += pause ? Duration.ofSeconds(1).toNanos() : 1_000;
            });
            now += 10_000;
        }
        assertEquals(10_000, first.size());
    }

    private void tellMuch(Duration each) {
        for (int n = 0; n < 1_000; n++) {
            listeners.tell(one -> {
                one.add("a");
                now += one == first ? each.toNanos() : 0;
            });
        }
    }
}
