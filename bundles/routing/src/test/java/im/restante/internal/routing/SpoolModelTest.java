package im.restante.internal.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lives that a seed makes up, against a model of what must be true of them. A failure names the seed and tells the story; {@code
 * -Dmodel.seed=N} lives one again, {@code -Dmodel.rounds=N} more of them, from {@code -Dmodel.first=N}, {@code -Dmodel.steps=N}
 * longer ones.
 */
class SpoolModelTest {
    private static final int TOLD = Integer.getInteger("model.told", 400);

    @Test
    void whateverComesAndGoesNothingIsLostDoubledOrOutOfOrder() {
        Long seed = Long.getLong("model.seed");
        int steps = Integer.getInteger("model.steps", 200);
        int rounds = Integer.getInteger("model.rounds", 500);
        if (seed != null) {
            live(seed, steps);
            return;
        }
        long first = Long.getLong("model.first", 1);
        for (int i = 0; i < rounds; i++) {
            live(first + i, steps);
        }
    }

    /** Lives in which something was found once. */
    @ParameterizedTest
    @ValueSource(longs = {3_008_119}) // a session that failed to take a batch was given the next one of the same page
    void whatWasFoundDoesNotComeBack(long seed) {
        live(seed, 600);
    }

    /** Or a seed would tell nothing. */
    @Test
    void aLifeLivedAgainIsTheSame() {
        for (long seed = 1; seed <= 60; seed++) {
            List<String> once = live(seed, 200);
            List<String> again = live(seed, 200);
            for (int i = 0; i < Math.min(once.size(), again.size()); i++) {
                assertEquals(once.get(i), again.get(i), "seed " + seed + ", line " + i);
            }
            assertEquals(once.size(), again.size(), "seed " + seed);
        }
    }

    /** What happened in it. */
    private static List<String> live(long seed, int steps) {
        ModelWorld world = new ModelWorld(seed);
        try {
            world.live(steps);
            world.heal();
            world.live(steps);
            world.end();
            return world.history();
        } catch (RuntimeException | AssertionError e) {
            List<String> history = world.history();
            String end = String.join("\n", history.subList(Math.max(0, history.size() - TOLD), history.size()));
            return fail("seed " + seed + ": " + e + "\n" + end, e);
        }
    }
}
