package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.assertFenced;
import static im.restante.itests.contract.Stages.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a {@link MessageArchive} does. Extend it and say how to open an archive on an empty place, how to close it, and how to open the
 * same place again.
 */
public abstract class ArchiveContract {
    private static final Jid ROMEO = StoreTests.ROMEO;
    private static final Jid JULIET = StoreTests.JULIET;
    private static final Jid NURSE = StoreTests.NURSE;
    private static final Instant NOON = StoreTests.NOON;
    private static final long ALL = Long.MAX_VALUE;

    private MessageArchive archive;

    /** An archive on a place where nothing was kept before. Called before each test. */
    protected abstract MessageArchive open() throws Exception;

    /** Closes what {@link #open()} or {@link #reopen()} has opened last; what it has acknowledged stays. */
    protected abstract void close() throws Exception;

    /** An archive on the place of the last {@link #open()}, which was closed. */
    protected abstract MessageArchive reopen() throws Exception;

    @BeforeEach
    final void openArchive() throws Exception {
        archive = open();
    }

    @AfterEach
    final void closeArchive() throws Exception {
        if (archive != null) {
            close();
        }
    }

    private void restart() throws Exception {
        close();
        archive = null;
        archive = reopen();
    }

    /** Of {@link #ROMEO}, received a second later for each id. */
    private static ArchivedMessage message(long id, Jid peer) {
        return message(id, ROMEO, peer);
    }

    private static ArchivedMessage message(long id, Jid owner, Jid peer) {
        return message(id, owner, peer, "<message><body>" + id + " ✉</body></message>");
    }

    private static ArchivedMessage message(long id, Jid owner, Jid peer, String stanza) {
        return ArchivedMessage.builder(id, owner)
                .peer(peer)
                .receivedAt(NOON.plusSeconds(id))
                .stanza(stanza.getBytes(UTF_8))
                .build();
    }

    private CompletionStage<Void> add(ArchivedMessage... messages) {
        return archive.add(List.of(messages), Fence.HERE);
    }

    private void addAll(long first, long last, Jid peer) {
        await(archive.add(
                LongStream.rangeClosed(first, last)
                        .mapToObj(id -> message(id, peer))
                        .toList(),
                Fence.HERE));
    }

    private static List<Long> ids(List<ArchivedMessage> messages) {
        return messages.stream().map(ArchivedMessage::id).toList();
    }

    private List<Long> kept(ArchiveQuery query) {
        return ids(await(archive.first(ROMEO, query, 10_000, ALL)));
    }

    private static List<Long> range(long first, long last) {
        return LongStream.rangeClosed(first, last).boxed().toList();
    }

    private static void assertSame(ArchivedMessage expected, ArchivedMessage actual) {
        assertEquals(expected.id(), actual.id());
        assertEquals(expected.owner(), actual.owner());
        assertEquals(expected.peer(), actual.peer());
        assertEquals(expected.receivedAt(), actual.receivedAt());
        assertArrayEquals(expected.stanza(), actual.stanza());
    }

    // ---- keeping

    @Test
    void keepsAllOfAMessageAcrossARestart() throws Exception {
        List<ArchivedMessage> all = List.of(
                message(7, ROMEO, JULIET),
                message(8, ROMEO, JULIET.withResource("Ünter den Linden 🌳 \\%_'")),
                message(9, ROMEO, Jid.of("conference.example.org")),
                message(10, ROMEO, ROMEO.withResource("phone"), "<message>" + "x".repeat(200_000) + "</message>"));
        await(archive.add(all, Fence.HERE));
        for (int start = 0; start < 2; start++) {
            List<ArchivedMessage> kept = await(archive.first(ROMEO, ArchiveQuery.ALL, 10, ALL));
            assertEquals(4, kept.size());
            for (int i = 0; i < 4; i++) {
                assertSame(all.get(i), kept.get(i));
            }
            restart();
        }
    }

