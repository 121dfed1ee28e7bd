package im.restante.itests.faults;

import java.util.List;
import java.util.Locale;

/** What became of the messages, in a table: a row for each fault, and one for all. */
final class Report {
    private static final String COLUMNS = "%-19s %6s %9s %9s %9s %6s %8s %9s %9s %8s %7s %5s %5s %6s %6s  %s%n";

    private Report() {}

    static String table(List<Outcome> outcomes) {
        StringBuilder text = new StringBuilder(row(
                "fault",
                "rounds",
                "sent",
                "taken",
                "delivered",
                "lost",
                "doubled",
                "other id",
                "disorder",
                "strange",
                "untrue",
                "late",
                "log",
                "drain",
                "s",
                ""));
        int rounds = 0;
        int broken = 0;
        double seconds = 0;
        Ledger.Count all = Ledger.Count.NONE;
        Stalls stalls = Stalls.NONE;
        for (Outcome outcome : outcomes) {
            text.append(row(
                    outcome.fault().word(),
                    outcome.rounds(),
                    outcome.count(),
                    outcome.stalls(),
                    outcome.seconds(),
                    verdict(outcome.broken().size()) + (outcome.remark().isEmpty() ? "" : "; " + outcome.remark())));
            rounds += outcome.rounds();
            broken += outcome.broken().size();
            seconds += outcome.seconds();
            all = all.plus(outcome.count());
            stalls = stalls.plus(outcome.stalls());
        }
        return text.append(row("total", rounds, all, stalls, seconds, verdict(broken)))
                .toString();
    }

    private static String verdict(int broken) {
        return broken == 0 ? "kept" : "BROKEN in " + broken;
    }

    private static String row(
            String name, int rounds, Ledger.Count count, Stalls stalls, double seconds, String verdict) {
        boolean stalled = !stalls.equals(Stalls.NONE);
        return row(
                name,
                rounds,
                count.sent(),
                count.taken(),
                count.delivered(),
                count.lost(),
                count.doubled(),
                count.otherIds(),
                count.outOfOrder(),
                count.strange(),
                count.untrue(),
                stalled ? stalls.late() + stalls.never() : "",
                stalled ? stalls.logLines() : "",
                stalled ? String.format(Locale.ROOT, "%.1f", stalls.drainSeconds()) : "",
                String.format(Locale.ROOT, "%.0f", seconds),
                verdict);
    }

    private static String row(Object... cells) {
        return String.format(Locale.ROOT, COLUMNS, cells);
    }
}
