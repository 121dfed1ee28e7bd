package im.restante.internal.amp;

import im.restante.amp.AmpAction;
import im.restante.amp.MessageRules;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Attribute;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.Node;
import java.util.ArrayList;
import java.util.List;

/** What senders are told about their rules: with the id of their message, without its content (XEP-0079 §2.2.5). */
final class Replies {
    private static final String FAILED = MessageRules.NAMESPACE + "#errors";

    /** Bytes of rules that are told twice, and those of a rule without its values. */
    private static final int ROOM_FOR_RULES = 200;

    private static final int RULE = 40;
    /** Bytes of the longest reference that is written for a character. */
    private static final int ESCAPED = 6;

    private final Jid domain;

    Replies(Jid domain) {
        this.domain = domain;
    }

    /** What comes of a rule that is met (§3.4). */
    AmpAction action(Message message, Rule rule) {
        String action = rule.action();
        if (action.equals(Rule.DROP)) {
            return new AmpAction(false, null);
        }
        Element amp = addressed(Element.builder(MessageRules.NAMESPACE, "amp").attribute("status", action), message)
                .child(rule.element())
                .build();
        if (!action.equals(Rule.ERROR)) {
            return new AmpAction(action.equals(Rule.NOTIFY), reply(message, null, List.of(amp)));
        }
        StanzaError error = StanzaError.of(Condition.UNDEFINED_CONDITION).withType(StanzaError.Type.MODIFY);
        Element failed = Element.of(FAILED, "failed-rules", List.of(), List.of(rule.element()));
        return new AmpAction(
                false, reply(message, "error", List.of(amp, error.toElement().with(failed))));
    }

    /** Rules that are not followed (§7); {@code specific} may be null, the others are listed in it. */
    Message refusal(Message message, Rules rules, StanzaError error, String specific, List<Element> faulty) {
        Element told = error.toElement();
        if (specific != null) {
            told = told.with(Element.of(MessageRules.NAMESPACE, specific, List.of(), fewOf(faulty)));
        }
        return reply(message, "error", List.of(rules.amp(), told));
    }

    /** The first ones, so that the answer is no larger than the question: all of them stand in the {@code <amp/>} beside it. */
    private static List<Node> fewOf(List<Element> rules) {
        List<Node> few = new ArrayList<>();
        int room = ROOM_FOR_RULES;
        for (Element rule : rules) {
            for (Attribute attribute : rule.attributes()) {
                room -= written(attribute.value());
            }
            room -= RULE;
            if (room < 0) {
                break;
            }
            few.add(rule);
        }
        return few;
    }

    /** Bytes that a value takes at most. */
    private static int written(String value) {
        int bytes = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            bytes += c < ' ' || "&<'\"".indexOf(c) >= 0 ? ESCAPED : c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
        }
        return bytes;
    }

    /** The {@code <amp/>} of a message that servers pass on says whose rules these are (§6.1). */
    static Message passedOn(Message message) {
        Element amp = Rules.of(message).amp();
        Element owned = amp.withAttribute("from", message.from().toString())
                .withAttribute("to", message.to().toString());
        Element changed = message.element().without(child -> child == amp).with(owned);
        return new Message(changed, message.from(), message.to(), message.type());
    }

    private static Element.Builder addressed(Element.Builder amp, Message message) {
        return amp.attribute("from", message.from().toString())
                .attribute("to", message.to().toString());
    }

    private Message reply(Message message, String type, List<Element> children) {
        return Message.of(Element.builder(Namespaces.CLIENT, "message")
                .attribute("from", domain.toString())
                .attribute("to", message.from().toString())
                .attribute("type", type)
                .attribute("id", message.id())
                .children(children)
                .build());
    }
}
