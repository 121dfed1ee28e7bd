package im.restante.xml;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * An XML element without its prefix: name, namespace, attributes and content in document order. Immutable, so it is shared
 * between threads freely; every "change" makes a new element that shares what stayed. One that was read also knows its
 * {@link #origin()}, and so does what it was changed into: what nobody touched is written as it came.
 *
 * <p>What is made here can be written: a name that is none ({@link XmlChars#isLocalName}) is an {@link IllegalArgumentException}, and
 * characters that XML does not have are written as U+FFFD.
 */
public final class Element implements Node {
    private static final int ELEMENT_HEAP = 128;
    private static final int ATTRIBUTE_HEAP = 80;
    private static final int TEXT_HEAP = 64;
    private static final int ARRAY_HEAP = 16;
    private static final int CHANGE_HEAP = 256;

    private final String namespace;
    private final String name;
    private final List<Attribute> attributes;
    private final List<Node> content;
    private final @Nullable Origin origin;
    /** As it was read, if this is a changed form of it; else null. */
    private final @Nullable Element before;

    private Element(String namespace, String name, List<Attribute> attributes, List<Node> content) {
        this(namespace, XmlChars.checked(name), attributes, content, null, null);
    }

    private Element(
            String namespace,
            String name,
            List<Attribute> attributes,
            List<Node> content,
            @Nullable Origin origin,
            @Nullable Element before) {
        this.namespace = requireNonNull(namespace, "namespace");
        this.name = requireNonNull(name, "name");
        this.attributes = attributes;
        this.content = content;
        this.origin = origin;
        this.before = before;
    }

    /** An empty element without attributes. */
    public static Element of(String namespace, String name) {
        return new Element(namespace, name, List.of(), List.of());
    }

    /** An element that holds only text. */
    public static Element of(String namespace, String name, String text) {
        return new Element(namespace, name, List.of(), List.of(new Text(text)));
    }

    /** An element made of lists, which are copied unless they are immutable already. */
    public static Element of(String namespace, String name, List<Attribute> attributes, List<Node> content) {
        return new Element(namespace, name, List.copyOf(attributes), List.copyOf(content));
    }

    /**
     * An element that was read: for those who read XML. {@code origin} must say the same as the tree, and every child element
     * must have an origin in the same bytes, in the order of the content.
     */
    public static Element of(
            String namespace, String name, List<Attribute> attributes, List<Node> content, Origin origin) {
        return new Element(
                namespace, name, List.copyOf(attributes), List.copyOf(content), requireNonNull(origin, "origin"), null);
    }

    public static Builder builder(String namespace, String name) {
        return new Builder(namespace, name);
    }

    public String namespace() {
        return namespace;
    }

    public String name() {
        return name;
    }

    /** In document order. */
    public List<Attribute> attributes() {
        return attributes;
    }

    /** Elements and text in document order. */
    public List<Node> content() {
        return content;
    }

    /** Where this element, or the one it was changed from, was read; null if it was made by code. */
    public @Nullable Origin origin() {
        return origin;
    }

    /**
     * This element as its origin has it: itself if it was not changed since. What stayed the same are the same objects, in the
     * same order. Null if it was made by code.
     */
    public @Nullable Element asRead() {
        return origin == null ? null : before == null ? this : before;
    }

    /**
     * About how many bytes of heap it costs to keep this element: its tree, and all bytes its {@link #origin()} keeps alive, which
     * may be those of a much larger element around it. Rather too many than too few.
     */
    public long heap() {
        long bytes = origin == null ? 0 : ARRAY_HEAP + origin.bytes().length;
        return bytes + (before == null ? treeHeap() : CHANGE_HEAP + Math.max(treeHeap(), before.treeHeap()));
    }

    private long treeHeap() {
        long heap = ELEMENT_HEAP + TEXT_HEAP + name.length();
        for (int i = 0; i < attributes.size(); i++) {
            Attribute a = attributes.get(i);
            heap += ATTRIBUTE_HEAP
                    + 2L * a.name().length()
                    + TEXT_HEAP
                    + 2L * a.value().length();
        }
        for (int i = 0; i < content.size(); i++) {
            Node node = content.get(i);
            heap += node instanceof Element e
                    ? e.treeHeap()
                    : TEXT_HEAP + 2L * ((Text) node).value().length();
        }
        return heap;
    }

    public boolean is(String wantedNamespace, String wantedName) {
        return name.equals(wantedName) && namespace.equals(wantedNamespace);
    }

    /** The value of the attribute without a prefix; null if there is none. */
    public @Nullable String attribute(String attributeName) {
        return attribute("", attributeName);
    }

    /** The value of an attribute; null if there is none. */
    public @Nullable String attribute(String attributeNamespace, String attributeName) {
        for (int i = 0; i < attributes.size(); i++) {
            Attribute a = attributes.get(i);
            if (a.name().equals(attributeName) && a.namespace().equals(attributeNamespace)) {
                return a.value();
            }
        }
        return null;
    }

    /** Child elements in document order. */
    public List<Element> children() {
        List<Element> children = new ArrayList<>(content.size());
        for (int i = 0; i < content.size(); i++) {
            if (content.get(i) instanceof Element e) {
                children.add(e);
            }
        }
        return children;
    }

    /** The first child of that name and namespace. */
    public Optional<Element> child(String childNamespace, String childName) {
        for (int i = 0; i < content.size(); i++) {
            if (content.get(i) instanceof Element e && e.is(childNamespace, childName)) {
                return Optional.of(e);
            }
        }
        return Optional.empty();
    }

    /** The first child element of any name. */
    public Optional<Element> firstChild() {
        for (int i = 0; i < content.size(); i++) {
            if (content.get(i) instanceof Element e) {
                return Optional.of(e);
            }
        }
        return Optional.empty();
    }

    /** The text directly inside this element, joined; the empty string if there is none. */
    public String text() {
        if (content.size() == 1 && content.get(0) instanceof Text t) {
            return t.value();
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < content.size(); i++) {
            if (content.get(i) instanceof Text t) {
                text.append(t.value());
            }
        }
        return text.toString();
    }

    /** This element with an attribute set, or removed if {@code value} is null. Its place among the others is kept. */
    public Element withAttribute(String attributeName, @Nullable String value) {
        return withAttribute("", attributeName, value);
    }

    /** The same for an attribute of a namespace. */
    public Element withAttribute(String attributeNamespace, String attributeName, @Nullable String value) {
        List<Attribute> changed = new ArrayList<>(attributes.size() + 1);
        Attribute wanted = value == null ? null : new Attribute(attributeNamespace, attributeName, value);
        for (int i = 0; i < attributes.size(); i++) {
            Attribute a = attributes.get(i);
            if (!a.name().equals(attributeName) || !a.namespace().equals(attributeNamespace)) {
                changed.add(a);
            } else if (wanted != null) {
                changed.add(wanted);
                wanted = null;
            }
        }
        if (wanted != null) {
            changed.add(wanted);
        }
        return changed(List.copyOf(changed), content);
    }

    /** This element without the attributes that match; itself if none does. */
    public Element withoutAttributes(Predicate<Attribute> unwanted) {
        List<Attribute> kept =
                attributes.stream().filter(Predicate.not(unwanted)).toList();
        return kept.size() == attributes.size() ? this : changed(kept, content);
    }

    /** This element with one more node at its end. */
    public Element with(Node node) {
        List<Node> changed = new ArrayList<>(content.size() + 1);
        changed.addAll(content);
        changed.add(requireNonNull(node, "node"));
        return changed(attributes, List.copyOf(changed));
    }

    /** This element without the child elements that match; itself if none does. */
    public Element without(Predicate<Element> unwanted) {
        List<Node> kept = new ArrayList<>(content.size());
        for (int i = 0; i < content.size(); i++) {
            Node node = content.get(i);
            if (!(node instanceof Element e) || !unwanted.test(e)) {
                kept.add(node);
            }
        }
        return kept.size() == content.size() ? this : changed(attributes, List.copyOf(kept));
    }

    private Element changed(List<Attribute> newAttributes, List<Node> newContent) {
        return new Element(namespace, name, newAttributes, newContent, origin, asRead());
    }

    /** By name, namespace, attributes and content; how it was written does not matter. */
    @Override
    public boolean equals(Object other) {
        return this == other
                || other instanceof Element e
                        && name.equals(e.name)
                        && namespace.equals(e.namespace)
                        && attributes.equals(e.attributes)
                        && content.equals(e.content);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + namespace.hashCode();
    }

    /** Name and namespace only: content may be private and does not belong into a log. */
    @Override
    public String toString() {
        return '<' + name + " xmlns='" + namespace + "'>";
    }

    /** Builds one element; not for use by several threads, nor again after {@link #build()}. */
    public static final class Builder {
        private final String namespace;
        private final String name;
        private final List<Attribute> attributes = new ArrayList<>(4);
        private final List<Node> content = new ArrayList<>(4);

        private Builder(String namespace, String name) {
            this.namespace = namespace;
            this.name = name;
        }

        /** Adds an attribute without prefix; nothing if {@code value} is null. */
        public Builder attribute(String attributeName, @Nullable String value) {
            return attribute("", attributeName, value);
        }

        /** Adds an attribute; nothing if {@code value} is null. */
        public Builder attribute(String attributeNamespace, String attributeName, @Nullable String value) {
            if (value != null) {
                attributes.add(new Attribute(attributeNamespace, attributeName, value));
            }
            return this;
        }

        public Builder text(String text) {
            content.add(new Text(text));
            return this;
        }

        public Builder child(Node node) {
            content.add(requireNonNull(node, "node"));
            return this;
        }

        public Builder children(Iterable<? extends Node> nodes) {
            nodes.forEach(this::child);
            return this;
        }

        public Element build() {
            return new Element(namespace, name, List.copyOf(attributes), List.copyOf(content));
        }
    }
}
