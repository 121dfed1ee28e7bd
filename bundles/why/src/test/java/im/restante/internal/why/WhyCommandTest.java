package im.restante.internal.why;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Verdict;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.message.MessageEvent;
import im.restante.message.StanzaIds;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.felix.gogo.runtime.CommandProcessorImpl;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.felix.service.command.CommandSession;
import org.junit.jupiter.api.Test;

class WhyCommandTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Verdict STORED = new Verdict.Stored("default: body");
    private static final Verdict FULL = new Verdict.Refused(
            "limit of 100 messages from one sender reached: 100 wait",
            StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE));

    private final Ticking clock = new Ticking();
    private final Revisions revisions = new Revisions(clock);
    private final RecentMessages messages = new RecentMessages(new HardenedXmlCodec(), revisions, clock);
    private final RingHistory history = new RingHistory(messages, revisions);
    private final WhyCommand command = new WhyCommand(history);

    WhyCommandTest() {
        history.stanzaIds = new StanzaIds() {
            @Override
            public String stanzaId(Jid owner, long arrivalId) {
                return WhyCommandTest.stanzaId(arrivalId);
            }

            @Override
            public OptionalLong arrivalId(Jid owner, String stanzaId) {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean isStanzaId(Jid owner, long arrivalId, String stanzaId) {
                return stanzaId.equals(WhyCommandTest.stanzaId(arrivalId));
            }
        };
    }

    private void decided(Jid owner, Jid sender, String messageId, long arrivalId, Verdict verdict) {
        messages.decided(
                new Decided(owner, sender, Message.of(message(messageId)), verdict, OptionalLong.of(arrivalId)));
    }

    private static Element message(String id) {
        return Element.of(Namespaces.CLIENT, "message").withAttribute("id", id);
    }

    private record Decided(Jid owner, Jid sender, Message message, Verdict verdict, OptionalLong arrivalId)
            implements MessageEvent {}

    private static String stanzaId(long id) {
        return "stanza-id-" + String.format("%012d", id);
    }

    @Test
    void tellsAMessagesWholeStoryNewestLast() throws Exception {
        decided(ROMEO, JULIET, "m1", 11, STORED);
        decided(ROMEO, JULIET, "m2", 12, STORED);
        messages.disposed(ROMEO, List.of(11L, 12L), Disposition.PROVED, "to romeo@example.org/orchard");
        assertEquals("""
                2026-11-22T20:00:02Z message id=m1 stanza-id=%s from juliet@example.org to romeo@example.org: stored (default: body); configuration 1
                2026-11-22T20:00:04Z 2 messages to romeo@example.org: left the spool: its recipient has it, proved (to romeo@example.org/orchard); configuration 1
                known: what was delivered live since 2026-11-22T20:00:01Z, what went through the spool since 2026-11-22T20:00:01Z, what was refused, dropped or removed since 2026-11-22T20:00:01Z
                configuration 1 since 2026-11-22T20:00:00Z (the server's start)
                """.formatted(stanzaId(11)), run("restante:why m1"));
    }

    @Test
    void findsByOwnerSenderMessageIdAndStanzaId() throws Exception {
        decided(ROMEO, JULIET, "m1", 11, STORED);
        decided(JULIET, ROMEO, "m2", 12, new Verdict.Delivered(2));
        decided(JULIET, JULIET, "m3", 13, STORED);
        assertEquals(2, lines(run("restante:why romeo@example.org")));
        assertEquals(2, lines(run("restante:why romeo@example.org/orchard")), "as his account");
        assertEquals(1, lines(run("restante:why m2")));
        assertEquals(1, lines(run("restante:why " + stanzaId(13))));
        assertTrue(run("restante:why " + stanzaId(13)).contains("id=m3"));
    }

    @Test
    void tellsRefusalsWithLimitAndUsageAndTheConfiguration() throws Exception {
        messages.inForce("quota", "im.restante.quota", "store-limit=10");
        messages.inForce("quota", "im.restante.quota", "store-limit=100");
        decided(ROMEO, JULIET, "m1", 11, FULL);
        String said = run("restante:why m1");
        assertTrue(
                said.contains(
                        "refused, and the sender was told (limit of 100 messages from one sender reached: 100 wait);"
                                + " configuration 2\n"),
                said);
        assertTrue(
                said.contains(
                        "configuration 2 since 2026-11-22T20:00:02Z (im.restante.quota was changed: store-limit=100)"),
                said);
    }

    @Test
    void aNumberNamesOneStateThatIsInForceAndAStateHasOneNumber() {
        messages.inForce("filter", "im.restante.filter", "/message/a");
        assertEquals(1, revisions.current().number(), "what the server started with");
        messages.inForce("filter", "im.restante.filter", "/message/a");
        messages.inForce("delivery", "im.restante.offline", "msg-offline=true");
        messages.inForce("session", "im.restante.offline", "window=100");
        assertEquals(1, revisions.current().number(), "nothing changed");
        messages.inForce("session", "im.restante.offline", "window=10");
        assertEquals(2, revisions.current().number());
        assertEquals("window=10", revisions.current().values());
        messages.inForce("delivery", "im.restante.offline", "msg-offline=true");
        messages.inForce("session", "im.restante.offline", "window=10");
        assertEquals(2, revisions.current().number());
        messages.inForce("filter", "im.restante.filter", "/message/b");
        assertEquals(3, revisions.current().number());
    }

    @Test
    void trafficWashesNoRefusalAway() throws Exception {
        decided(ROMEO, JULIET, "refused", 1, FULL);
        decided(ROMEO, JULIET, "stored", 2, STORED);
        for (int i = 0; i < 3 * RecentMessages.PLACES; i++) {
            decided(ROMEO, JULIET, "live", 100 + i, new Verdict.Delivered(1));
        }
        assertEquals(1, lines(run("restante:why refused")));
        assertEquals(1, lines(run("restante:why stored")));
        String said = run("restante:why romeo@example.org");
        assertEquals(WhyCommand.MOST_LINES + 1, lines(said), "and says that more are known");
        assertFalse(said.contains("known: what was delivered live since 2026-11-22T20:00:01Z"), said);
        assertTrue(said.contains("what went through the spool since 2026-11-22T20:00:01Z"), said);
    }

    @Test
    void tellsWhyAMessageVanished() throws Exception {
        messages.disposed(List.of(row(7, "<message id='m7'><body>secret</body></message>")), Disposition.EXPIRED, null);
        decided(ROMEO, JULIET, "m8", 8, STORED);
        messages.disposed(ROMEO, List.of(8L), Disposition.EVICTED, "limit of 1 messages from one sender");
        messages.disposed(List.of(row(9, "<message")), Disposition.ACCOUNT_REMOVED, null);
        messages.disposed(ROMEO, List.of(10L), Disposition.REMOVED, "by romeo@example.org/orchard");
        assertTrue(run("restante:why m7")
                .contains("message id=m7 stanza-id=" + stanzaId(7)
                        + " from juliet@example.org to romeo@example.org: removed from the spool: it had waited as long as"
                        + " it may (received 2026-11-01T00:00:00Z)"));
        String evicted = run("restante:why m8");
        assertTrue(
                evicted.contains("removed from the spool to make room for a newer one"
                        + " (limit of 1 messages from one sender)"),
                evicted);
        String all = run("restante:why romeo@example.org");
        assertTrue(all.contains("removed from the spool, with its account"), all);
        assertTrue(all.contains("removed from the spool by its owner (by romeo@example.org/orchard)"), all);
        assertFalse(all.contains("secret"), all);
    }

    @Test
    void saysWhenNothingIsKnown() throws Exception {
        assertTrue(run("restante:why nobody").startsWith("nothing is known about nobody\nknown: "));
    }

    @Test
    void neitherKeepsNorPrintsMoreThanALineOfWhatASenderChose() throws Exception {
        String id = "\u001b[2J\u009b2J\u202e\n\u2028" + "x".repeat(10_000);
        decided(ROMEO, JULIET, id, 1, STORED);
        String said = run("restante:why juliet@example.org");
        assertTrue(said.contains(" id=\\u001B[2J\\u009B2J\\u202E\\u000A\\u2028xxx"), said);
        assertFalse(said.matches("(?s).*[\u001b\u009b\u202e\u2028].*"), said);
        assertEquals(
                "nothing is known about a\\u009Bb",
                run("restante:why 'a\u009bb'").lines().findFirst().orElse(""));
        assertTrue(said.length() < 1_000, said);
    }

    @Test
    void keepsNoMoreThanItsShareOfTheLargestThings() {
        Jid large = Jid.of("l".repeat(1_000) + "@example.org");
        for (int i = 0; i < 2 * RecentMessages.PLACES; i++) {
            decided(large, large, "m".repeat(1_000), i + 1, FULL);
        }
        AtomicInteger taken = new AtomicInteger();
        messages.forEach((place, entry) -> taken.addAndGet(Ring.places(Packed.characters(entry))));
        int places = taken.get();
        assertTrue(places <= RecentMessages.PLACES / 4, () -> "of one owner: " + places);
        assertTrue(places > RecentMessages.PLACES / 5, () -> "and no fewer than there is room for: " + places);
    }

    @Test
    void explainsItself() {
        assertEquals(
                "usage: restante:why JID|ID",
                assertThrows(Exception.class, () -> run("restante:why a b")).getMessage());
    }

    private static int lines(String said) {
        return said.split("\n").length - 2;
    }

    private static StoredMessage row(long id, String stanza) {
        return StoredMessage.of(id, ROMEO, JULIET, Instant.parse("2026-11-01T00:00:00Z"), stanza.getBytes(UTF_8));
    }

    /** What the line prints in the real Gogo. */
    private String run(String line) throws Exception {
        ThreadIOImpl threadIo = new ThreadIOImpl();
        threadIo.start();
        CommandProcessorImpl gogo = new CommandProcessorImpl(threadIo);
        gogo.addCommand("restante", command, "why");
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(bytes, true, UTF_8);
        try (CommandSession session = gogo.createSession(new ByteArrayInputStream(new byte[0]), out, out)) {
            session.execute(line);
        } finally {
            gogo.stop();
            threadIo.stop();
        }
        return bytes.toString(UTF_8).replace(System.lineSeparator(), "\n");
    }

    /** A second passes whenever somebody looks. */
    private static final class Ticking extends Clock {
        private Instant now = Instant.parse("2026-11-22T20:00:00Z");

        @Override
        public synchronized Instant instant() {
            Instant looked = now;
            now = now.plusSeconds(1);
            return looked;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
