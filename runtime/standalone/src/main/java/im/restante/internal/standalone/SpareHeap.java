package im.restante.internal.standalone;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.VMOption;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Gives back heap that a quiet server does not use. Left alone the JVM collects nothing without traffic, and keeps up to 70 % of the
 * heap free after a collection, so that an idle session costs three times what it holds. A jar cannot carry flags for its JVM, but
 * these may be set while it runs: only for our own collections, since under load much free heap is cheap.
 */
final class SpareHeap {
    private static final Duration QUIET = Duration.ofSeconds(30);
    /** A server that takes less of one processor than this is quiet. */
    private static final double QUIET_SHARE = 0.05;
    /** Free part of the heap from which on a collection is worth its pause. */
    private static final double WORTH_IT = 0.5;

    /** Per cent of the heap. */
    private record Flag(String name, String ours, String before) {}

    private final HotSpotDiagnosticMXBean jvm = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    private final List<Flag> flags = new ArrayList<>();

    /** What the operator has set stays. A JVM without such flags is only asked to collect. */
    SpareHeap() {
        if (jvm != null) {
            use("MinHeapFreeRatio", "20"); // first: the least may never be more than the most
            use("MaxHeapFreeRatio", "40");
        }
    }

    private void use(String name, String ours) {
        try {
            VMOption option = jvm.getVMOption(name);
            if (option.getOrigin() == VMOption.Origin.DEFAULT) {
                flags.add(new Flag(name, ours, option.getValue()));
            }
        } catch (IllegalArgumentException e) {
            // This JVM does not have it.
        }
    }

    /** From now on, on a thread of its own, whenever the server has been quiet for half a minute and holds much free heap. */
    void giveBackWhenQuiet() {
        Thread thread = new Thread(this::watch, "restante-spare-heap");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch() {
        Duration used = processorTime();
        try {
            while (true) {
                Thread.sleep(QUIET.toMillis());
                Duration before = used;
                used = processorTime();
                Runtime heap = Runtime.getRuntime();
                if (used.minus(before).toMillis() < QUIET_SHARE * QUIET.toMillis()
                        && heap.freeMemory() > WORTH_IT * heap.totalMemory()) {
                    giveBack();
                    used = processorTime();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Duration processorTime() {
        return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
    }

    /** Collects, and leaves less of the heap free than the JVM would. */
    void giveBack() {
        flags.forEach(flag -> set(flag.name, flag.ours));
        System.gc();
        for (int i = flags.size() - 1; i >= 0; i--) {
            set(flags.get(i).name, flags.get(i).before);
        }
    }

    private void set(String name, String value) {
        try {
            jvm.setVMOption(name, value);
        } catch (IllegalArgumentException e) {
            // What an operator has set for the other one forbids it.
        }
    }
}
