package im.restante.internal.amp;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.amp.AmpOutcome;
import im.restante.amp.MessageRules;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.itests.fuzz.Demand;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlStreamException;
import java.time.Instant;
import java.util.Optional;

/** What stands in a message. Its rules are judged, followed, and looked at again in a row, whatever they say. */
public final class AmpFuzz {
    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final HardenedXmlCodec CODEC = new HardenedXmlCodec();
    private static final AmpRules RULES = new AmpRules(new Replies(Jid.of("localhost")), CODEC);
    private static final String BEFORE =
            "<message from='juliet@localhost/balcony' to='romeo@localhost' id='m1' type='chat'>";
    /** What a refusal adds beside the addresses, which are those of the message here. */
    private static final int ADDED = 512;

    private AmpFuzz() {}

    public static void fuzzerTestOneInput(byte[] input) {
        byte[] stanza = (BEFORE + new String(input, UTF_8) + "</message>").getBytes(UTF_8);
        Message message;
        try {
            message = Message.of(CODEC.parse(stanza, Namespaces.CLIENT));
        } catch (XmlStreamException e) {
            return;
        }
        if (!MessageRules.areCarriedBy(message)) {
            return;
        }
        boolean refused = false;
        for (boolean trusted : new boolean[] {true, false}) {
            Optional<Message> refusal = RULES.refusal(message, trusted);
            refused |= trusted && refusal.isPresent();
            refusal.ifPresent(answer -> {
                int size = written(answer);
                Demand.that(size <= stanza.length + ADDED, "the refusal is larger: " + size + " of " + stanza.length);
            });
        }
        if (!refused) {
            for (boolean exact : new boolean[] {true, false}) {
                AmpOutcome outcome = RULES.outcome(message, exact, NOW);
                Demand.that(outcome.toString() != null, "no outcome");
            }
            written(RULES.passedOn(message));
        }
        StoredMessage row =
                StoredMessage.of(1, message.to().bare(), message.from().bare(), NOW, stanza);
        Optional<Instant> expiry = RULES.expiry(row);
        RULES.expired(row, expiry.orElse(NOW));
    }

    private static int written(Message message) {
        byte[] written = CODEC.serialize(message.element(), Namespaces.CLIENT);
        try {
            Element again = CODEC.parse(written, Namespaces.CLIENT);
            Demand.that(again.is(Namespaces.CLIENT, "message"), "what is written is no message");
        } catch (XmlStreamException e) {
            throw new AssertionError("what is written cannot be read", e);
        }
        return written.length;
    }
}
