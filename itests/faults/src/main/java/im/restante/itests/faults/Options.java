package im.restante.itests.faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the command line asks for.
 *
 * @param busy        loops beside the server that keep a processor busy
 * @param syncWriters programs beside the server that sync the disk without pause
 */
record Options(Plan plan, int busy, int syncWriters) {
    static final String USAGE = """
            usage: java -jar faults.jar [--rounds N] [--seed S] [--store sqlite|mariadb|postgresql] [--busy N] [--sync-writers N]
                                        [--together N] [--no-timeout-half] [--stall SECONDS] [--no-proof] [FAULT ...]""";

    /** @throws IllegalArgumentException with what is wrong, in words */
    static Options of(String... args) {
        int rounds = 0;
        long seed = System.nanoTime() & 0xffff_ffffL;
        int busy = 0;
        int syncWriters = 0;
        int together = 1;
        boolean shortTimeouts = true;
        boolean proof = true;
        Place place = Place.SQLITE;
        Duration stall = null;
        List<Set<Fault>> named = new ArrayList<>();
        List<String> words = new ArrayList<>(List.of(args));
        while (!words.isEmpty()) {
            String word = words.remove(0);
            switch (word) {
                case "--rounds" -> rounds = (int) number(word, words, 1);
                case "--seed" -> seed = number(word, words, Long.MIN_VALUE);
                case "--busy" -> busy = (int) number(word, words, 0);
                case "--sync-writers" -> syncWriters = (int) number(word, words, 0);
                case "--together" -> together = (int) number(word, words, 1);
                case "--timeout-half" -> shortTimeouts = true;
                case "--no-timeout-half" -> shortTimeouts = false;
                case "--stall" -> stall = Duration.ofSeconds(number(word, words, 1));
                case "--no-proof" -> proof = false;
                case "--store" -> place = Place.of(value(word, words));
                default -> named.add(Fault.of(word));
            }
        }
        Terms terms = Terms.of(rounds > 0).on(place).with(Patience.beside(busy + together - 1, syncWriters));
        terms = proof ? terms : terms.withoutProof();
        terms = stall == null ? terms : terms.stalledFor(stall);
        Set<Fault> faults = named.isEmpty() ? Fault.usual(terms) : EnumSet.noneOf(Fault.class);
        for (Set<Fault> some : named) {
            some.retainAll(Fault.on(terms));
            if (some.isEmpty()) {
                throw new IllegalArgumentException("not with this store; there are "
                        + Fault.on(terms).stream().map(Fault::word).collect(Collectors.joining(" ")));
            }
            faults.addAll(some);
        }
        return new Options(new Plan(rounds, seed, terms, shortTimeouts, together, faults), busy, syncWriters);
    }

    private static long number(String option, List<String> words, long least) {
        String word = value(option, words);
        try {
            long number = Long.parseLong(word);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(option + " wants a number, not " + word);
    }

    private static String value(String option, List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException(option + " wants a value");
        }
        return words.remove(0);
    }

    /** For the head of a report: all that is needed to do it again. */
    @Override
    public String toString() {
        return plan.terms().place()
                + (plan.terms().proof() ? "" : ", proof=write")
                + (plan.shortTimeouts() ? ", half of the rounds with store-timeout-seconds=1" : "")
                + (plan.together() > 1 ? ", " + plan.together() + " rounds at once" : "")
                + (busy > 0 ? ", " + busy + " busy loops beside it" : "")
                + (syncWriters > 0 ? ", " + syncWriters + " writers that sync the disk beside it" : "")
                + ", seed " + plan.seed();
    }
}
