package im.restante.internal.store.jdbc;

/** Whose messages a counter row counts. Ordered, so that all nodes lock counters in the same order. */
record Pair(Key owner, Key sender) implements Comparable<Pair> {
    @Override
    public int compareTo(Pair other) {
        int byOwner = owner.compareTo(other.owner);
        return byOwner != 0 ? byOwner : sender.compareTo(other.sender);
    }
}
