package im.restante.delivery;

import static java.util.Objects.requireNonNull;

import im.restante.stanza.StanzaError;
import org.jspecify.annotations.Nullable;

/**
 * The one answer every message gets. Final once given. A new case breaks everybody who lists them: a major change of this
 * package.
 */
public sealed interface Verdict {
    /** What the sender is told; null for silence. */
    default @Nullable StanzaError told() {
        return null;
    }

    /**
     * Handed to connected sessions.
     *
     * @param sessions how many
     */
    record Delivered(int sessions) implements Verdict {}

    /**
     * Committed and synced to disk.
     *
     * @param rule what decided that it is kept
     */
    record Stored(String rule) implements Verdict {
        public Stored {
            requireNonNull(rule, "rule");
        }
    }

    /**
     * Not kept, because of what it is.
     *
     * @param reason the rule that decided
     * @param told   null for silence
     */
    record Skipped(String reason, @Nullable StanzaError told) implements Verdict {
        public Skipped {
            requireNonNull(reason, "reason");
        }
    }

    /** Not accepted, and the sender is told. */
    record Refused(String reason, StanzaError told) implements Verdict {
        public Refused {
            requireNonNull(reason, "reason");
            requireNonNull(told, "told");
        }
    }

    /** Not accepted, and nobody is told. */
    record Dropped(String reason) implements Verdict {
        public Dropped {
            requireNonNull(reason, "reason");
        }
    }

    /** Should have been kept and could not be, or nobody can tell; the sender is told, or is not if it may not be answered. */
    record Failed(String reason, @Nullable StanzaError told) implements Verdict {
        public Failed {
            requireNonNull(reason, "reason");
        }
    }
}
