package im.restante.internal.session.owner;

import im.restante.amp.Course;
import im.restante.amp.Effect;
import im.restante.delivery.Verdict;
import java.time.Instant;

/** The way a message with rules takes (XEP-0079), decided under the owner lock by what was reckoned before. */
public final class Way {
    /** Of a message whose rules forbid what would have happened to it. */
    public static final Verdict RULED_OUT = new Verdict.Dropped("a rule of the message");

    private final Course course;
    private final Instant judgedAt;
    private volatile Effect planned;

    /** @param judgedAt the moment of the message from here on, so that its row knows what had passed */
    public Way(Course course, Instant judgedAt) {
        this.course = course;
        this.judgedAt = judgedAt;
        this.planned = course.none();
    }

    Instant judgedAt() {
        return judgedAt;
    }

    /** It is about to be handed to a session: whether it may. */
    public boolean direct() {
        planned = course.direct();
        return planned.proceeds();
    }

    /** It is about to go into the spool: whether it may. */
    public boolean stored() {
        planned = course.stored();
        return planned.proceeds();
    }

    /** What its sender is told, and whether the verdict's own answer counts. Called when the verdict is final. */
    public Effect effect(Verdict verdict) {
        if (verdict instanceof Verdict.Failed) {
            return Effect.NONE; // nobody can tell what became of it
        }
        boolean happened =
                verdict == RULED_OUT || verdict instanceof Verdict.Delivered || verdict instanceof Verdict.Stored;
        return happened ? planned : course.none();
    }

    /** The verdict with its rules followed. */
    public Verdict inTheEnd(Verdict verdict) {
        return effect(verdict).proceeds() ? verdict : RULED_OUT;
    }
}
