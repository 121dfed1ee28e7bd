package im.restante.internal.amp;

import static im.restante.stanza.StanzaError.Condition.BAD_REQUEST;
import static im.restante.stanza.StanzaError.Condition.NOT_ACCEPTABLE;

import im.restante.amp.AmpAction;
import im.restante.amp.AmpOutcome;
import im.restante.amp.MessageRules;
import im.restante.internal.amp.Rule.Happening;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.Printable;
import im.restante.iq.FeatureProvider;
import im.restante.server.ServerInfo;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** XEP-0079 1.2 for a server that is the only one on the way. There while {@link AmpSwitch} says so. Immutable. */
@Component(
        name = AmpRules.NAME,
        service = {MessageRules.class, FeatureProvider.class},
        enabled = false)
public final class AmpRules implements MessageRules, FeatureProvider {
    static final String NAME = "im.restante.internal.amp.AmpRules";

    private static final Logger LOG = LoggerFactory.getLogger(AmpRules.class);

    /** A row that cannot be read is looked at again and again. */
    private final LogLimit unreadable = LogLimit.perMinute(System::nanoTime);

    private static final Set<String> NODE = node();
    private static final String STREAM_FEATURE = "http://jabber.org/features/amp";

    private final XmlCodec codec;
    private final Replies replies;

    @Activate
    public AmpRules(@Reference ServerInfo server, @Reference XmlCodec codec) {
        this(new Replies(server.domain()), codec);
    }

    AmpRules(Replies replies, XmlCodec codec) {
        this.replies = replies;
        this.codec = codec;
    }

    private static Set<String> node() {
        Set<String> features = new TreeSet<>(Set.of(NAMESPACE));
        Rule.ACTIONS.forEach(action -> features.add(NAMESPACE + "?action=" + action));
        Rule.CONDITIONS.forEach(condition -> features.add(NAMESPACE + "?condition=" + condition));
        return Set.copyOf(features);
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(NAMESPACE);
    }

    @Override
    public List<Element> streamFeatures() {
        return List.of(Element.of(STREAM_FEATURE, "amp"));
    }

    @Override
    public Set<String> nodeFeatures(String node) {
        return node.equals(NAMESPACE) ? NODE : Set.of();
    }

    @Override
    public Optional<Message> refusal(Message message, boolean trusted) {
        Rules rules = Rules.of(message);
        if (message.id() == null || message.id().isEmpty()) { // §1.3
            return refusal(
                    message, rules, StanzaError.of(BAD_REQUEST, "A message with rules needs an id"), null, List.of());
        }
        if (!rules.areWellFormed()) {
            return refusal(
                    message,
                    rules,
                    StanzaError.of(BAD_REQUEST, "Rules are needed, and per-hop is true or false"),
                    null,
                    List.of());
        }
        List<Element> faulty = rules.those(rule -> !rule.hasKnownAction());
        if (!faulty.isEmpty()) {
            return refusal(message, rules, StanzaError.of(BAD_REQUEST), "unsupported-actions", faulty);
        }
        faulty = rules.those(rule -> !rule.hasKnownCondition());
        if (!faulty.isEmpty()) {
            return refusal(message, rules, StanzaError.of(BAD_REQUEST), "unsupported-conditions", faulty);
        }
        faulty = rules.those(rule -> !rule.hasValidValue() || !trusted && rule.tellsOfPresence());
        return faulty.isEmpty()
                ? Optional.empty()
                : refusal(message, rules, StanzaError.of(NOT_ACCEPTABLE), "invalid-rules", faulty);
    }

    private Optional<Message> refusal(
            Message message, Rules rules, StanzaError error, String specific, List<Element> faulty) {
        return Optional.of(replies.refusal(message, rules, error, specific, faulty));
    }

    @Override
    public AmpOutcome outcome(Message message, boolean exact, Instant now) {
        Rules rules = Rules.of(message);
        boolean bare = message.to().isBare();
        return new AmpOutcome(
                action(message, rules, exact ? Happening.DIRECT_EXACT : Happening.DIRECT_OTHER, now),
                action(message, rules, bare ? Happening.STORED_EXACT : Happening.STORED_OTHER, now),
                action(message, rules, Happening.NONE, now));
    }

    private AmpAction action(Message message, Rules rules, Happening what, Instant now) {
        return rules.met(what, now).map(rule -> replies.action(message, rule)).orElse(AmpAction.NONE);
    }

    @Override
    public Message passedOn(Message message) {
        return Replies.passedOn(message);
    }

    @Override
    public Optional<Instant> expiry(StoredMessage row) {
        return read(row).flatMap(message -> waiting(message, row).end());
    }

    @Override
    public Optional<AmpAction> expired(StoredMessage row, Instant now) {
        return read(row).flatMap(message -> {
            Rules rules = waiting(message, row);
            boolean hasActed = rules.end()
                    .filter(end -> row.expiresAt() != null && row.expiresAt().isAfter(end))
                    .isPresent(); // it went on waiting for another end
            return hasActed ? Optional.empty() : rules.passed(now).map(rule -> replies.action(message, rule));
        });
    }

    /** What is left to say of a row: what had passed when its message came was judged then. */
    private static Rules waiting(Message message, StoredMessage row) {
        return Rules.of(message).notPassedAt(row.receivedAt());
    }

    /** A message with rules. */
    private Optional<Message> read(StoredMessage row) {
        if (!MessageRules.mayBeCarriedBy(row)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Message.of(codec.parse(row.stanza(), Namespaces.CLIENT)))
                    .filter(MessageRules::areCarriedBy);
        } catch (XmlStreamException | IllegalArgumentException e) {
            if (unreadable.isDue()) {
                LOG.error(
                        "the rules of {} cannot be read: {}{}", row, Printable.line(e.getMessage()), unreadable.more());
            }
            return Optional.empty();
        }
    }
}
