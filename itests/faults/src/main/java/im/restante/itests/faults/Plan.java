package im.restante.itests.faults;

import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * What is to be done.
 *
 * @param rounds       in all, shared out among the faults as in the short form, at least one for each; 0: the short form
 * @param seed         of all that is random
 * @param shortTimeouts whether every other round has a server whose verdicts must come within a second
 * @param together how many rounds of one fault run at once, each with a server of its own
 */
record Plan(int rounds, long seed, Terms terms, boolean shortTimeouts, int together, Set<Fault> faults) {
    /** How often each is done. */
    Map<Fault, Integer> shares() {
        int weights = faults.stream().mapToInt(Fault::shortRounds).sum();
        Map<Fault, Integer> shares = new EnumMap<>(Fault.class);
        int before = 0;
        for (Fault fault : faults) {
            int behind = before + fault.shortRounds();
            int share = rounds == 0
                    ? fault.shortRounds()
                    : Math.toIntExact((long) rounds * behind / weights - (long) rounds * before / weights);
            shares.put(fault, Math.max(1, share));
            before = behind;
        }
        return shares;
    }

    /** Of a round; the seed says which half begins. */
    Terms terms(int round) {
        return shortTimeouts && (round + seed) % 2 != 0 ? terms.withShortStoreTimeout() : terms;
    }

    /** A seed for each round, so that a failed one is not needed to repeat the next. */
    Random random(Fault fault, int round) {
        return new Random(seed * 1_000_003 + fault.ordinal() * 10_007 + round);
    }
}
