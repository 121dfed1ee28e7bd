package im.restante.itests.faults;

import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Does harm to a standalone server, started as a process on this machine, and counts what became of the messages: see {@link
 * Options#USAGE}. The exit code is 1 if a promise was broken. One that is interrupted reports what it has done so far.
 */
public final class FaultRunner {
    private final Plan plan;
    private final List<Outcome> ended = new CopyOnWriteArrayList<>();
    /** Of the fault that is being done, its complete rounds; null before the first. */
    private volatile Outcome underWay;

    private volatile boolean interrupted;

    FaultRunner(Plan plan) {
        this.plan = plan;
    }

    public static void main(String[] args) throws Exception {
        Options options;
        try {
            options = Options.of(args);
        } catch (IllegalArgumentException e) {
            System.err.println(Options.USAGE);
            System.err.println(e.getMessage());
            System.exit(2);
            return;
        }
        Plan plan = options.plan();
        ServerProcess.jar(); // rather than fail in every round
        System.out.printf("server on %s with %s%n", Jdk.newest(), options);
        FaultRunner runner = new FaultRunner(plan);
        Runtime.getRuntime().addShutdownHook(new Thread(runner::report, "report"));
        List<Outcome> outcomes;
        try (Neighbours neighbours = Neighbours.start(options.busy(), options.syncWriters())) {
            outcomes = runner.run();
            if (!neighbours.isAtWork()) {
                throw new IOException("what was to keep the machine busy has ended");
            }
        }
        System.exit(outcomes.stream().allMatch(Outcome::kept) ? 0 : 1);
    }

    /** Does everything, one fault after the other. */
    List<Outcome> run() {
        for (Map.Entry<Fault, Integer> share : plan.shares().entrySet()) {
            try (Rounds rounds = new Rounds(plan, share.getKey(), () -> interrupted)) {
                rounds(rounds, share.getValue());
            }
            if (interrupted) {
                break;
            }
            ended.add(underWay);
            underWay = null;
        }
        return List.copyOf(ended);
    }

    /** Does so many, as many at once as was asked for. */
    private void rounds(Rounds rounds, int count) {
        AtomicInteger left = new AtomicInteger(count);
        List<Thread> threads = new ArrayList<>();
        for (int n = 0; n < Math.min(plan.together(), count); n++) {
            threads.add(new Thread(() -> {
                while (left.getAndDecrement() > 0 && !interrupted) {
                    rounds.next();
                    told(rounds, count);
                }
            }));
        }
        threads.forEach(Thread::start);
        threads.forEach(FaultRunner::join);
    }

    private synchronized void told(Rounds rounds, int count) {
        if (!interrupted) { // else what went wrong is our own killing
            underWay = rounds.outcome();
            System.err.printf("%s: %d of %d%n", underWay.fault().word(), underWay.rounds(), count);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e); // nobody does
        }
    }

    /** Prints what was done so far, when the program ends. */
    private void report() {
        interrupted = true; // servers are killed now, by us
        List<Outcome> outcomes = new ArrayList<>(ended);
        Optional.ofNullable(underWay).ifPresent(outcomes::add);
        System.out.print(Report.table(outcomes));
    }
}
