package im.restante.internal.iq;

import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import java.time.Clock;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** Tells the server's time (XEP-0202) to the millisecond, and its zone. */
@Component(
        service = {IqHandler.class, FeatureProvider.class},
        property = {
            IqHandler.NAMESPACE + "=" + TimeHandler.TIME,
            IqHandler.ELEMENT + "=time",
            IqHandler.SCOPE + "=" + IqHandler.SERVER
        })
public final class TimeHandler implements IqHandler, FeatureProvider {
    static final String TIME = "urn:xmpp:time";

    private static final DateTimeFormatter OFFSET =
            DateTimeFormatter.ofPattern("xxx", Locale.ROOT); // XEP-0082: +00:00, never Z here

    private final Clock clock;

    @Activate
    public TimeHandler() {
        this(Clock.systemDefaultZone());
    }

    TimeHandler(Clock clock) {
        this.clock = clock;
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        if (request.type() != Iq.Type.GET) {
            return ImmediateAnswers.error(request, Condition.BAD_REQUEST);
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        Element answer = Element.builder(TIME, "time")
                .child(Element.of(TIME, "tzo", OFFSET.format(now.atZone(clock.getZone()))))
                .child(Element.of(TIME, "utc", now.toString()))
                .build();
        return ImmediateAnswers.result(request, answer);
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(TIME);
    }
}
