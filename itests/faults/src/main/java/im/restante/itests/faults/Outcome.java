package im.restante.itests.faults;

import java.util.List;

/**
 * What one fault did.
 *
 * @param stalls what was measured while stores were kept from working; {@link Stalls#NONE} for most faults
 * @param broken promises that were, in words
 */
record Outcome(
        Fault fault,
        int rounds,
        Ledger.Count count,
        Stalls stalls,
        List<String> broken,
        String remark,
        double seconds) {
    boolean kept() {
        return broken.isEmpty();
    }
}
