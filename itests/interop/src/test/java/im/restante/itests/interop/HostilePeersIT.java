package im.restante.itests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jivesoftware.smack.ConnectionConfiguration.SecurityMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that break the rules get a defined end, and nobody else notices. */
class HostilePeersIT extends ServerTest {
    /** More than a server of a few users needs, less than what an attack could make it take: beyond it, the server ends. */
    private static final String HEAP = "-Xmx256m";

    /** Of what the heap keeps for one connection, whatever it does. */
    private static final long MOST_GROWTH_KIB = 64 * 1024;

    private static final int SILENT = 10_000;
    /** Of what the heap keeps for each connection that says nothing: about ten, of which four are the reader's stack. */
    private static final long MOST_FOR_SILENCE_KIB = 14;

    private SmackClient juliet;
    private SmackClient romeo;
    private int told;

    @Override
    ServerProcess prepared() {
        return ServerProcess.prepare(Jdk.newest(), HEAP);
    }

    @Override
    ServerProcess configured(ServerProcess prepared) {
        return super.configured(prepared)
                .configure("im.restante.c2s", "tls", "optional")
                .configure("im.restante.c2s", "auth-timeout-seconds", "20");
    }

    @BeforeEach
    void bystanders() throws Exception {
        juliet = SmackClient.online(server, newUser("juliet"), "balcony");
        romeo = SmackClient.online(server, newUser("romeo"), "orchard");
        told = 0;
    }

    @AfterEach
    void bystandersNoticedNothing() throws Exception {
        othersAreServed();
        juliet.close();
        romeo.close();
    }

    private void othersAreServed() throws Exception {
        juliet.chat(romeo.connection.getUser().asBareJid().toString(), "still there? " + told++);
        romeo.awaitBodies(told);
    }

    static Stream<Arguments> attacks() {
        String bomb =
                "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\">]>";
        return Stream.of(
                Arguments.of("billion laughs", bomb + "<message><body>&lol2;</body></message>", "restricted-xml"),
                Arguments.of("DOCTYPE", "<!DOCTYPE message SYSTEM 'file:///etc/passwd'>", "restricted-xml"),
                Arguments.of("comment", "<message><!-- hidden --></message>", "restricted-xml"),
                Arguments.of("processing instruction", "<message><?php ?></message>", "restricted-xml"),
                Arguments.of("undefined entity", "<message><body>&lol;</body></message>", "restricted-xml"),
                Arguments.of("NUL reference", "<message><body>&#0;</body></message>", "not-well-formed"),
                Arguments.of("lone surrogate reference", "<message><body>&#xD800;</body></message>", "not-well-formed"),
                Arguments.of("mismatched tags", "<message><body></message></body>", "not-well-formed"),
                Arguments.of("unbound prefix", "<message><x:y/></message>", "not-well-formed|bad-namespace-prefix"),
                Arguments.of("text between stanzas", "hello", "bad-format|not-well-formed"),
                Arguments.of("20,000 attributes", "<message" + numbered(" a%d='x'", 20_000) + "/>", "policy-violation"),
                Arguments.of(
                        "20,000 namespaces",
                        "<message" + numbered(" xmlns:a%d='x'", 20_000) + "/>",
                        "policy-violation"),
                Arguments.of("depth of 100,000", "<message>" + "<a>".repeat(100_000), "policy-violation"),
                Arguments.of("10 MB stanza", "<message><body>" + "x".repeat(10_000_000), "policy-violation"));
    }

    private static String numbered(String pattern, int count) {
        StringBuilder text = new StringBuilder();
        for (int n = 0; n < count; n++) {
            text.append(String.format(pattern, n));
        }
        return text.toString();
    }

