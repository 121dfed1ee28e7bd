package im.restante.itests.hostile;

import java.util.List;
import java.util.Locale;

/** The outcomes as a table for README.md. */
final class Report {
    private static final double MIB = 1 << 20;

    private Report() {}

    static String table(List<Outcome> outcomes) {
        StringBuilder text = new StringBuilder(
                "| attack | sent, MiB | got, MiB | connections (refused) | p99 quiet, ms | p99 under it |"
                        + " times | worst login, ms (quiet) | heap before, MiB | after | resident | |\n"
                        + "|---|---|---|---|---|---|---|---|---|---|---|---|\n");
        for (Outcome o : outcomes) {
            List<String> found = o.allFindings();
            text.append("| `").append(o.attack()).append('`');
            cell(text, number(o.sent() / MIB));
            cell(text, number(o.received() / MIB));
            cell(text, o.connections() + " (" + o.refused() + ")");
            cell(text, number(o.quiet().p99()));
            cell(text, number(o.under().p99()));
            cell(text, number(o.slower()));
            cell(text, number(o.under().worstLogin()) + " (" + number(o.quiet().worstLogin()) + ")");
            cell(text, number(o.heapBefore()));
            cell(text, number(o.heapAfter()));
            cell(text, number(o.resident()));
            cell(text, found.isEmpty() ? "held" : String.join("; ", found));
            text.append(" |\n");
        }
        return text.toString();
    }

    private static void cell(StringBuilder text, String value) {
        text.append(" | ").append(value);
    }

    static String number(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%.0f", value);
    }
}
