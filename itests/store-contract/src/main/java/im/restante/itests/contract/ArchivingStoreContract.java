package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.assertFenced;
import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** What a store does that keeps archives beside its messages: a message and its copy are one commit, and two things afterwards. */
public abstract class ArchivingStoreContract extends StoreTests {
    private static final Jid BALCONY = JULIET.withResource("balcony");
    private static final Admission ONE = Admission.of(1, OnFull.REFUSE);

    private MessageArchive archive() {
        return store.archive().orElseThrow();
    }

    private CompletionStage<Appended> appendWithCopy(StoredMessage message, Admission admission) {
        return store.append(
                message, ArchivedMessage.of(message, BALCONY), admission, Fence.HERE, Claim.NEVER_WITHDRAWN);
    }

    private void storedWithCopy(StoredMessage message) {
        assertEquals(List.of(), evicted(appendWithCopy(message, Admission.UNLIMITED)));
    }

    private List<Long> archived(Jid owner) {
        return await(archive().first(owner, ArchiveQuery.ALL, 10_000, ALL)).stream()
                .map(ArchivedMessage::id)
                .toList();
    }

    private long unarchive(Jid owner, ArchiveQuery query) {
        return await(archive().remove(owner, query, Fence.HERE));
    }

    private void assertWaits(StoredMessage expected) {
        StoredMessage waiting =
                await(store.page(expected.owner(), expected.id() - 1, 1, ALL)).get(0);
        assertSame(expected, waiting);
    }

    /** What is counted for {@link #ROMEO}. */
    private void assertTotal(long messages, long bytes) {
        Usage total = Totals.of(store, ROMEO);
        assertEquals(messages, total.messages());
        assertEquals(bytes, total.bytes());
    }

    @Test
    void aMessageAndItsCopyAreBothThere() throws Exception {
        StoredMessage message = message(1);
        storedWithCopy(message);
        stored(message(2));
        for (int start = 0; start < 2; start++) {
            assertEquals(List.of(1L, 2L), waiting(ROMEO));
            assertWaits(message);
            assertWaits(message(2));
            assertEquals(List.of(1L), archived(ROMEO));
            ArchivedMessage copy = await(archive().messages(ROMEO, List.of(1L))).get(0);
            assertEquals(BALCONY, copy.peer());
            assertEquals(message.receivedAt(), copy.receivedAt());
            assertArrayEquals(message.stanza(), copy.stanza());
            restart();
        }
    }

    @Test
    void theArchiveIsTheSameAsLongAsTheStoreLives() {
        assertEquals(archive(), archive());
    }

    @Test
    void whatIsNotStoredIsNotArchived() {
        storedWithCopy(message(1));
        assertInstanceOf(Appended.Full.class, await(appendWithCopy(message(2), ONE)));
        Claim withdrawn = new Claim();
        assertTrue(withdrawn.withdraw());
        assertEquals(
                Appended.WITHDRAWN,
                await(store.append(
                        message(3),
                        ArchivedMessage.of(message(3), BALCONY),
                        Admission.UNLIMITED,
                        Fence.HERE,
                        withdrawn)));
        assertFenced(
                store.append(message(4), ArchivedMessage.of(message(4), BALCONY), ONE, new Fence(0, ALL), new Claim()));
        assertEquals(List.of(1L), archived(ROMEO));
        assertEquals(List.of(1L), waiting(ROMEO));
    }

    @Test
    void theCopyStaysWhenTheMessageHasGone() throws Exception {
        StoredMessage message = message(1);
        storedWithCopy(message);
        storedWithCopy(message(2));
        await(remove(ROMEO, List.of(1L)));
        assertEquals(List.of(2L), evicted(appendWithCopy(message(3), Admission.of(1, OnFull.EVICT_OLDEST))));
        restart();
        assertEquals(List.of(3L), waiting(ROMEO));
        assertEquals(List.of(1L, 2L, 3L), archived(ROMEO));
        assertArrayEquals(
                message.stanza(),
                await(archive().messages(ROMEO, List.of(1L))).get(0).stanza());
    }

    @Test
    void theMessageStaysWhenTheCopyHasGone() throws Exception {
        for (long id = 1; id <= 3; id++) {
            storedWithCopy(message(id));
        }
        assertEquals(2, unarchive(ROMEO, ArchiveQuery.ALL.before(3)));
        for (int start = 0; start < 2; start++) {
            for (long id = 1; id <= 3; id++) {
                assertWaits(message(id));
            }
            assertEquals(List.of(3L), archived(ROMEO));
            restart();
        }
        await(remove(ROMEO, List.of(1L, 2L, 3L)));
        assertTotal(0, 0);
    }

    @Test
    void aKnownMessageGetsTheCopyThatIsMissing() throws Exception {
        stored(message(1));
        storedWithCopy(message(1));
        storedWithCopy(message(1));
        assertEquals(List.of(1L), archived(ROMEO));
        assertEquals(1, unarchive(ROMEO, ArchiveQuery.ALL));
        storedWithCopy(message(1));
        restart();
        assertEquals(List.of(1L), archived(ROMEO));
        assertWaits(message(1));
        await(remove(ROMEO, List.of(1L)));
        assertEquals(List.of(1L), archived(ROMEO));
    }

