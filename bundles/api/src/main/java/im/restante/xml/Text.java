package im.restante.xml;

import static java.util.Objects.requireNonNull;

/**
 * Character data, unescaped.
 *
 * @param value characters that XML 1.0 allows; the reader lets no others in
 */
public record Text(String value) implements Node {
    public Text {
        requireNonNull(value, "value");
    }
}