    @ParameterizedTest(name = "{0}: {2}")
    @MethodSource("attacks")
    void anAttackOnTheParserEndsItsOwnStream(String name, String bytes, String conditions) throws Exception {
        try (RawClient evil = RawClient.login(server, newUser("evil"))) {
            CompletableFuture<Void> writing =
                    CompletableFuture.runAsync(() -> evil.writeWhileOpen((bytes + "<").getBytes(UTF_8)));
            assertEnds(evil.readToEnd(), conditions);
            writing.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void invalidUtf8EndsItsOwnStream() throws Exception {
        try (RawClient evil = RawClient.login(server, newUser("evil"))) {
            evil.write("<message><body>");
            evil.writeWhileOpen(new byte[] {(byte) 0xC0, (byte) 0x80, '<', '/'});
            assertEnds(evil.readToEnd(), "unsupported-encoding|bad-format|not-well-formed");
        }
    }

    private static void assertEnds(String said, String conditions) {
        assertTrue(said.contains("<stream:error"), said);
        assertTrue(Stream.of(conditions.split("\\|")).anyMatch(c -> said.contains('<' + c)), said);
        assertTrue(said.endsWith("</stream:stream>"), said);
    }

    @Test
    void endlessWhiteSpaceCostsNothingAndHarmsNothing() throws Exception {
        try (RawClient patient = RawClient.login(server, newUser("patient"))) {
            long before = server.liveHeapKib();
            byte[] blanks = " ".repeat(1 << 20).getBytes(UTF_8);
            for (int n = 0; n < 64; n++) {
                patient.write(blanks);
            }
            patient.write("<iq type='get' id='alive'><ping xmlns='urn:xmpp:ping'/></iq>");
            patient.readUntil("alive");
            assertTrue(server.liveHeapKib() - before < MOST_GROWTH_KIB, "the heap grew");
        }
    }

    @Test
    void whatWasSmuggledBehindStarttlsIsNeverObeyed() throws Exception {
        try (RawClient smuggler = new RawClient(server)) {
            smuggler.write(RawClient.HEADER);
            smuggler.readUntil("</stream:features>");
            smuggler.write("<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" + RawClient.HEADER);
            assertFalse(smuggler.readToEnd().contains("<stream:features"), "the smuggled header was answered");
        }
    }

    @Test
    void aReaderThatNeverReadsHarmsOnlyItself() throws Exception {
        String deafName = newUser("deaf");
        long before = server.liveHeapKib();
        try (RawClient deaf = RawClient.login(server, deafName);
                RawClient talker = RawClient.login(server, newUser("talker"))) {
            deaf.write("<presence/>");
            String message = "<message type='chat' to='" + jid(deafName) + "'><body>" + "words ".repeat(80)
                    + "</body></message>";
            String thousand = message.repeat(1_000);
            for (int n = 0; n < 30; n++) {
                talker.say(thousand); // and reads what it is told, or it would be held up itself
                othersAreServed();
            }
            assertTrue(server.liveHeapKib() - before < MOST_GROWTH_KIB, "the heap grew");
        }
    }

    @Test
    void tenThousandSilentConnectionsAreBorneAndThenClosed() throws Exception {
        long before = server.liveHeapKib();
        List<Socket> silent = new ArrayList<>();
        try {
            for (int n = 0; n < SILENT; n++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), server.port()));
            }
            try (SmackClient newcomer = SmackClient.login(server, newUser("newcomer"), "r", SecurityMode.required)) {
                newcomer.ping();
            }
            othersAreServed();
            assertTrue(server.liveHeapKib() - before < SILENT * MOST_FOR_SILENCE_KIB, "the heap grew");
            for (Socket socket : silent) {
                socket.setSoTimeout(60_000);
                assertEnded(socket);
            }
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private static void assertEnded(Socket socket) throws IOException {
        assertTrue(new String(socket.getInputStream().readAllBytes(), UTF_8).endsWith("</stream:stream>"));
    }

    @Test
    void aPeerThatVanishesInTheMiddleOfAStanzaLosesNothingOfTheOthers() throws Exception {
        String half = newUser("half");
        try (RawClient cut = RawClient.login(server, half)) {
            cut.write("<presence/><message to='" + romeo.connection.getUser().asBareJid() + "'><body>unfinish");
            cut.socket.setSoLinger(true, 0); // a reset, not a close
        }
        Await.until(
                "the session is gone",
                Duration.ofSeconds(60),
                () -> !server.shell("restante:sessions").contains(half));
        assertEquals(List.of(), romeo.bodies());
    }
}
