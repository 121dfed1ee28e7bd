package im.restante.internal.iq;

import im.restante.internal.support.Lexical;
import im.restante.iq.IqHandler;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/**
 * Lets users say how many messages of one sender are kept for them:
 * {@code <msgoffline xmlns='msgoffline' limit='10'/>}, {@code limit='false'} for any number, {@code limit='default'} for what
 * everybody has. Answers with the limit in force, which a ceiling may have lowered.
 */
@Component(
        service = IqHandler.class,
        property = {
            IqHandler.NAMESPACE + "=" + OfflineLimitHandler.MSGOFFLINE,
            IqHandler.ELEMENT + "=" + OfflineLimitHandler.MSGOFFLINE,
            IqHandler.SCOPE + "=" + IqHandler.OWN,
            IqHandler.SCOPE + "=" + IqHandler.OTHER
        })
public final class OfflineLimitHandler implements IqHandler {
    static final String MSGOFFLINE = "msgoffline";
    private static final String LIMIT = "limit";
    private static final String DEFAULT = "default";
    /** Characters of a wrong value that the answer repeats. */
    private static final int QUOTED = 64;

    private final UserLimits limits;
    private final InTurn inTurn;

    @Activate
    public OfflineLimitHandler(@Reference UserLimits limits, @Reference HandlerThreads workers) {
        this.limits = limits;
        this.inTurn = new InTurn(workers);
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        if (!ImmediateAnswers.isOwn(request)) {
            return ImmediateAnswers.error(
                    request, Condition.FORBIDDEN, "Everybody sets the limit of their own account only");
        }
        if (!limits.enabled()) {
            return ImmediateAnswers.error(
                    request, Condition.NOT_ALLOWED, "This server does not let users limit their offline messages");
        }
        Jid owner = request.from().bare();
        if (request.type() == Iq.Type.GET) {
            return inTurn.run(owner, () -> limits.limit(owner).thenApply(limit -> answer(request, limit)));
        }
        String value = request.payload().orElseThrow().attribute(LIMIT);
        if (value == null) {
            return ImmediateAnswers.error(
                    request, Condition.BAD_REQUEST, "The attribute limit is missing; " + wanted());
        }
        if (value.equals(DEFAULT)) {
            return change(request, owner, () -> limits.forget(owner));
        }
        if (value.equals(UserLimits.NO_LIMIT)) {
            return change(request, owner, () -> limits.set(owner, -1));
        }
        int limit = (int) Lexical.unsigned(value, Integer.MAX_VALUE);
        if (limit < 0) {
            return ImmediateAnswers.error(
                    request, Condition.BAD_REQUEST, "limit=\"" + shortened(value) + "\" is wrong; " + wanted());
        }
        return change(request, owner, () -> limits.set(owner, limit));
    }

    private CompletionStage<Iq> change(Iq request, Jid owner, Supplier<CompletionStage<OptionalInt>> change) {
        return inTurn.run(
                owner,
                () -> change.get()
                        .thenApply(inForce -> inForce.isPresent()
                                ? answer(request, inForce.getAsInt())
                                : request.error(StanzaError.of(Condition.ITEM_NOT_FOUND))));
    }

    private static Iq answer(Iq request, int limit) {
        return request.result(Element.builder(MSGOFFLINE, MSGOFFLINE)
                .attribute(LIMIT, limit < 0 ? UserLimits.NO_LIMIT : Integer.toString(limit))
                .build());
    }

    private static String wanted() {
        return "it must be a whole number from 0 to " + Integer.MAX_VALUE + ", false (no limit) or default";
    }

    private static String shortened(String value) {
        return value.codePointCount(0, value.length()) <= QUOTED
                ? value
                : value.substring(0, value.offsetByCodePoints(0, QUOTED)) + "…";
    }
}
