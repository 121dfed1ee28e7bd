package im.restante.filter;

import static java.util.Objects.requireNonNull;

/** What a storage rule thinks of a message. */
public sealed interface Opinion {
    /** No opinion: the next rule is asked. */
    Opinion NONE = new None();

    /**
     * Store it, whatever the defaults say.
     *
     * @param rule what an operator would recognise, e.g. the path entry
     */
    static Keep keep(String rule) {
        return new Keep(rule);
    }

    /**
     * Do not store it.
     *
     * @param rule what an operator would recognise, e.g. the path entry
     */
    static Skip skip(String rule) {
        return new Skip(rule);
    }

    /**
     * Store it, whatever the defaults say.
     *
     * @param rule what an operator would recognise, e.g. the path entry
     */
    record Keep(String rule) implements Opinion {
        public Keep {
            requireNonNull(rule, "rule");
        }
    }

    /**
     * Do not store it.
     *
     * @param rule what an operator would recognise, e.g. the path entry
     */
    record Skip(String rule) implements Opinion {
        public Skip {
            requireNonNull(rule, "rule");
        }
    }

    /** Ask the next rule; after the last one the defaults apply. */
    record None() implements Opinion {}
}
