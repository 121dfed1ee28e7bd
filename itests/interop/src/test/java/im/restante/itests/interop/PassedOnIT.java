package im.restante.itests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A stanza leaves the started server as it came, no larger but for what the server adds: live, stored, fetched, told back. */
class PassedOnIT extends ServerTest {
    private static final int MORE = 512;
    private static final String FETCH =
            "<iq type='get' id='f'><offline xmlns='http://jabber.org/protocol/offline'><fetch/></offline></iq>";

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared).configure("im.restante.c2s", "tls", "optional");
    }

    static Stream<Arguments> contents() {
        return Stream.of(
                Arguments.of(
                        "QName in content",
                        "",
                        "<e xmlns='urn:example:soap' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
                                + " xmlns:xs='http://www.w3.org/2001/XMLSchema' xsi:type='xs:string'>x</e>"),
                Arguments.of(
                        "prefix bound again",
                        " xmlns:p='urn:example:1'",
                        "<p:a><p:b xmlns:p='urn:example:2'/><p:c/></p:a>"),
                Arguments.of("long namespace", " xmlns:a='" + "n".repeat(20_000) + "'", "<a:x/>".repeat(500)),
                Arguments.of("longer namespace", " xmlns:a='" + "n".repeat(60_000) + "'", "<a:x/>".repeat(1_000)),
                Arguments.of("greater-than signs", "", "<x xmlns='urn:x'>" + ">".repeat(250_000) + "</x>"),
                Arguments.of(
                        "quotes", "", "<x xmlns='urn:example:q' v='" + "\"".repeat(100_000) + "'><![CDATA[&<]]></x>"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("contents")
    void aStanzaLeavesAsItCame(String what, String declared, String content) throws Exception {
        String owner = newUser("owner");
        String stanza = "<message to='" + jid(owner) + "' type='chat' id='m1'" + declared + "><body>b</body>" + content
                + "</message>";
        String lost = "<iq to='" + jid(owner) + "/gone' type='get' id='m1'" + declared + ">" + content + "</iq>";
        try (RawClient sender = RawClient.login(server, newUser("sender"))) {
            assertPassedOn(lost, content, between(sender.say(lost), "<iq ", "</iq>"));
            sender.say(stanza);
            try (RawClient receiver = RawClient.login(server, owner)) {
                receiver.write(FETCH);
                assertPassedOn(stanza, content, message(receiver));
            }
            try (RawClient receiver = RawClient.login(server, owner)) {
                receiver.write("<presence/>");
                assertPassedOn(stanza, content, message(receiver));
            }
            String present = newUser("present");
            try (RawClient receiver = RawClient.login(server, present)) {
                receiver.say("<presence/>");
                awaitLive(present);
                sender.say(stanza.replace(jid(owner), jid(present)));
                assertPassedOn(stanza, content, message(receiver));
            }
        }
    }

    private static String message(RawClient receiver) throws IOException {
        return between(receiver.readUntil("</message>"), "<message ", "</message>");
    }

    private static String between(String text, String start, String end) {
        int from = text.indexOf(start);
        return text.substring(from, text.indexOf(end, from) + end.length());
    }

    private static void assertPassedOn(String came, String content, String left) {
        int most = came.getBytes(UTF_8).length + MORE;
        int length = left.getBytes(UTF_8).length;
        assertTrue(length <= most, came.length() + " bytes came, " + length + " left");
        assertTrue(left.contains(content), left);
        assertEquals(came.contains("xmlns:p="), left.contains("xmlns:p="));
        assertTrue(left.contains("id='m1'"), left.substring(0, 200));
    }
}