    @Test
    void whatIsKnownChangesNothing() throws Exception {
        await(add(message(1, JULIET), message(2, JULIET)));
        await(add(message(2, ROMEO, NURSE, "<message/>"), message(3, JULIET), message(1, JULIET)));
        await(add(message(3, JULIET), message(3, JULIET)));
        restart();
        await(add(message(2, ROMEO, NURSE, "<message/>")));
        List<ArchivedMessage> kept = await(archive.first(ROMEO, ArchiveQuery.ALL, 10, ALL));
        assertEquals(List.of(1L, 2L, 3L), ids(kept));
        assertSame(message(2, JULIET), kept.get(1));
        assertEquals(3, await(archive.usage(ROMEO, ArchiveQuery.ALL)).messages());
    }

    @Test
    void ownersHaveTheirOwnIds() {
        await(add(message(1, ROMEO, JULIET), message(1, JULIET, ROMEO), message(2, NURSE, ROMEO)));
        await(add(message(1, NURSE, ROMEO)));
        assertEquals(1L, await(archive.remove(JULIET, ArchiveQuery.ALL, Fence.HERE)));
        assertEquals(List.of(1L), kept(ArchiveQuery.ALL));
        assertEquals(List.of(), ids(await(archive.first(JULIET, ArchiveQuery.ALL, 10, ALL))));
        assertEquals(List.of(1L, 2L), ids(await(archive.first(NURSE, ArchiveQuery.ALL, 10, ALL))));
    }

    @Test
    void whatComesLateStandsWhereItsIdSays() {
        List<Long> mixed = new ArrayList<>(range(1, 200));
        Collections.shuffle(mixed, new Random(3));
        mixed.forEach(id -> await(add(message(id, JULIET))));
        assertEquals(range(1, 200), kept(ArchiveQuery.ALL));
    }

    @Test
    void manyAtOnceAreAllKept() throws Exception {
        StoreTests.concurrently(16, thread -> {
            for (long id = 1; id <= 50; id++) {
                await(add(message(thread * 1_000L + id, JULIET), message(thread * 1_000L + id, NURSE, ROMEO)));
            }
        });
        for (Jid owner : List.of(ROMEO, NURSE)) {
            assertEquals(800, await(archive.usage(owner, ArchiveQuery.ALL)).messages());
            assertEquals(
                    800,
                    await(archive.first(owner, ArchiveQuery.ALL, 1_000, ALL)).size());
        }
    }

    // ---- asking

    @Test
    void pagesForwardsAndBackwards() {
        addAll(1, 100, JULIET);
        assertEquals(range(1, 100), kept(ArchiveQuery.ALL));
        assertEquals(range(1, 10), ids(await(archive.first(ROMEO, ArchiveQuery.ALL, 10, ALL))));
        assertEquals(range(91, 100), ids(await(archive.last(ROMEO, ArchiveQuery.ALL, 10, ALL))));
        assertEquals(range(41, 75), ids(await(archive.first(ROMEO, ArchiveQuery.ALL.after(40), 35, ALL))));
        assertEquals(range(6, 40), ids(await(archive.last(ROMEO, ArchiveQuery.ALL.before(41), 35, ALL))));
        assertEquals(range(1, 3), ids(await(archive.last(ROMEO, ArchiveQuery.ALL.before(4), 35, ALL))));
        ArchiveQuery between = ArchiveQuery.ALL.after(20).before(31);
        assertEquals(range(21, 30), kept(between));
        assertEquals(range(27, 30), ids(await(archive.last(ROMEO, between, 4, ALL))));
        assertEquals(List.of(), kept(ArchiveQuery.ALL.after(100)));
        assertEquals(List.of(), kept(ArchiveQuery.ALL.before(1)));
        assertEquals(List.of(), kept(ArchiveQuery.ALL.after(50).before(51)));
    }

