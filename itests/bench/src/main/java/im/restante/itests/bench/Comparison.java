package im.restante.itests.bench;

import im.restante.itests.bench.PairedRatios.Verdict;
import java.util.Locale;

/**
 * Two servers side by side, the one resting while the other works. Rounds come in pairs, one of each server, and the two take turns
 * in going first, so that the machine's moods hit both alike; what counts is the ratio within a pair.
 */
final class Comparison {
    /** Processor time of a server. */
    private static final double WARM_UP_SECONDS = 20;

    private final LoadedServer before;
    private final LoadedServer after;
    private final int pairs;

    /** What the rounds of one of the two gave. */
    private static final class Side {
        private final LoadedServer server;
        private final Figures speed;
        private final Figures work;
        /** Processor time of the last round. */
        private double worked;

        Side(LoadedServer server, Scenario scenario, int rounds) {
            this.server = server;
            this.speed = new Figures(scenario.unit(), rounds);
            this.work = new Figures(Scenario.Unit.TIME, rounds);
        }

        double round(Scenario scenario) throws Exception {
            double before = server.processorSeconds();
            double figure = once(server, scenario);
            speed.add(figure);
            worked = server.processorSeconds() - before;
            work.add(worked);
            return figure;
        }

        @Override
        public String toString() {
            return speed + ", processor time " + work;
        }
    }

    Comparison(LoadedServer before, LoadedServer after, int pairs) {
        this.before = before;
        this.after = after;
        this.pairs = pairs;
    }

    /**
     * Prints what both gave and how many times as fast the second is, with a verdict; and what processor time each took a round,
     * logins and all, which says more than the speed where others use the machine too. How far it is goes to standard error.
     *
     * @param demand how many times as fast as the first the second must be; 0: no matter
     */
    Verdict run(Scenario scenario, double demand) throws Exception {
        Side first = new Side(before, scenario, pairs);
        Side second = new Side(after, scenario, pairs);
        warmUp(before, scenario);
        warmUp(after, scenario);
        double[] ratios = new double[pairs];
        double[] works = new double[pairs];
        for (int pair = 0; pair < pairs; pair++) {
            boolean forward = pair % 2 == 0;
            double one = (forward ? first : second).round(scenario);
            double other = (forward ? second : first).round(scenario);
            ratios[pair] = forward
                    ? scenario.unit().speed(other, one)
                    : scenario.unit().speed(one, other);
            works[pair] = second.worked / first.worked;
            System.err.printf(
                    Locale.ROOT, "%s: pair %d of %d, ratio %.3f%n", scenario.name(), pair + 1, pairs, ratios[pair]);
        }
        PairedRatios speed = new PairedRatios(ratios);
        Verdict verdict = demand > 0 ? speed.verdict(demand) : Verdict.NOT_SLOWER;
        System.out.printf(
                Locale.ROOT,
                "%s%n    before %s%n    after  %s%n    %s%n    processor time, after to before: %s%n    %s%n",
                scenario.title(),
                first,
                second,
                speed,
                new PairedRatios(works),
                demand > 0
                        ? String.format(Locale.ROOT, "verdict (%.3f demanded): %s", demand, verdict)
                        : "nothing demanded");
        return verdict;
    }

    /** The JIT compiler takes longer than a round over code it has not seen; that would be counted as the server's work. */
    private static void warmUp(LoadedServer server, Scenario scenario) throws Exception {
        double end = server.processorSeconds() + WARM_UP_SECONDS;
        do {
            once(server, scenario);
        } while (server.processorSeconds() < end);
    }

    private static double once(LoadedServer server, Scenario scenario) throws Exception {
        double figure = scenario.round().run(server);
        server.nothingWaits(scenario.name());
        return figure;
    }
}
