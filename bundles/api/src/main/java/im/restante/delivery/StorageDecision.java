package im.restante.delivery;

import static java.util.Objects.requireNonNull;

import im.restante.stanza.StanzaError;
import org.jspecify.annotations.Nullable;

/** Whether a message would be kept if its owner is away: what the filter said, before anything is written. */
public sealed interface StorageDecision {
    /** There is nobody to judge it at present: it would be kept, subject to being judged before it is stored. */
    Keep UNDECIDED = new Keep("not judged yet");

    /**
     * It would be kept.
     *
     * @param rule      what decided
     * @param unlimited whether it is stored whatever waits already; else the quota is asked when it is stored
     */
    record Keep(String rule, boolean unlimited) implements StorageDecision {
        public Keep {
            requireNonNull(rule, "rule");
        }

        /** False for {@link StorageDecision#UNDECIDED}, whatever the limits. */
        public boolean isDecided() {
            return !rule.equals(UNDECIDED.rule);
        }

        /** Subject to the limits in force when it is stored. */
        public Keep(String rule) {
            this(rule, false);
        }

        /** The same, whatever the limits say: for an owner who is present. */
        public Keep withoutLimit() {
            return new Keep(rule, true);
        }
    }

    /**
     * It would not.
     *
     * @param reason what decided
     * @param answer what its sender is told if the owner is away; null for silence
     */
    record Skip(String reason, @Nullable StanzaError answer) implements StorageDecision {
        public Skip {
            requireNonNull(reason, "reason");
        }
    }
}