    @Test
    void aPageHasNoMoreBytesThanAskedForButOneMessageIfThereIsAny() {
        for (long id = 1; id <= 5; id++) {
            await(add(message(id, ROMEO, JULIET, "x".repeat(1_000))));
        }
        assertEquals(range(1, 2), ids(await(archive.first(ROMEO, ArchiveQuery.ALL, 10, 2_999))));
        assertEquals(range(1, 3), ids(await(archive.first(ROMEO, ArchiveQuery.ALL, 10, 3_000))));
        assertEquals(range(4, 5), ids(await(archive.last(ROMEO, ArchiveQuery.ALL, 10, 2_999))));
        assertEquals(List.of(5L), ids(await(archive.last(ROMEO, ArchiveQuery.ALL, 10, 0))));
        assertEquals(List.of(3L), ids(await(archive.first(ROMEO, ArchiveQuery.ALL.after(2), 10, 1))));
    }

    @Test
    void findsWhatCameFromSomebodyOrOneOfHisResources() {
        Jid balcony = JULIET.withResource("balcony");
        Jid chamber = JULIET.withResource("Chamber");
        await(add(
                message(1, JULIET),
                message(2, balcony),
                message(3, NURSE),
                message(4, chamber),
                message(5, balcony),
                message(6, JULIET.withResource("chamber"))));
        assertEquals(List.of(1L, 2L, 4L, 5L, 6L), kept(ArchiveQuery.ALL.with(JULIET)));
        assertEquals(List.of(2L, 5L), kept(ArchiveQuery.ALL.with(balcony)));
        assertEquals(List.of(4L), kept(ArchiveQuery.ALL.with(chamber)));
        assertEquals(List.of(), kept(ArchiveQuery.ALL.with(NURSE.withResource("balcony"))));
        assertEquals(List.of(5L), ids(await(archive.last(ROMEO, ArchiveQuery.ALL.with(balcony), 1, ALL))));
        assertEquals(List.of(2L), kept(ArchiveQuery.ALL.with(balcony).before(5)));
    }

    @Test
    void findsWhatWasReceivedInATimeWithBothEnds() {
        addAll(1, 30, JULIET);
        ArchiveQuery from = ArchiveQuery.ALL.from(NOON.plusSeconds(11));
        assertEquals(range(11, 30), kept(from));
        assertEquals(range(11, 20), kept(from.to(NOON.plusSeconds(20))));
        assertEquals(range(1, 20), kept(ArchiveQuery.ALL.to(NOON.plusSeconds(20))));
        assertEquals(
                range(12, 30), kept(ArchiveQuery.ALL.from(NOON.plusSeconds(11).plusNanos(1))));
        assertEquals(range(1, 10), kept(ArchiveQuery.ALL.to(NOON.plusSeconds(11).minusNanos(1))));
        assertEquals(range(1, 30), kept(ArchiveQuery.ALL.from(Instant.MIN).to(Instant.MAX)));
        assertEquals(range(18, 20), ids(await(archive.last(ROMEO, from.to(NOON.plusSeconds(20)), 3, ALL))));
        assertEquals(List.of(), kept(ArchiveQuery.ALL.with(NURSE).from(NOON)));
    }

    @Test
    void findsMessagesByTheirIds() {
        addAll(1, 150, JULIET);
        List<ArchivedMessage> found = await(archive.messages(ROMEO, List.of(9L, 3L, 999L, 140L, 3L)));
        assertEquals(List.of(3L, 9L, 140L), ids(found));
        assertSame(message(9, JULIET), found.get(1));
        assertEquals(range(1, 150), ids(await(archive.messages(ROMEO, range(-5, 300)))));
        assertEquals(List.of(), await(archive.messages(ROMEO, List.of())));
        assertEquals(List.of(), await(archive.messages(JULIET, List.of(3L))));
    }

    @Test
    void countsWhatMatches() {
        assertEquals(Usage.of(0).withBytes(0), await(archive.usage(ROMEO, ArchiveQuery.ALL)));
        addAll(1, 20, JULIET);
        addAll(21, 30, NURSE);
        long bytes = await(archive.first(ROMEO, ArchiveQuery.ALL, 100, ALL)).stream()
                .mapToLong(ArchivedMessage::sizeBytes)
                .sum();
        assertEquals(
                Usage.of(30).withBytes(bytes).withOldest(NOON.plusSeconds(1)),
                await(archive.usage(ROMEO, ArchiveQuery.ALL)));
        assertEquals(
                Usage.of(2).withBytes(2L * message(21, NURSE).sizeBytes()).withOldest(NOON.plusSeconds(29)),
                await(archive.usage(ROMEO, ArchiveQuery.ALL.with(NURSE).after(28))));
    }

