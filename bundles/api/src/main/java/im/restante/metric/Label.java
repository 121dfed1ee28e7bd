package im.restante.metric;

import static java.util.Objects.requireNonNull;

/**
 * Tells figures of one metric apart. Each value is a series of its own that others keep for years: take words of the code or of the
 * configuration, never what comes from outside, such as an address.
 *
 * @param name  ASCII letters, digits and {@code _}, no digit first, not two {@code _} first
 * @param value any text
 */
public record Label(String name, String value) {
    public Label {
        if (!Metric.isName(name) || name.startsWith("__")) {
            throw new IllegalArgumentException("not the name of a label: " + name);
        }
        requireNonNull(value, "value");
    }

    /** That label. */
    public static Label of(String name, String value) {
        return new Label(name, value);
    }
}