    /** As when a store was asked, did it, and could not say so: the archive knows the message, and it waits under the same id. */
    @Test
    void aMessageWhoseCopyIsKnownIsStored() {
        StoredMessage message = message(5);
        ArchivedMessage other = ArchivedMessage.of(message(5, ROMEO, JULIET, "<message>other</message>"), JULIET);
        await(archive().add(List.of(other), Fence.HERE));
        storedWithCopy(message);
        assertWaits(message);
        assertEquals(1, unarchive(ROMEO, ArchiveQuery.ALL));
        assertWaits(message);
        assertEquals(1, await(store.usage(ROMEO)).messages());
    }

    @Test
    void whatIsNoCopyIsRefused() {
        StoredMessage message = message(1);
        for (ArchivedMessage wrong : List.of(
                ArchivedMessage.of(message(2), BALCONY),
                ArchivedMessage.of(message(1, NURSE, JULIET), BALCONY),
                ArchivedMessage.of(message(1, ROMEO, JULIET, "<message/>"), BALCONY))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> store.append(message, wrong, Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
        }
        assertEquals(List.of(), waiting(ROMEO));
        assertEquals(List.of(), archived(ROMEO));
    }

    @Test
    void whatWaitsIsCountedTheSame() {
        long bytes = 0;
        for (long id = 1; id <= 10; id++) {
            StoredMessage message = message(id, ROMEO, JULIET, "x".repeat((int) id * 10));
            bytes += message.sizeBytes();
            if (id % 2 == 0) {
                storedWithCopy(message);
            } else {
                stored(message);
            }
        }
        assertEquals(Usage.of(10).withBytes(bytes).withOldest(NOON.plusMillis(1)), await(store.usage(ROMEO)));
        assertTotal(10, bytes);
        assertEquals(10, counted(ROMEO, JULIET));
        await(remove(ROMEO, List.of(2L, 3L)));
        assertTotal(8, bytes - 50);
        assertEquals(4, unarchive(ROMEO, ArchiveQuery.ALL.after(2)));
        assertTotal(8, bytes - 50);
        await(remove(ROMEO, waiting(ROMEO)));
        assertTotal(0, 0);
        assertEquals(List.of(2L), archived(ROMEO));
    }

    @Test
    void whatExpiresOrIsReplacedIsReadWhole() {
        Instant soon = NOON.plusSeconds(60);
        StoredMessage mortal = expiring(1, ROMEO, soon);
        storedWithCopy(mortal);
        assertSame(mortal, await(store.expired(soon, 10)).get(0));
        assertTrue(await(store.replace(ROMEO, 1, List.of(message(1)), List.of(), Fence.HERE)));
        assertWaits(message(1));
        assertEquals(List.of(1L), archived(ROMEO));
        assertArrayEquals(
                mortal.stanza(),
                await(archive().messages(ROMEO, List.of(1L))).get(0).stanza());
    }

    /** At the end every message and every copy is where the last change of each left it, whole. */
    @Test
    void messagesAndCopiesComeAndGoByThemselves() throws Exception {
        List<CompletionStage<?>> changes = new ArrayList<>();
        Set<Long> waiting = new TreeSet<>();
        Set<Long> archived = new TreeSet<>();
        Random random = new Random(5);
        for (long id = 1; id <= 600; id++) {
            StoredMessage message = message(id);
            boolean copied = random.nextInt(4) > 0;
            changes.add(copied ? appendWithCopy(message, Admission.UNLIMITED) : append(message, Admission.UNLIMITED));
            waiting.add(id);
            if (copied) {
                archived.add(id);
            }
            long earlier = 1 + random.nextInt((int) id);
            switch (random.nextInt(4)) {
                case 0 -> {
                    changes.add(remove(ROMEO, List.of(earlier)));
                    waiting.remove(earlier);
                }
                case 1 -> {
                    changes.forEach(Stages::await);
                    changes.clear();
                    ArchiveQuery one = ArchiveQuery.ALL.after(earlier - 1).before(earlier + 1);
                    assertEquals(archived.remove(earlier) ? 1 : 0, unarchive(ROMEO, one));
                }
                default -> {}
            }
        }
        changes.forEach(Stages::await);
        for (int start = 0; start < 2; start++) {
            assertEquals(List.copyOf(waiting), waiting(ROMEO));
            assertEquals(List.copyOf(archived), archived(ROMEO));
            await(store.page(ROMEO, 0, 10_000, ALL)).forEach(row -> assertSame(message(row.id()), row));
            await(archive().first(ROMEO, ArchiveQuery.ALL, 10_000, ALL))
                    .forEach(copy -> assertArrayEquals(message(copy.id()).stanza(), copy.stanza()));
            restart();
        }
        assertEquals(waiting.size(), Totals.of(store, ROMEO).messages());
        assertEquals(0, await(store.statistics()).quarantined());
    }
}
