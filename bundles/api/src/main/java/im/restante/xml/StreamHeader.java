package im.restante.xml;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The opening {@code <stream:stream>} as the other side wrote it (RFC 6120 §4.7). Everything but the names may be null: judging
 * the values is the connection's work.
 *
 * @param root             the element without children; its name and namespace are not yet checked
 * @param contentNamespace the default namespace declared on it, normally {@code jabber:client}; empty if none
 */
public record StreamHeader(Element root, String contentNamespace) {
    public StreamHeader {
        requireNonNull(root, "root");
        requireNonNull(contentNamespace, "contentNamespace");
    }

    public @Nullable String to() {
        return root.attribute("to");
    }

    public @Nullable String from() {
        return root.attribute("from");
    }

    public @Nullable String version() {
        return root.attribute("version");
    }

    public @Nullable String lang() {
        return root.attribute(Namespaces.XML, "lang");
    }
}
