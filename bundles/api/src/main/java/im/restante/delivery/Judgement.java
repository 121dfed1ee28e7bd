package im.restante.delivery;

import static java.util.Objects.requireNonNull;

import im.restante.quota.Terms;
import im.restante.stanza.StanzaError;

/** Whether a message would be kept if its owner is away: what filter and quota said, before anything is written. */
public sealed interface Judgement {
    /**
     * It would be kept.
     *
     * @param rule  what decided
     * @param terms limit and strategy as they were when it was judged
     */
    record Keep(String rule, Terms terms) implements Judgement {
        public Keep {
            requireNonNull(rule, "rule");
            requireNonNull(terms, "terms");
        }
    }

    /**
     * It would not.
     *
     * @param reason what decided
     * @param answer what its sender is told if the owner is away; null for silence
     */
    record Skip(String reason, StanzaError answer) implements Judgement {
        public Skip {
            requireNonNull(reason, "reason");
        }
    }
}
