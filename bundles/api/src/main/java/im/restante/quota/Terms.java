package im.restante.quota;

import static java.util.Objects.requireNonNull;

import im.restante.store.Admission;
import org.jspecify.annotations.Nullable;

/**
 * Limit and strategy for one message, taken together so that a change of configuration never mixes two.
 *
 * @param admission goes to the store
 * @param strategy  is asked if the store refuses
 * @param reason    what an operator is told of a refusal; null: which limit of {@code admission} was reached
 */
public record Terms(
        Admission admission,
        QuotaExceededStrategy strategy,
        @Nullable String reason) {
    /** Of limits. */
    public Terms(Admission admission, QuotaExceededStrategy strategy) {
        this(admission, strategy, null);
    }

    public Terms {
        requireNonNull(admission, "admission");
        requireNonNull(strategy, "strategy");
    }
}
