package im.restante.itests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 6120 on the wire of the started server: what no client library lets one send. */
class StreamRulesIT extends ServerTest {
    private static final String HEADER_AND_AUTH =
            RawClient.HEADER + "<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>";

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.c2s", "auth-timeout-seconds", "20");
    }

    static Stream<Arguments> firstBytes() {
        String header = RawClient.HEADER;
        return Stream.of(
                Arguments.of(
                        "billion laughs",
                        ("<!DOCTYPE lolz [<!ENTITY lol 'lol'><!ENTITY lol2 '&lol;&lol;&lol;&lol;'>]>" + header)
                                .getBytes(UTF_8),
                        "restricted-xml"),
                Arguments.of("comment", ("<!-- hidden -->" + header).getBytes(UTF_8), "restricted-xml"),
                Arguments.of("processing instruction", ("<?php ?>" + header).getBytes(UTF_8), "restricted-xml"),
                Arguments.of("ISO-8859-1", latin(header), "unsupported-encoding"),
                Arguments.of(
                        "NUL reference",
                        header.replace("localhost", "local&#0;host").getBytes(UTF_8),
                        "not-well-formed"),
                Arguments.of("depth of 100,000", (header + "<a>".repeat(100_000)).getBytes(UTF_8), "policy-violation"),
                Arguments.of(
                        "10 MB header",
                        ("<stream:stream a='" + "x".repeat(10_000_000)).getBytes(UTF_8),
                        "policy-violation"));
    }

    private static byte[] latin(String header) {
        return ("<?xml version='1.0' encoding='ISO-8859-1'?>" + header).getBytes(UTF_8);
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("firstBytes")
    void anAttackBeforeLoginIsAnsweredByAHeaderAndAnError(String name, byte[] bytes, String condition)
            throws Exception {
        try (RawClient evil = new RawClient(server)) {
            Thread writing = new Thread(() -> evil.writeWhileOpen(bytes));
            writing.start();
            String said = evil.readToEnd();
            writing.join(30_000);
            assertFalse(writing.isAlive(), "still writing");
            assertEquals(1, said.split("<stream:stream ", -1).length - 1, said);
            assertTrue(said.indexOf("<stream:stream ") < said.indexOf("<stream:error"), said);
            assertTrue(said.contains('<' + condition), said);
            assertTrue(said.endsWith("</stream:stream>"), said);
        }
    }

    /** Bytes that keep coming do not count as progress. */
    @ParameterizedTest(name = "after {0}, without end: \"{1}\"")
    @CsvSource(
            quoteCharacter = '"',
            value = {"\"\", \" \"", "<stream:stream a=', x", HEADER_AND_AUTH + ", A"})
    void whoDripsBytesAndNeverLogsInMustLeave(String start, String drop) throws Exception {
        try (RawClient dripping = new RawClient(server)) {
            dripping.write(start);
            CompletableFuture<String> end = CompletableFuture.supplyAsync(() -> {
                try {
                    return dripping.readToEnd();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            Await.until("the server ends it", Duration.ofSeconds(120), () -> {
                dripping.writeWhileOpen(drop.getBytes(UTF_8));
                return end.isDone();
            });
            assertTrue(end.get().contains("<connection-timeout"), end.get());
        }
    }

    @Test
    void whoNamesAnotherSenderIsPutOutAndTheMessageGoesNowhere() throws Exception {
        String romeo = newUser("romeo");
        try (RawClient liar = RawClient.login(server, newUser("liar"))) {
            liar.write("<message from='" + jid(newUser("juliet")) + "' to='" + jid(romeo)
                    + "'><body>trust me</body></message>");
            String said = liar.readToEnd();
            assertTrue(said.contains("<invalid-from") && said.endsWith("</stream:stream>"), said);
        }
        assertTrue(server.shell("restante:spool " + jid(romeo)).contains("nothing waits"));
    }

    /** RFC 6120 §10.1: one sender's stanzas to one recipient keep their order whatever their kind. */
    @Test
    void messagesRequestsAndPresenceStayInTheOrderTheyWereSent() throws Exception {
        String romeo = newUser("romeo");
        try (RawClient listener = RawClient.login(server, romeo);
                RawClient talker = RawClient.login(server, newUser("juliet"))) {
            listener.say("<presence/>");
            awaitLive(romeo); // a listener that answers no ping is handed one window of a drain and no more
            Matcher address =
                    Pattern.compile(Pattern.quote(jid(romeo)) + "/[^\\s]+").matcher(server.shell("restante:sessions"));
            assertTrue(address.find(), "no session of " + romeo);
            StringBuilder sent = new StringBuilder();
            List<String> order = new ArrayList<>();
            for (int n = 0; n < 300; n++) {
                String rest = " to='" + address.group() + "' id='n" + n;
                sent.append(
                        switch (n % 3) {
                            case 0 -> "<message type='chat'" + rest + "'><body>x</body></message>";
                            case 1 -> "<iq type='get'" + rest + "'><ping xmlns='urn:xmpp:ping'/></iq>";
                            default -> "<presence" + rest + "'/>";
                        });
                order.add("n" + n);
            }
            talker.write(sent.toString());
            talker.write("<message type='chat' to='" + address.group() + "'><body>the last</body></message>");
            List<String> came = new ArrayList<>();
            Matcher ids = Pattern.compile("id='(n[0-9]+)'").matcher(listener.readUntil("the last"));
            while (ids.find()) {
                came.add(ids.group(1));
            }
            assertEquals(order, came);
        }
    }

    /** The closing tag says that everything before it is taken; {@code kill -9} then changes nothing. */
    @Test
    void whatWasSentBeforeTheGoodbyeOutlivesAKillOnceTheGoodbyeIsAnswered() throws Exception {
        String romeo = newUser("romeo");
        String message = "<message type='chat' to='" + jid(romeo) + "'><body>farewell</body></message>";
        try (RawClient leaving = RawClient.login(server, newUser("juliet"))) {
            leaving.write(message.repeat(50) + "</stream:stream>");
            assertTrue(leaving.readToEnd().endsWith("</stream:stream>"));
        }
        server.kill();
        server.start();
        String spool = server.shell("restante:spool " + jid(romeo));
        assertTrue(spool.contains("50 messages"), spool);
    }

    @Test
    void aSecondResourceOnOneStreamIsNotAllowedAndTheStreamGoesOn() throws Exception {
        try (RawClient client = RawClient.login(server, newUser("twice"))) {
            String answer =
                    client.say("<iq type='set' id='again'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>");
            assertTrue(answer.contains("id='again'") && answer.contains("<not-allowed"), answer);
        }
    }
}
