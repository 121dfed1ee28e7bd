package im.restante.metric;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What figures are of. Made by {@link #counter}, {@link #gauge} and {@link #histogram}.
 *
 * <p>Names follow the conventions of Prometheus: what it is of, then the base unit ({@code _seconds}, {@code _bytes}), and {@code
 * _total} for what only grows, as in {@code restante_verdicts_total}. They begin with the name of the program or of the bundle.
 *
 * @param name ASCII letters, digits and {@code _}, no digit first
 * @param kind what its figures do
 * @param help one sentence for an operator
 */
public record Metric(String name, Kind kind, String help) {
    /** What a program appends to the name of a histogram. */
    private static final List<String> RESERVED = List.of("_total", "_bucket", "_count", "_sum");

    /** What figures do. */
    public enum Kind {
        /** Grows, until the server starts anew. */
        COUNTER,
        /** Goes up and down. */
        GAUGE,
        /** Counts by size: a {@link Distribution}. */
        HISTOGRAM
    }

    public Metric {
        requireNonNull(kind, "kind");
        if (!isName(name)) {
            throw new IllegalArgumentException("not the name of a metric: " + name);
        }
        if (kind == Kind.COUNTER ? !name.endsWith("_total") : RESERVED.stream().anyMatch(name::endsWith)) {
            throw new IllegalArgumentException(
                    "the name of a counter, and of nothing else, ends with _total; _bucket, _count and _sum are for"
                            + " histograms: "
                            + name);
        }
        if (help.isBlank()) {
            throw new IllegalArgumentException("help says what the figure is: " + name);
        }
    }

    static boolean isName(String name) {
        return !name.isEmpty()
                && !(name.charAt(0) >= '0' && name.charAt(0) <= '9')
                && name.chars()
                        .allMatch(
                                c -> c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_');
    }

    /** Something that only grows. @param name ends with {@code _total} */
    public static Metric counter(String name, String help) {
        return new Metric(name, Kind.COUNTER, help);
    }

    /** Something that goes up and down. */
    public static Metric gauge(String name, String help) {
        return new Metric(name, Kind.GAUGE, help);
    }

    /** Something that is counted by size, such as times. */
    public static Metric histogram(String name, String help) {
        return new Metric(name, Kind.HISTOGRAM, help);
    }
}
