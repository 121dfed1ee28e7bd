package im.restante.internal.metrics;

import im.restante.metric.Distribution;
import im.restante.metric.Label;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** The text format of Prometheus, version 0.0.4 (prometheus.io, "Exposition formats"). */
final class TextFormat {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder();

    private TextFormat() {}

    static String of(Collection<Family> families) {
        TextFormat format = new TextFormat();
        families.forEach(format::family);
        return format.text.toString();
    }

    private void family(Family family) {
        String name = family.metric().name();
        text.append("# HELP ")
                .append(name)
                .append(' ')
                .append(escaped(family.metric().help(), false));
        text.append("\n# TYPE ").append(name).append(' ');
        text.append(family.metric().kind().name().toLowerCase(Locale.ROOT)).append('\n');
        for (Sample sample : family.samples()) {
            if (sample.distribution() == null) {
                line(name, sample.labels(), null, number(sample.value()));
            } else {
                histogram(name, sample.labels(), sample.distribution());
            }
        }
    }

    private void histogram(String name, List<Label> labels, Distribution distribution) {
        long below = 0;
        for (int i = 0; i < distribution.bounds().size(); i++) {
            below += distribution.counts().get(i);
            line(name + "_bucket", labels, number(distribution.bounds().get(i)), Long.toString(below));
        }
        String count = Long.toString(distribution.count());
        line(name + "_bucket", labels, "+Inf", count);
        line(name + "_sum", labels, null, number(distribution.sum()));
        line(name + "_count", labels, null, count);
    }

    /** @param bound of a bucket; null for another line */
    private void line(String name, List<Label> labels, String bound, String value) {
        text.append(series(name, labels, bound)).append(' ').append(value).append('\n');
    }

    /** The name with its labels. @param bound of a bucket; null for none */
    static String series(String name, List<Label> labels, String bound) {
        StringBuilder series = new StringBuilder(name);
        char before = '{';
        for (Label label : labels) {
            series.append(before).append(label.name()).append("=\"");
            series.append(escaped(label.value(), true)).append('"');
            before = ',';
        }
        if (bound != null) {
            series.append(before).append("le=\"").append(bound).append('"');
            before = ',';
        }
        return before == '{' ? series.toString() : series.append('}').toString();
    }

    private static String escaped(String value, boolean quoted) {
        String line = value.replace("\\", "\\\\").replace("\n", "\\n");
        return quoted ? line.replace("\"", "\\\"") : line;
    }

    static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        if (Double.isNaN(value)) {
            return "NaN";
        }
        long whole = (long) value;
        return whole == value
                ? Long.toString(whole)
                : BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }
}
