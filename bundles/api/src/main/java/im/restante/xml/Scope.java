package im.restante.xml;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The namespace declarations in force at one place of a document (Namespaces in XML §6.1): a chain, innermost declaration first.
 * Immutable; places without a declaration between them share one.
 */
public final class Scope {
    /** Nothing is declared: no default namespace, and no prefix but {@code xml}. */
    public static final Scope NONE = new Scope(null, "", "");

    private final @Nullable Scope outer;
    private final String prefix;
    private final String namespace;

    private Scope(@Nullable Scope outer, String prefix, String namespace) {
        this.outer = outer;
        this.prefix = requireNonNull(prefix, "prefix");
        this.namespace = requireNonNull(namespace, "namespace");
    }

    /** Only a default namespace; {@link #NONE} if it is empty. */
    public static Scope of(String defaultNamespace) {
        return defaultNamespace.isEmpty() ? NONE : new Scope(NONE, "", defaultNamespace);
    }

    /** This and one declaration more, which hides an outer one of the same prefix; the empty prefix means the default namespace. */
    public Scope with(String declared, String boundTo) {
        return new Scope(this, declared, boundTo);
    }

    /** What a prefix is bound to: null if to nothing. The empty prefix gives the default namespace, empty if there is none. */
    public @Nullable String namespace(String wanted) {
        for (Scope at = this; at != null; at = at.outer) {
            if (at.prefix.equals(wanted)) {
                return at.namespace;
            }
        }
        return null;
    }

    /** Without the innermost declaration; null where nothing is declared. */
    public @Nullable Scope outer() {
        return outer;
    }

    /** Of the innermost declaration; empty for the default namespace. */
    public String prefix() {
        return prefix;
    }

    /** Of the innermost declaration. */
    public String namespace() {
        return namespace;
    }

    /** Whether what means something in {@code other} means the same here; more may be declared here. */
    public boolean covers(Scope other) {
        if (this == other) {
            return true;
        }
        for (Scope at = other; at != null; at = at.outer) {
            if (!other.hides(at) && !at.namespace.equals(namespace(at.prefix))) {
                return false;
            }
        }
        return true;
    }

    /** Whether a declaration further in hides {@code declaration}, a link of this chain. */
    public boolean hides(Scope declaration) {
        for (Scope at = this; at != null && at != declaration; at = at.outer) {
            if (at.prefix.equals(declaration.prefix)) {
                return true;
            }
        }
        return false;
    }
}
