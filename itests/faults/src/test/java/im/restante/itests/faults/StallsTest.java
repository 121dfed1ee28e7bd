package im.restante.itests.faults;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class StallsTest {
    @Test
    void atTheBoundsNothingIsWrong() {
        assertEquals(List.of(), Stalls.NONE.wrong());
        assertEquals(List.of(), new Stalls(512, 0, 12, "a kind", 2, 2, 0).wrong());
    }

    @Test
    void beyondThemEachIsNamed() {
        assertEquals(
                List.of(
                        "1 verdicts never came",
                        "513 verdicts came late, and only a batch of 512 may",
                        "13 lines of a kind in the log: a kind",
                        "drains went on after 2.1 s, and 2.0 were allowed",
                        "3 drains did not end by themselves"),
                new Stalls(513, 1, 13, "a kind", 2.1, 2, 3).wrong());
    }

    @Test
    void ofSeveralRoundsTheWorseCounts() {
        assertEquals(
                new Stalls(3, 1, 7, "often", 1.5, 2, 2),
                new Stalls(1, 1, 2, "seldom", 1.5, 2, 0).plus(new Stalls(2, 0, 7, "often", 0.5, 2, 2)));
    }
}
