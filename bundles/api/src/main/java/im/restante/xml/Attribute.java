package im.restante.xml;

import static java.util.Objects.requireNonNull;

/**
 * One attribute. Namespace declarations are not attributes here; the serialiser makes the ones it needs.
 *
 * @param namespace the empty string for an attribute without prefix
 * @param name      local name; one that is none is an {@link IllegalArgumentException}
 * @param value     unescaped
 */
public record Attribute(String namespace, String name, String value) {
    public Attribute {
        requireNonNull(namespace, "namespace");
        XmlChars.checked(requireNonNull(name, "name"));
        requireNonNull(value, "value");
    }
}
