package im.restante.itests.bench;

import java.util.Locale;

/** Two servers side by side, the one resting while the other works: rounds take turns, so that the machine's moods hit both alike. */
final class Comparison {
    private final LoadedServer before;
    private final LoadedServer after;
    private final int rounds;

    Comparison(LoadedServer before, LoadedServer after, int rounds) {
        this.before = before;
        this.after = after;
        this.rounds = rounds;
    }

    /**
     * Prints both medians and how many times as fast the second is.
     *
     * @return whether it is at least {@code demand} times as fast
     */
    boolean run(Scenario scenario, double demand) throws Exception {
        Figures first = new Figures(scenario.unit(), rounds);
        Figures second = new Figures(scenario.unit(), rounds);
        once(before, scenario);
        once(after, scenario);
        for (int round = 0; round < rounds; round++) {
            if (round % 2 == 0) { // who goes first changes too
                first.add(once(before, scenario));
                second.add(once(after, scenario));
            } else {
                second.add(once(after, scenario));
                first.add(once(before, scenario));
            }
        }
        double speed = scenario.unit().speed(second.median(), first.median());
        boolean enough = speed >= demand;
        System.out.printf(
                Locale.ROOT,
                "%s%n    before %s%n    after  %s%n    after is %.3f times as fast; demanded: %.3f%s%n",
                scenario.title(),
                first,
                second,
                speed,
                demand,
                enough ? "" : "   TOO SLOW");
        return enough;
    }

    private static double once(LoadedServer server, Scenario scenario) throws Exception {
        double figure = scenario.round().run(server);
        server.nothingWaits(scenario.name());
        return figure;
    }
}
