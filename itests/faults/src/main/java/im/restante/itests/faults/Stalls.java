package im.restante.itests.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What was measured while a store was kept from working, and behind it.
 *
 * @param late         verdicts that came later than the deadline and a second
 * @param never        verdicts that never came
 * @param logLines     the most lines of one kind that the server wrote into its log
 * @param mostFrequent that kind; empty without a line
 * @param drainSeconds from the end of the stall until every drain had gone on; 0: they had not stood
 * @param drainLimit   what that may be
 * @param stuck        drains that had gone on and did not end, so that the owner had to come again
 */
record Stalls(
        long late, long never, long logLines, String mostFrequent, double drainSeconds, double drainLimit, long stuck) {
    static final Stalls NONE = new Stalls(0, 0, 0, "", 0, 0, 0);
    /** Messages of one batch, which may have begun when the store stalled. */
    private static final int BATCH = 512;

    private static final int MOST_LOG_LINES = 12;

    /** What is wrong, in words. */
    List<String> wrong() {
        List<String> wrong = new ArrayList<>();
        if (never > 0) {
            wrong.add(never + " verdicts never came");
        }
        if (late > BATCH) {
            wrong.add(late + " verdicts came late, and only a batch of " + BATCH + " may");
        }
        if (logLines > MOST_LOG_LINES) {
            wrong.add(logLines + " lines of a kind in the log: " + mostFrequent);
        }
        if (drainSeconds > drainLimit) {
            wrong.add(String.format(
                    Locale.ROOT, "drains went on after %.1f s, and %.1f were allowed", drainSeconds, drainLimit));
        }
        if (stuck > 0) {
            wrong.add(stuck + " drains did not end by themselves");
        }
        return wrong;
    }

    /** Of both: verdicts together, of the rest the worse. */
    Stalls plus(Stalls more) {
        boolean louder = more.logLines > logLines;
        return new Stalls(
                late + more.late,
                never + more.never,
                Math.max(logLines, more.logLines),
                louder ? more.mostFrequent : mostFrequent,
                Math.max(drainSeconds, more.drainSeconds),
                Math.max(drainLimit, more.drainLimit),
                stuck + more.stuck);
    }
}
