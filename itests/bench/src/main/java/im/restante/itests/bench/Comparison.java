package im.restante.itests.bench;

import java.util.Locale;

/** Two servers side by side, the one resting while the other works: rounds take turns, so that the machine's moods hit both alike. */
final class Comparison {
    private final LoadedServer before;
    private final LoadedServer after;
    private final int rounds;

    /** What the rounds of one of the two gave. */
    private static final class Side {
        private final LoadedServer server;
        private final Figures speed;
        private final Figures work;

        Side(LoadedServer server, Scenario scenario, int rounds) {
            this.server = server;
            this.speed = new Figures(scenario.unit(), rounds);
            this.work = new Figures(Scenario.Unit.TIME, rounds);
        }

        void round(Scenario scenario) throws Exception {
            double worked = server.processorSeconds();
            speed.add(once(server, scenario));
            work.add(server.processorSeconds() - worked);
        }

        @Override
        public String toString() {
            return speed + ", processor time " + work;
        }
    }

    Comparison(LoadedServer before, LoadedServer after, int rounds) {
        this.before = before;
        this.after = after;
        this.rounds = rounds;
    }

    /**
     * Prints both medians and how many times as fast the second is; and what processor time each took a round, logins and all,
     * which says more than the speed where others use the machine too.
     *
     * @return whether it is at least {@code demand} times as fast
     */
    boolean run(Scenario scenario, double demand) throws Exception {
        Side first = new Side(before, scenario, rounds);
        Side second = new Side(after, scenario, rounds);
        once(before, scenario);
        once(after, scenario);
        for (int round = 0; round < rounds; round++) {
            boolean forward = round % 2 == 0; // who goes first changes too
            (forward ? first : second).round(scenario);
            (forward ? second : first).round(scenario);
        }
        double speed = scenario.unit().speed(second.speed.median(), first.speed.median());
        boolean enough = speed >= demand;
        System.out.printf(
                Locale.ROOT,
                "%s%n    before %s%n    after  %s%n    after is %.3f times as fast, with %.3f times the processor time;"
                        + " demanded: %.3f%s%n",
                scenario.title(),
                first,
                second,
                speed,
                second.work.median() / first.work.median(),
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
