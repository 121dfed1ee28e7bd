package im.restante.spool;

import static java.util.Objects.requireNonNull;

import im.restante.amp.AmpAction;
import im.restante.amp.AmpOutcome;
import im.restante.delivery.Verdict;
import java.time.Instant;

/**
 * What the rules of one message ask for (XEP-0079): worked out by routing when the message comes, asked by the spool at the moment it
 * knows whether the message goes straight to a session or is stored. Asked by one thread at a time; nobody is called.
 */
public final class AmpPlan {
    /** Of a message whose rules forbid what would have happened to it. */
    public static final Verdict RULED_OUT = new Verdict.Dropped("a rule of the message");

    private final AmpOutcome outcome;
    private final Instant judgedAt;
    private volatile AmpAction planned;

    /** @param judgedAt the moment of the message from here on, so that its row knows what had passed */
    public AmpPlan(AmpOutcome outcome, Instant judgedAt) {
        this.outcome = requireNonNull(outcome, "outcome");
        this.judgedAt = requireNonNull(judgedAt, "judgedAt");
        this.planned = outcome.none();
    }

    /** When its rules were read: the time at which the message counts as received. */
    public Instant judgedAt() {
        return judgedAt;
    }

    /** It is about to be handed to a session: whether it may. */
    public boolean direct() {
        planned = outcome.direct();
        return planned.proceeds();
    }

    /** It is about to go into the spool: whether it may. */
    public boolean stored() {
        planned = outcome.stored();
        return planned.proceeds();
    }

    /** What its sender is told, and whether the verdict's own answer counts. Called when the verdict is final. */
    public AmpAction action(Verdict verdict) {
        if (verdict instanceof Verdict.Failed) {
            return AmpAction.NONE; // nobody can tell what became of it
        }
        boolean happened =
                verdict == RULED_OUT || verdict instanceof Verdict.Delivered || verdict instanceof Verdict.Stored;
        return happened ? planned : outcome.none();
    }

    /** The verdict with its rules followed. */
    public Verdict inTheEnd(Verdict verdict) {
        return action(verdict).proceeds() ? verdict : RULED_OUT;
    }
}
