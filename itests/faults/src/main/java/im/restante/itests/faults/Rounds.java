package im.restante.itests.faults;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rounds of one fault. A server is kept from round to round until a round fails by more than a count: one for each kind of terms,
 * or as many as rounds run at once. For several threads.
 */
final class Rounds implements AutoCloseable {
    private final Plan plan;
    private final Fault fault;
    private final BooleanSupplier interrupted;
    private final long begin = System.nanoTime();
    /** Of no round just now. */
    private final Map<Terms, Deque<Scenario>> idle = new LinkedHashMap<>();

    private final List<String> broken = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>(); // of servers that were given up
    private Ledger.Count sum = Ledger.Count.NONE;
    private Stalls stalls = Stalls.NONE;
    private int begun;
    private int done;

    /** @param interrupted whether what goes wrong is our own doing, since the program is being ended */
    Rounds(Plan plan, Fault fault, BooleanSupplier interrupted) {
        this.plan = plan;
        this.fault = fault;
        this.interrupted = interrupted;
    }

    /** Does the next one. What is wrong is printed at once. */
    void next() {
        int round = begun();
        Terms terms = plan.terms(round);
        String name = fault.word() + ", round " + round
                + (terms.storeTimeout().equals(Terms.STORE_TIMEOUT)
                        ? ""
                        : ", store-timeout-seconds=" + terms.storeTimeout().toSeconds());
        Scenario scenario = null;
        try {
            scenario = scenario(terms);
            Ledger.Count count = scenario.round(plan.random(fault, round));
            ended(name, terms, scenario, count);
        } catch (Exception | AssertionError e) {
            if (!interrupted.getAsBoolean()) {
                failed(name, scenario, e);
            }
        }
    }

    private synchronized int begun() {
        return begun++;
    }

    private Scenario scenario(Terms terms) throws Exception {
        Scenario kept;
        synchronized (this) {
            kept = idle.computeIfAbsent(terms, t -> new ArrayDeque<>()).poll();
        }
        return kept == null ? fault.begin(terms) : kept;
    }

    private synchronized void ended(String name, Terms terms, Scenario scenario, Ledger.Count count) {
        done++;
        sum = sum.plus(count);
        stalls = stalls.plus(scenario.stalls());
        String wrong = Stream.concat(wrong(count).stream(), scenario.stalls().wrong().stream())
                .collect(Collectors.joining(", "));
        if (!wrong.isEmpty()) {
            tell(name + ": " + wrong);
        }
        idle.get(terms).push(scenario);
    }

    /** The next round gets a new server. */
    private synchronized void failed(String name, Scenario scenario, Throwable cause) {
        done++;
        tell(name + ": " + cause.getMessage());
        if (scenario != null) {
            remarks.add(scenario.remark());
            scenario.close();
        }
    }

    private void tell(String what) {
        broken.add(what);
        System.out.println(what);
    }

    /** What is wrong with what became of the messages, in words. */
    private List<String> wrong(Ledger.Count count) {
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
        if (count.untrue() > 0) {
            wrong.add(count.untrue() + " delivered although their senders were told that they failed");
        }
        return wrong;
    }

    /** So far. */
    synchronized Outcome outcome() {
        String remark = Stream.concat(
                        remarks.stream(),
                        idle.values().stream().flatMap(Deque::stream).map(Scenario::remark))
                .filter(one -> !one.isEmpty())
                .collect(Collectors.joining(", then "));
        return new Outcome(fault, done, sum, stalls, List.copyOf(broken), remark, (System.nanoTime() - begin) / 1e9);
    }

    @Override
    public synchronized void close() {
        idle.values().forEach(some -> some.forEach(Scenario::close));
        idle.clear();
    }
}
