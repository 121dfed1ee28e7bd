package im.restante.internal.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.filter.Opinion;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StockRulesTest {
    @ParameterizedTest(name = "type {0} with [{1}]: {2}, because of {3}")
    @CsvSource(delimiter = '|', textBlock = """
            ''        | body                        | keep | default: body
            chat      | body                        | keep | default: body
            normal    | body                        | keep | default: body
            unheard   | body                        | keep | default: body
            headline  | body                        | skip | default: type headline
            groupchat | body                        | skip | default: type groupchat
            error     | body                        | skip | default: type error
            error     | body store                  | skip | default: type error
            error     | received-receipt            | skip | default: type error
            chat      | empty-body                  | skip | default: nothing to keep
            chat      | empty-body composing        | skip | default: chat state only
            chat      | foreign-body                | keep | default: content
            ''        | ''                          | skip | default: nothing to keep
            ''        | subject                     | keep | default: content
            chat      | subject                     | keep | default: content
            chat      | empty-subject               | skip | default: nothing to keep
            chat      | reaction                    | keep | default: content
            chat      | retraction                  | keep | default: content
            chat      | moderation                  | keep | default: content
            chat      | correction                  | keep | default: content
            chat      | oob                         | keep | default: content
            ''        | data-form                   | keep | default: content
            chat      | xhtml                       | keep | default: content
            chat      | references                  | keep | default: content
            chat      | file-sharing                | keep | default: content
            chat      | reply                       | keep | default: content
            ''        | pubsub-event                | keep | default: content
            headline  | pubsub-event                | skip | default: type headline
            chat      | anything                    | keep | default: content
            unheard   | anything                    | keep | default: content
            groupchat | anything                    | skip | default: type groupchat
            error     | anything                    | skip | default: type error
            headline  | anything                    | skip | default: type headline
            chat      | clientless                  | keep | default: content
            chat      | composing anything          | keep | default: content
            chat      | propose anything            | keep | default: content
            chat      | anything no-store           | skip | hint: no-store
            chat      | composing muc-pm nick       | skip | default: chat state only
            chat      | thread origin-id nick       | skip | default: nothing to keep
            chat      | amp addresses shim          | skip | default: nothing to keep
            chat      | private no-copy delay       | skip | default: nothing to keep
            chat      | attention                   | skip | default: moment passed
            chat      | attention body              | keep | default: body
            ''        | ibb-data                    | skip | default: moment passed
            chat      | old-event                   | skip | default: nothing to keep
            chat      | composing attention         | skip | default: moment passed
            chat      | body active                 | keep | default: body
            chat      | active                      | skip | default: chat state only
            chat      | composing                   | skip | default: chat state only
            chat      | paused                      | skip | default: chat state only
            chat      | inactive                    | skip | default: chat state only
            chat      | gone                        | skip | default: chat state only
            ''        | received-receipt            | keep | default: receipt
            headline  | received-receipt            | skip | default: type headline
            chat      | request-receipt             | skip | default: nothing to keep
            chat      | received-marker             | keep | default: chat marker
            chat      | displayed                   | keep | default: chat marker
            chat      | acknowledged                | keep | default: chat marker
            chat      | markable                    | skip | default: nothing to keep
            chat      | omemo-siacs                 | keep | default: encrypted payload
            chat      | omemo1                      | keep | default: encrypted payload
            chat      | omemo2                      | keep | default: encrypted payload
            chat      | openpgp                     | keep | default: encrypted payload
            chat      | pgp                         | keep | default: encrypted payload
            chat      | eme                         | keep | default: encrypted payload
            chat      | composing omemo2            | keep | default: encrypted payload
            ''        | direct-invitation           | keep | default: invitation
            ''        | mediated-invitation         | keep | default: invitation
            ''        | muc-status                  | keep | default: content
            chat      | omemo0                      | keep | default: encrypted payload
            chat      | foreign-encrypted           | keep | default: content
            chat      | propose                     | skip | default: call
            chat      | ringing                     | skip | default: call
            chat      | proceed                     | skip | default: call
            chat      | accept                      | skip | default: call
            chat      | reject                      | skip | default: call
            chat      | retract                     | skip | default: call
            chat      | finish                      | skip | default: call
            chat      | propose store               | keep | hint: store
            chat      | body no-store               | skip | hint: no-store
            chat      | received-receipt no-store   | skip | hint: no-store
            chat      | body store no-store         | skip | hint: no-store
            chat      | composing store             | keep | hint: store
            headline  | body store                  | keep | hint: store
            chat      | body no-permanent-store     | keep | default: body
            chat      | body no-copy                | keep | default: body
            chat      | body foreign-no-store       | keep | default: body
            """)
    void decidesByTypeHintAndContent(String type, String children, String answer, String rule) {
        assertEquals(
                answer.equals("keep") ? Opinion.keep(rule) : Opinion.skip(rule),
                new StockRules().decide(message(type, children)));
    }

    @Test
    void everyRowHasACaseAbove() throws NoSuchMethodException {
        String cases = StockRulesTest.class
                .getDeclaredMethod(
                        "decidesByTypeHintAndContent", String.class, String.class, String.class, String.class)
                .getAnnotation(CsvSource.class)
                .textBlock();
        for (Opinion row : new StockRules().opinions()) {
            String name = row instanceof Opinion.Keep keep ? keep.rule() : ((Opinion.Skip) row).rule();
            assertTrue(cases.contains("| " + name + "\n"), name);
        }
    }

    @Test
    void aBrokenTableIsNotReadHalf() {
        assertThrows(IllegalStateException.class, () -> new StockRules(List.of("keep  /message/  default: x")));
        assertThrows(IllegalStateException.class, () -> new StockRules(List.of("keep  body")));
    }

    static Message message(String type, String children) {
        Element.Builder message = Element.builder(Namespaces.CLIENT, "message")
                .attribute("from", "juliet@example.org/balcony")
                .attribute("to", "romeo@example.org")
                .attribute("type", type.isEmpty() ? null : type);
        for (String child : children.split(" ")) {
            if (!child.isEmpty()) {
                message.text("\n").child(child(child));
            }
        }
        return Message.of(message.build());
    }

    private static Element child(String name) {
        return switch (name) {
            case "body" -> Element.of(Namespaces.CLIENT, "body", "Wherefore art thou?");
            case "empty-body" -> Element.of(Namespaces.CLIENT, "body");
            case "foreign-body" -> Element.of("http://www.w3.org/1999/xhtml", "body", "Wherefore art thou?");
            case "subject" -> Element.of(Namespaces.CLIENT, "subject", "Thy name");
            case "active", "composing", "paused", "inactive", "gone" -> Element.of(Namespaces.CHAT_STATES, name);
            case "received-receipt" -> Element.of(Namespaces.RECEIPTS, "received");
            case "request-receipt" -> Element.of(Namespaces.RECEIPTS, "request");
            case "received-marker" -> Element.of(Namespaces.MARKERS, "received");
            case "displayed", "acknowledged", "markable" -> Element.of(Namespaces.MARKERS, name);
            case "omemo-siacs" -> Element.of("eu.siacs.conversations.axolotl", "encrypted");
            case "propose", "ringing", "proceed", "accept", "reject", "retract", "finish" ->
                Element.of("urn:xmpp:jingle-message:0", name);
            case "omemo0" -> Element.of("urn:xmpp:omemo:0", "encrypted");
            case "foreign-encrypted" -> Element.of("urn:example:mine", "encrypted");
            case "omemo1" -> Element.of("urn:xmpp:omemo:1", "encrypted");
            case "omemo2" -> Element.of("urn:xmpp:omemo:2", "encrypted");
            case "openpgp" -> Element.of("urn:xmpp:openpgp:0", "openpgp", "cGF5bG9hZA==");
            case "pgp" -> Element.of("jabber:x:encrypted", "x", "payload");
            case "eme" -> Element.of("urn:xmpp:eme:0", "encryption");
            case "direct-invitation" -> Element.of("jabber:x:conference", "x");
            case "mediated-invitation" -> mucUser("invite");
            case "muc-status" -> mucUser("status");
            case "store", "no-store", "no-permanent-store", "no-copy" -> Element.of(Namespaces.HINTS, name);
            case "foreign-no-store" -> Element.of("urn:example:hints", "no-store");
            case "empty-subject" -> Element.of(Namespaces.CLIENT, "subject");
            case "reaction" -> holding("urn:xmpp:reactions:0", "reactions", "reaction");
            case "retraction" -> Element.of("urn:xmpp:message-retract:1", "retract");
            case "moderation" -> holding("urn:xmpp:message-moderate:1", "moderated", "retract");
            case "correction" -> Element.of("urn:xmpp:message-correct:0", "replace");
            case "oob" -> holding("jabber:x:oob", "x", "url");
            case "data-form" -> holding("jabber:x:data", "x", "field");
            case "xhtml" -> holding("http://jabber.org/protocol/xhtml-im", "html", "body");
            case "references" -> Element.of("urn:xmpp:reference:0", "reference");
            case "file-sharing" -> holding("urn:xmpp:sfs:0", "file-sharing", "sources");
            case "reply" -> Element.of("urn:xmpp:reply:0", "reply");
            case "pubsub-event" -> holding("http://jabber.org/protocol/pubsub#event", "event", "items");
            case "anything" -> Element.of("urn:example:never-heard-of", "anything");
            case "clientless" -> Element.of(Namespaces.CLIENT, "anything");
            case "muc-pm" -> Element.of("http://jabber.org/protocol/muc#user", "x");
            case "thread" -> Element.of(Namespaces.CLIENT, "thread", "t1");
            case "origin-id" -> Element.of(Namespaces.STANZA_ID, "origin-id");
            case "delay" -> Element.of(Namespaces.DELAY, "delay");
            case "private" -> Element.of(Namespaces.CARBONS, "private");
            case "nick" -> Element.of("http://jabber.org/protocol/nick", "nick", "Jule");
            case "amp" -> holding("http://jabber.org/protocol/amp", "amp", "rule");
            case "addresses" -> holding("http://jabber.org/protocol/address", "addresses", "address");
            case "shim" -> holding("http://jabber.org/protocol/shim", "headers", "header");
            case "attention" -> Element.of("urn:xmpp:attention:0", "attention");
            case "ibb-data" -> Element.of("http://jabber.org/protocol/ibb", "data", "qANQR1DB");
            case "old-event" -> holding("jabber:x:event", "x", "composing");
            default -> throw new IllegalArgumentException(name);
        };
    }

    private static Element mucUser(String child) {
        return holding("http://jabber.org/protocol/muc#user", "x", child);
    }

    private static Element holding(String namespace, String name, String child) {
        return Element.builder(namespace, name)
                .child(Element.of(namespace, child))
                .build();
    }
}
