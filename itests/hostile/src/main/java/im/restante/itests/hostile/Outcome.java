package im.restante.itests.hostile;

import java.util.ArrayList;
import java.util.List;

/**
 * What became of one attack.
 *
 * @param attack      its word
 * @param sent        bytes that the attacker sent
 * @param received    bytes that it got
 * @param connections that it made
 * @param refused     that it did not get
 * @param quiet       what the victims noticed before
 * @param under       what they noticed meanwhile
 * @param heapBefore  MiB after a full collection, before
 * @param heapAfter   the same, when it was over and some time had passed
 * @param resident    MiB that the process had at the end of the attack
 * @param failures    what happened to the server, in words
 */
record Outcome(
        String attack,
        long sent,
        long received,
        long connections,
        long refused,
        Victim.Noticed quiet,
        Victim.Noticed under,
        double heapBefore,
        double heapAfter,
        double resident,
        List<String> failures) {
    /** Times the quiet latency that a victim may notice. */
    private static final double MOST_SLOWER = 5;
    /** Milliseconds: below this nobody notices anything. */
    private static final double UNNOTICED = 20;

    static final double MOST_HEAP_LEFT = 32;
    /** What a server says to a connection by itself: header, features, answers to its logins. */
    private static final long CONVERSATION = 8_192;

    double slower() {
        return under.p99() / quiet.p99();
    }

    /** What is not as it must be, in words. */
    List<String> findings() {
        List<String> found = new ArrayList<>(failures);
        if (!under.trouble().isEmpty()) {
            found.add("a victim: " + under.trouble());
        }
        if (received > sent + CONVERSATION * (connections + 1)) {
            found.add("more came out than went in: " + received + " bytes for " + sent);
        }
        if (heapAfter > heapBefore + MOST_HEAP_LEFT) {
            found.add(Report.number(heapAfter - heapBefore) + " MiB of the heap did not come back");
        }
        return found;
    }

    /** As {@link #findings}, and the victims' patience: only on a machine that does nothing else. */
    List<String> allFindings() {
        List<String> found = findings();
        if (under.p99() > UNNOTICED && slower() > MOST_SLOWER) {
            found.add("victims waited " + Report.number(slower()) + " times as long");
        }
        return found;
    }
}
