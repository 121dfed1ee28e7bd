package im.restante.internal.support;

/** What {@code memory-budget-bytes} of {@code im.restante.limits} means. */
public final class MemoryBudget {
    private MemoryBudget() {}

    /** Heap in bytes. @param wanted as it was configured; negative, and it is three eighths of the JVM's heap */
    public static long bytes(long wanted) {
        return wanted < 0 ? Runtime.getRuntime().maxMemory() / 8 * 3 : wanted;
    }
}