    @Test
    void listsTheOwnersOfArchives() {
        for (String name : List.of("c", "a", "b", "d")) {
            await(add(message(1, Jid.of(name + "@example.org"), JULIET)));
        }
        assertEquals(List.of(Jid.of("a@example.org"), Jid.of("b@example.org")), await(archive.owners(null, 2)));
        assertEquals(
                List.of(Jid.of("c@example.org"), Jid.of("d@example.org")),
                await(archive.owners(Jid.of("b@example.org"), 10)));
        await(archive.remove(Jid.of("c@example.org"), ArchiveQuery.ALL, Fence.HERE));
        assertEquals(List.of(Jid.of("d@example.org")), await(archive.owners(Jid.of("b@example.org"), 10)));
    }

    // ---- removing

    @Test
    void removesWhatMatchesForGood() throws Exception {
        addAll(1, 1_200, JULIET);
        addAll(1_201, 1_210, NURSE);
        assertEquals(10L, await(archive.remove(ROMEO, ArchiveQuery.ALL.with(NURSE), Fence.HERE)));
        assertEquals(1_100L, await(archive.remove(ROMEO, ArchiveQuery.ALL.before(1_101), Fence.HERE)));
        assertEquals(0L, await(archive.remove(ROMEO, ArchiveQuery.ALL.before(1_101), Fence.HERE)));
        restart();
        assertEquals(range(1_101, 1_200), kept(ArchiveQuery.ALL));
        await(add(message(5, JULIET)));
        assertEquals(List.of(5L), kept(ArchiveQuery.ALL.before(1_101)), "kept anew");
        assertEquals(101L, await(archive.remove(ROMEO, ArchiveQuery.ALL, Fence.HERE)));
        assertEquals(List.of(), await(archive.owners(null, 10)));
    }

    @Test
    void aWrongEpochChangesNothing() {
        addAll(1, 3, JULIET);
        for (Fence wrong : List.of(new Fence(0, Long.MAX_VALUE), new Fence(1_000, 0), new Fence(1_000, 1))) {
            assertFenced(archive.add(List.of(message(4, JULIET)), wrong));
            assertFenced(archive.remove(ROMEO, ArchiveQuery.ALL, wrong));
            assertFenced(archive.remove(NURSE, ArchiveQuery.ALL, wrong));
        }
        assertEquals(range(1, 3), kept(ArchiveQuery.ALL));
    }

    /** What is added and removed again and again, without waiting, ends as the last change left it. */
    @Test
    void changesAreMadeInTheOrderOfTheCalls() {
        List<CompletionStage<?>> changes = new ArrayList<>();
        List<CompletionStage<Long>> removals = new ArrayList<>();
        for (int round = 0; round < 100; round++) {
            changes.add(add(message(1, JULIET), message(2, JULIET)));
            removals.add(archive.remove(ROMEO, ArchiveQuery.ALL.before(2), Fence.HERE));
            if (round % 10 == 9) {
                changes.forEach(Stages::await);
                removals.forEach(Stages::await);
            }
        }
        assertTrue(removals.stream().allMatch(removal -> await(removal) <= 1));
        await(archive.remove(ROMEO, ArchiveQuery.ALL.before(2), Fence.HERE));
        assertEquals(List.of(2L), kept(ArchiveQuery.ALL));
    }

    @Test
    void aRemovalSeesWhatWasAddedBeforeIt() {
        for (int round = 0; round < 50; round++) {
            CompletionStage<Void> adding = add(message(1, JULIET));
            assertEquals(1L, await(archive.remove(ROMEO, ArchiveQuery.ALL, Fence.HERE)), "round " + round);
            await(adding);
        }
        assertEquals(List.of(), kept(ArchiveQuery.ALL));
    }
}
