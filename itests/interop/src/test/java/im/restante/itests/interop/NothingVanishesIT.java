package im.restante.itests.interop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.ServerProcess;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * RFC 6121 §8.5.2.2.1: a message for somebody who is away is stored or answered. Only chat states, receipts and markers may end
 * in silence.
 */
class NothingVanishesIT extends ServerTest {
    /** By the name that the recipient shall find. */
    private static final Map<String, String> KEPT = Map.ofEntries(
            Map.entry("subject-only", "type='chat'><subject>s</subject>"),
            Map.entry(
                    "reaction",
                    "type='chat'><reactions xmlns='urn:xmpp:reactions:0' id='m1'><reaction>👍</reaction></reactions>"),
            Map.entry("out-of-band", "type='chat'><x xmlns='jabber:x:oob'><url>https://example.org/f</url></x>"),
            Map.entry("data-form", "><x xmlns='jabber:x:data' type='form'><field var='a'/></x>"),
            Map.entry(
                    "xhtml-only",
                    "type='chat'><html xmlns='http://jabber.org/protocol/xhtml-im'><body"
                            + " xmlns='http://www.w3.org/1999/xhtml'><p>b</p></body></html>"),
            Map.entry("retraction", "type='chat'><retract xmlns='urn:xmpp:message-retract:1' id='m1'/>"),
            Map.entry("never-heard-of", "type='never heard of'><thing xmlns='urn:example:thing'/>"));

    private static final Map<String, String> ANSWERED = Map.of(
            "nothing", "type='chat'>",
            "thread-only", "type='chat'><thread>t</thread>",
            "attention", "type='chat'><attention xmlns='urn:xmpp:attention:0'/>",
            "call", "type='chat'><propose xmlns='urn:xmpp:jingle-message:0' id='c'/>",
            "not-to-be-kept", "type='chat'><thing xmlns='urn:example:thing'/><no-store xmlns='urn:xmpp:hints'/>");

    private static final Map<String, String> SILENT = Map.of(
            "chat-state", "type='chat'><composing xmlns='http://jabber.org/protocol/chatstates'/>",
            "request", "type='chat'><request xmlns='urn:xmpp:receipts'/>",
            "receipt-not-to-be-kept",
                    "type='chat'><received xmlns='urn:xmpp:receipts' id='m'/><no-store xmlns='urn:xmpp:hints'/>");

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared).configure("im.restante.c2s", "tls", "optional");
    }

    @Test
    void whatAnAbsentUserIsSentIsKeptOrAnswered() throws Exception {
        String romeo = newUser("romeo");
        try (RawClient juliet = RawClient.login(server, newUser("juliet"))) {
            for (Map.Entry<String, String> kept : KEPT.entrySet()) {
                assertFalse(said(juliet, romeo, kept).contains("<message"), kept.getKey());
            }
            for (Map.Entry<String, String> answered : ANSWERED.entrySet()) {
                String said = said(juliet, romeo, answered);
                assertTrue(said.contains("id='" + answered.getKey() + "'"), answered.getKey() + ": " + said);
                assertTrue(said.contains("<service-unavailable"), answered.getKey() + ": " + said);
            }
            for (Map.Entry<String, String> silent : SILENT.entrySet()) {
                assertFalse(said(juliet, romeo, silent).contains("<message"), silent.getKey());
            }
        }
        try (RawClient owner = RawClient.login(server, romeo)) {
            String got = owner.say("<presence/>");
            while (got.split("</message>", -1).length <= KEPT.size()) {
                got += owner.readUntil("</message>");
            }
            for (String kept : KEPT.keySet()) {
                assertEquals(2, got.split("id='" + kept + "'", -1).length, kept + " once in " + got);
            }
            assertFalse((got + owner.say("")).contains("composing"), got);
        }
    }

    private static String said(RawClient juliet, String to, Map.Entry<String, String> message) throws Exception {
        return juliet.say(
                "<message to='" + jid(to) + "' id='" + message.getKey() + "' " + message.getValue() + "</message>");
    }
}
