package im.restante.internal.why;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Verdict;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.message.HistoryEntry;
import im.restante.message.HistoryEntry.Kind;
import im.restante.message.HistoryPage;
import im.restante.message.HistoryQuery;
import im.restante.message.MessageEvent;
import im.restante.message.StanzaIds;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RingHistoryTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Jid NURSE = Jid.of("nurse@example.org");
    private static final Verdict STORED = new Verdict.Stored("default: body");
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    /** It stands still: the places decide. */
    private final Clock clock = Clock.fixed(NOON, ZoneOffset.UTC);

    private final Revisions revisions = new Revisions(clock);
    private final RecentMessages messages = new RecentMessages(new HardenedXmlCodec(), revisions, clock);
    private final RingHistory history = new RingHistory(messages, revisions);

    private record Decided(Jid owner, Jid sender, Message message, Verdict verdict, OptionalLong arrivalId)
            implements MessageEvent {}

    private void decided(Jid owner, Jid sender, String id, OptionalLong arrivalId, Verdict verdict) {
        Element message = Element.of(Namespaces.CLIENT, "message");
        messages.decided(new Decided(
                owner, sender, Message.of(id == null ? message : message.withAttribute("id", id)), verdict, arrivalId));
    }

    private void stored(Jid owner, Jid sender, String id, long arrivalId) {
        decided(owner, sender, id, OptionalLong.of(arrivalId), STORED);
    }

    private static String stanzaId(long id) {
        return String.format(Locale.ROOT, "stanza-id-%012d", id);
    }

    private void stanzaIds() {
        history.stanzaIds = new StanzaIds() {
            @Override
            public String stanzaId(Jid owner, long arrivalId) {
                return RingHistoryTest.stanzaId(arrivalId);
            }

            @Override
            public OptionalLong arrivalId(Jid owner, String stanzaId) {
                throw new UnsupportedOperationException();
            }

            @Override
            public boolean isStanzaId(Jid owner, long arrivalId, String stanzaId) {
                return stanzaId.equals(RingHistoryTest.stanzaId(arrivalId));
            }
        };
    }

    private static List<Kind> kinds(HistoryPage page) {
        return page.entries().stream().map(HistoryEntry::kind).toList();
    }

    @Test
    void aMessageIsFoundWithAllThatBecameOfItTheNewestFirst() {
        stanzaIds();
        stored(ROMEO, JULIET, "m1", 11);
        stored(ROMEO, JULIET, "m2", 12);
        messages.disposed(ROMEO, List.of(11L, 12L), Disposition.PROVED, "to romeo@example.org/orchard");
        for (HistoryQuery query :
                List.of(HistoryQuery.ofMessageId("m1"), HistoryQuery.ofStanzaId(stanzaId(11)), HistoryQuery.of("m1"))) {
            HistoryPage page = history.find(query);
            assertEquals(List.of(Kind.PROVED, Kind.STORED), kinds(page));
            HistoryEntry proved = page.entries().get(0);
            assertEquals(List.of(11L, 12L), proved.arrivalIds());
            assertEquals(List.of(stanzaId(11), stanzaId(12)), proved.stanzaIds());
            assertEquals(Optional.empty(), proved.sender());
            assertEquals(Optional.empty(), proved.messageId());
            assertEquals(Optional.of("to romeo@example.org/orchard"), proved.reason());
            HistoryEntry stored = page.entries().get(1);
            assertEquals(ROMEO, stored.owner());
            assertEquals(Optional.of(JULIET), stored.sender());
            assertEquals(Optional.of("m1"), stored.messageId());
            assertEquals(Optional.of("default: body"), stored.reason());
            assertEquals(NOON, stored.at());
            assertEquals(1, stored.revision());
        }
    }

    @Test
    void aMessageIdIsNoAccountAndNoStanzaId() {
        stanzaIds();
        stored(ROMEO, JULIET, JULIET.toString(), 11);
        stored(ROMEO, NURSE, stanzaId(11), 12);
        assertEquals(
                List.of(11L),
                history.find(HistoryQuery.ofMessageId(JULIET.toString()))
                        .entries()
                        .get(0)
                        .arrivalIds());
        assertEquals(1, history.find(HistoryQuery.ofAccount(NURSE)).entries().size());
        assertEquals(
                1, history.find(HistoryQuery.ofStanzaId(stanzaId(11))).entries().size());
        assertEquals(2, history.find(HistoryQuery.of(stanzaId(11))).entries().size(), "each of what it may be");
    }

    @Test
    void whatIsNotKnownIsEmptyAndNeverNull() {
        decided(ROMEO, JULIET, null, OptionalLong.empty(), new Verdict.Dropped("not stored, no body"));
        HistoryEntry entry = history.find(HistoryQuery.ofAccount(ROMEO.withResource("orchard")))
                .entries()
                .get(0);
        assertEquals(Kind.DROPPED, entry.kind());
        assertEquals(Optional.empty(), entry.messageId());
        assertEquals(List.of(), entry.arrivalIds());
        assertEquals(List.of(), entry.stanzaIds());
        stored(ROMEO, JULIET, "m", 5);
        assertEquals(
                List.of(),
                history.find(HistoryQuery.ofMessageId("m")).entries().get(0).stanzaIds(),
                "while nobody computes them");
        messages.disposed(ROMEO, List.of(5L), Disposition.PURGED, null);
        assertEquals(
                Optional.empty(),
                history.find(HistoryQuery.ofMessageId("m")).entries().get(0).reason());
    }

    /** All in one millisecond, in three rings; what comes between two pages moves nothing. */
    @Test
    void pagesJoinWithoutAGapOrARepetition() {
        List<Long> expected = new ArrayList<>();
        IntStream.rangeClosed(1, 25).forEach(i -> {
            decided(ROMEO, JULIET, "live" + i, OptionalLong.of(i), new Verdict.Delivered(1));
            stored(ROMEO, JULIET, "stored" + i, 100 + i);
            messages.disposed(ROMEO, List.of(200L + i), Disposition.EVICTED, null);
            expected.addAll(List.of((long) i, 100L + i, 200L + i));
        });
        List<Long> seen = new ArrayList<>();
        HistoryQuery query = HistoryQuery.ofAccount(ROMEO).max(7);
        HistoryPage page = history.find(query);
        assertEquals(75 - 7, page.older());
        while (true) {
            page.entries().forEach(entry -> seen.addAll(entry.arrivalIds()));
            if (page.next().isEmpty()) {
                break;
            }
            messages.disposed(ROMEO, List.of(999L), Disposition.EVICTED, "newer");
            page = history.find(query.before(page.next().get()));
        }
        seen.removeIf(id -> id == 999);
        assertEquals(expected.stream().sorted().toList(), seen.stream().sorted().toList());
        assertEquals(0, page.older());
    }

    @Test
    void refusesWhatIsNoPage() {
        for (String next : List.of("", "x", "1-2-3", "1-2-3-4-5", "zz-0-0-0", "-1-0-0-0")) {
            String said = assertThrows(
                            IllegalArgumentException.class,
                            () -> history.find(HistoryQuery.ofAccount(ROMEO).before(next)))
                    .getMessage();
            assertTrue(said.startsWith("a page goes on behind what the one before gave as next"), said);
        }
        for (int max : new int[] {0, -1, HistoryQuery.MOST_ENTRIES + 1}) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> HistoryQuery.ofAccount(ROMEO).max(max));
        }
    }

    @Test
    void tellsTheConfigurationInForce() {
        messages.inForce("quota", "im.restante.quota", "store-limit=10");
        HistoryPage.Configuration first =
                history.find(HistoryQuery.ofAccount(ROMEO)).configuration();
        assertEquals(1, first.revision());
        assertEquals(Optional.empty(), first.pid());
        assertEquals(Optional.empty(), first.values());
        messages.inForce("quota", "im.restante.quota", "store-limit=20");
        HistoryPage.Configuration second =
                history.find(HistoryQuery.ofAccount(ROMEO)).configuration();
        assertEquals(2, second.revision());
        assertEquals(Optional.of("im.restante.quota"), second.pid());
        assertEquals(Optional.of("store-limit=20"), second.values());
        stored(ROMEO, JULIET, "m", 1);
        assertEquals(
                2, history.find(HistoryQuery.ofMessageId("m")).entries().get(0).revision());
    }

    /** A kind for each verdict and disposition: one that is new must not be left out. */
    @Test
    void everyDispositionIsAKind() {
        for (Disposition disposition : Disposition.values()) {
            messages.disposed(ROMEO, List.of(1L), disposition, disposition.name());
        }
        assertEquals(
                List.of(Disposition.values()).stream().map(Enum::name).sorted().toList(),
                kinds(history.find(HistoryQuery.ofAccount(ROMEO))).stream()
                        .map(Enum::name)
                        .sorted()
                        .toList());
    }
}
