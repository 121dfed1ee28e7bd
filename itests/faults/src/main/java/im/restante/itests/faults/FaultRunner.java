package im.restante.itests.faults;

import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/**
 * Does harm to a standalone server, started as a process on this machine, and counts what became of the messages:
 * {@code java -jar faults.jar [--rounds N] [--seed S] [--store mariadb] [--no-proof] [FAULT ...]}. The exit code is 1 if a promise was
 * broken. One that is interrupted reports what it has done so far.
 */
public final class FaultRunner {
    /**
     * What is to be done.
     *
     * @param rounds in all, shared out among the faults as in the short form, at least one for each; 0: the short form
     * @param seed   of all that is random
     */
    record Plan(int rounds, long seed, Terms terms, Set<Fault> faults) {
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
    }

    /**
     * What one fault did.
     *
     * @param broken promises that were, in words
     */
    record Outcome(Fault fault, int rounds, Ledger.Count count, List<String> broken, String remark, double seconds) {}

    private static final String USAGE =
            "usage: java -jar faults.jar [--rounds N] [--seed S] [--store sqlite|mariadb] [--no-proof] [FAULT ...]";

    private final Plan plan;
    private final List<Outcome> ended = new CopyOnWriteArrayList<>();
    /** Of the fault that is being done, its complete rounds; null before the first. */
    private volatile Outcome underWay;

    private volatile boolean interrupted;

    FaultRunner(Plan plan) {
        this.plan = plan;
    }

    public static void main(String[] args) throws Exception {
        int rounds = 0;
        long seed = System.nanoTime() & 0xffff_ffffL;
        boolean proof = true;
        boolean mariaDb = false;
        Set<Fault> faults = EnumSet.noneOf(Fault.class);
        try {
            List<String> words = new ArrayList<>(List.of(args));
            while (!words.isEmpty()) {
                String word = words.remove(0);
                switch (word) {
                    case "--rounds" -> rounds = Integer.parseInt(words.remove(0));
                    case "--seed" -> seed = Long.parseLong(words.remove(0));
                    case "--no-proof" -> proof = false;
                    case "--store" -> mariaDb = isMariaDb(words.remove(0));
                    default -> faults.addAll(Fault.of(word));
                }
            }
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            System.err.println(USAGE);
            System.err.println(e.getMessage());
            System.exit(2);
        }
        Terms terms = new Terms(rounds > 0, proof, mariaDb);
        if (faults.isEmpty()) {
            faults = Fault.on(terms);
        } else if (!Fault.on(terms).containsAll(faults)) {
            System.err.println("not with this store; there are "
                    + Fault.on(terms).stream().map(Fault::word).collect(Collectors.joining(" ")));
            System.exit(2);
        }
        ServerProcess.jar(); // rather than fail in every round
        System.out.printf(
                "server on %s with %s%s, seed %d%n",
                Jdk.newest(), mariaDb ? "MariaDB" : "SQLite", proof ? "" : ", proof=write", seed);
        FaultRunner runner = new FaultRunner(new Plan(rounds, seed, terms, faults));
        Runtime.getRuntime().addShutdownHook(new Thread(runner::report, "report"));
        List<Outcome> outcomes = runner.run();
        System.exit(outcomes.stream().allMatch(outcome -> outcome.broken().isEmpty()) ? 0 : 1);
    }

    private static boolean isMariaDb(String store) {
        if (!List.of("sqlite", "mariadb").contains(store)) {
            throw new IllegalArgumentException("there is no store " + store);
        }
        return store.equals("mariadb");
    }

    /** Does everything, one after the other. */
    List<Outcome> run() {
        for (Map.Entry<Fault, Integer> share : plan.shares().entrySet()) {
            run(share.getKey(), share.getValue());
            if (interrupted) {
                break;
            }
            ended.add(underWay);
            underWay = null;
        }
        return List.copyOf(ended);
    }

    /** Prints what was done so far, when the program ends. */
    private void report() {
        interrupted = true; // servers are killed now, by us
        List<Outcome> outcomes = new ArrayList<>(ended);
        Optional.ofNullable(underWay).ifPresent(outcomes::add);
        System.out.print(table(outcomes));
    }

    private void run(Fault fault, int rounds) {
        long begin = System.nanoTime();
        Ledger.Count sum = Ledger.Count.NONE;
        List<String> broken = new ArrayList<>();
        Scenario scenario = null;
        String before = ""; // remarks of servers that were given up
        String remark = "";
        for (int round = 0; round < rounds; round++) {
            try {
                if (scenario == null) {
                    scenario = fault.begin(plan.terms());
                }
                // a seed for each round, so that a failed one is not needed to repeat the next
                Ledger.Count count =
                        scenario.round(new Random(plan.seed() * 1_000_003 + fault.ordinal() * 10_007 + round));
                sum = sum.plus(count);
                remark = before + scenario.remark();
                String verdict = verdict(fault, count);
                if (!verdict.isEmpty()) {
                    tell(broken, fault, round, verdict);
                }
            } catch (Exception | AssertionError e) {
                if (interrupted) {
                    return;
                }
                tell(broken, fault, round, String.valueOf(e.getMessage()));
                if (scenario != null) {
                    scenario.close();
                }
                scenario = null; // the next round gets a new server
                before = remark.isEmpty() ? "" : remark + ", then ";
            }
            underWay =
                    new Outcome(fault, round + 1, sum, List.copyOf(broken), remark, (System.nanoTime() - begin) / 1e9);
        }
        if (scenario != null) {
            scenario.close();
        }
    }

    private static void tell(List<String> broken, Fault fault, int round, String what) {
        broken.add(fault.word() + ", round " + round + ": " + what);
        System.out.println(broken.get(broken.size() - 1));
    }

    /** What is wrong with a round, in words; empty if nothing is. */
    private String verdict(Fault fault, Ledger.Count count) {
        List<String> wrong = new ArrayList<>();
        if (count.lost() > 0 && (plan.terms().proof() || !fault.mayDouble())) {
            wrong.add(count.lost() + " lost");
        }
        if (count.doubled() > 0 && !fault.mayDouble()) {
            wrong.add(count.doubled() + " doubled");
        }
        if (count.otherIds() > 0) {
            wrong.add(count.otherIds() + " doubled under another stanza-id");
        }
        if (count.outOfOrder() > 0) {
            wrong.add(count.outOfOrder() + " out of order");
        }
        if (count.strange() > 0) {
            wrong.add(count.strange() + " that were never sent to this account, or not so");
        }
        return String.join(", ", wrong);
    }

    static String table(List<Outcome> outcomes) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%-19s %6s %9s %9s %9s %6s %8s %9s %9s %8s %6s%n",
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
                "s"));
        for (Outcome outcome : outcomes) {
            Ledger.Count count = outcome.count();
            text.append(String.format(
                    Locale.ROOT,
                    "%-19s %6d %9d %9d %9d %6d %8d %9d %9d %8d %6.0f  %s%s%n",
                    outcome.fault().word(),
                    outcome.rounds(),
                    count.sent(),
                    count.taken(),
                    count.delivered(),
                    count.lost(),
                    count.doubled(),
                    count.otherIds(),
                    count.outOfOrder(),
                    count.strange(),
                    outcome.seconds(),
                    outcome.broken().isEmpty()
                            ? "kept"
                            : "BROKEN in " + outcome.broken().size(),
                    outcome.remark().isEmpty() ? "" : "; " + outcome.remark()));
        }
        return text.toString();
    }
}
