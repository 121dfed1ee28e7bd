package im.restante.itests.bench;

import java.util.Arrays;
import java.util.List;

/**
 * What gives one figure a round.
 *
 * @param name  for the command line
 * @param title for the reader
 */
record Scenario(String name, String title, Unit unit, Round round) {
    /** What the figure counts. */
    enum Unit {
        RATE("msgs/s"),
        TIME("s");

        final String symbol;

        Unit(String symbol) {
            this.symbol = symbol;
        }

        /** How many times as fast as {@code other} a server with this {@code figure} is. */
        double speed(double figure, double other) {
            return this == RATE ? figure / other : other / figure;
        }
    }

    /** Does it once and gives the figure. */
    @FunctionalInterface
    interface Round {
        double run(LoadedServer server) throws Exception;

        /** Does it so many times and gives the median: what takes a twentieth of a second is told by one try to a third only. */
        default Round median(int times) {
            return server -> {
                double[] figures = new double[times];
                for (int n = 0; n < times; n++) {
                    figures[n] = run(server);
                }
                Arrays.sort(figures);
                return figures[times / 2];
            };
        }
    }

    /** How often a round does what is short. */
    private static final int TIMES = 9;

    static final List<Scenario> ALL = List.of(
            new Scenario(
                    "store",
                    "store: 10 senders, 10,000 messages to 100 absent users",
                    Unit.RATE,
                    ((Round) LoadedServer::store).median(TIMES)),
            drain(100),
            drain(1_000),
            drain(10_000),
            new Scenario(
                    "handover",
                    "handover: 50 users come to 50 waiting while 250 more are sent",
                    Unit.TIME,
                    LoadedServer::handover),
            new Scenario(
                    "flood-presence",
                    "flood: 1,000 users with 20 each, from presence",
                    Unit.TIME,
                    ((Round) server -> server.flood(false)).median(TIMES)),
            new Scenario(
                    "flood-connect",
                    "flood: 1,000 users with 20 each, from connect",
                    Unit.TIME,
                    ((Round) server -> server.flood(true)).median(TIMES)),
            online(1),
            online(100),
            online(1_000));

    private static Scenario drain(int size) {
        return new Scenario(
                "drain-" + size,
                "drain: backlog " + size + ", presence to last message",
                Unit.TIME,
                ((Round) server -> server.drain(size)).median(TIMES));
    }

    private static Scenario online(int pairs) {
        return new Scenario(
                "online-" + pairs, "online: " + pairs + " pairs", Unit.RATE, server -> server.online(pairs));
    }

    /** Those that {@code wanted} names: one, or all of a kind, e.g. {@code drain-100} or {@code drain}. */
    static List<Scenario> named(String wanted) {
        return ALL.stream()
                .filter(one -> one.name.equals(wanted) || one.name.startsWith(wanted + "-"))
                .toList();
    }
}
