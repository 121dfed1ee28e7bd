package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.Appended.Limit;
import im.restante.store.Fence;
import im.restante.store.Owed;
import im.restante.store.OwnerLimit;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** What a store counts for an owner, from all senders together, and how it keeps to a limit of that. */
abstract class TotalsContract extends OwedContract {
    private static final Jid FRIAR = Jid.of("friar@example.org");

    private static Admission messages(long limit, OnFull onFull) {
        return Admission.of(-1, onFull).withTotal(new OwnerLimit(limit, -1));
    }

    private static Admission messages(long limit) {
        return messages(limit, OnFull.REFUSE);
    }

    private static Admission bytes(long limit, OnFull onFull) {
        return Admission.of(-1, onFull).withTotal(new OwnerLimit(-1, limit));
    }

    private static Admission bytes(long limit) {
        return bytes(limit, OnFull.REFUSE);
    }

    /** A message to {@link #ROMEO}. */
    private static StoredMessage sized(long id, Jid sender, int bytes) {
        return message(id, ROMEO, sender, "x".repeat(bytes));
    }

    private static Jid sender(int number) {
        return Jid.of("sender" + number + "@example.org");
    }

    private void taken(StoredMessage message, Admission admission) {
        assertEquals(List.of(), evicted(append(message, admission)));
    }

    private Appended.Full refused(Limit reached, StoredMessage message, Admission admission) {
        Appended.Full full = assertInstanceOf(Appended.Full.class, await(append(message, admission)));
        assertEquals(reached, full.reached());
        return full;
    }

    /** It has counted what is there. */
    private void assertCounted(Jid owner, int messages) {
        List<StoredMessage> all = await(store.page(owner, 0, 10_000, ALL));
        Usage total = Totals.of(store, owner);
        assertEquals(messages, all.size());
        assertEquals(messages, total.messages());
        assertEquals(all.stream().mapToLong(StoredMessage::sizeBytes).sum(), total.bytes());
    }

    // ---- the limit

    @Test
    void keepsExactlyAsManyOfAnOwnerAsTheTotalSays() {
        taken(message(1), messages(3));
        taken(message(2, ROMEO, NURSE), messages(3));
        taken(message(3, ROMEO, NURSE), messages(3));
        Appended.Full full = refused(Limit.OWNER_MESSAGES, message(4, ROMEO, NURSE), messages(3));
        assertEquals(2, full.usage().messages(), "of the pair");
        assertEquals(3, full.total().messages());
        assertEquals(
                message(1).sizeBytes() + 2L * message(2, ROMEO, NURSE).sizeBytes(),
                full.total().bytes());
        refused(Limit.OWNER_MESSAGES, message(4, ROMEO, FRIAR), messages(3));
        taken(message(4, JULIET, NURSE), messages(3));
        taken(message(5, ROMEO, FRIAR), messages(4));
        await(remove(ROMEO, List.of(1L, 5L)));
        taken(message(6, ROMEO, FRIAR), messages(3));
        refused(Limit.OWNER_MESSAGES, message(7, ROMEO, FRIAR), messages(3));
        assertEquals(List.of(2L, 3L, 6L), waiting(ROMEO));
        assertCounted(ROMEO, 3);
    }

    @Test
    void keepsExactlyAsManyBytesOfAnOwnerAsTheTotalSays() {
        taken(sized(1, JULIET, 600), bytes(1_000));
        assertEquals(
                600,
                refused(Limit.OWNER_BYTES, sized(2, NURSE, 401), bytes(1_000))
                        .total()
                        .bytes());
        taken(sized(3, NURSE, 399), bytes(1_000));
        refused(Limit.OWNER_BYTES, sized(4, JULIET, 2), bytes(1_000));
        taken(sized(5, JULIET, 1), bytes(1_000));
        refused(Limit.OWNER_BYTES, sized(6, JULIET, 1), bytes(1_000));
        taken(sized(7, JULIET, 1), bytes(1_001));
        await(remove(ROMEO, List.of(3L)));
        refused(Limit.OWNER_BYTES, sized(8, FRIAR, 399), bytes(1_000));
        taken(sized(9, FRIAR, 398), bytes(1_000));
        assertCounted(ROMEO, 4);
    }

    @Test
    void aTotalOfZeroKeepsNoneAndANegativeOneIsNoLimit() {
        for (OnFull onFull : OnFull.values()) {
            assertEquals(Usage.of(0).withBytes(0), Totals.of(store, ROMEO));
            refused(Limit.OWNER_MESSAGES, message(1), messages(0, onFull));
            refused(Limit.OWNER_BYTES, message(1), bytes(0, onFull));
        }
        assertEquals(List.of(), waiting(ROMEO));
        assertEquals(List.of(), await(store.owners(null, 10)));
        taken(message(1), Admission.of(5, OnFull.REFUSE).withTotal(new OwnerLimit(-7, -7)));
        assertCounted(ROMEO, 1);
    }

    @Test
    void saysTheFirstLimitThatStandsAgainstIt() {
        taken(message(1), Admission.UNLIMITED);
        refused(Limit.PAIR, message(2), Admission.of(1, OnFull.REFUSE).withTotal(new OwnerLimit(1, 1)));
        refused(Limit.OWNER_MESSAGES, message(2), Admission.of(2, OnFull.REFUSE).withTotal(new OwnerLimit(1, 1)));
        refused(Limit.OWNER_BYTES, message(2), Admission.of(2, OnFull.REFUSE).withTotal(new OwnerLimit(2, 1)));
        refused(
                Limit.OWNER_MESSAGES,
                message(2, ROMEO, NURSE),
                Admission.of(1, OnFull.EVICT_OLDEST).withTotal(new OwnerLimit(1, -1)));
    }

    @Test
    void halfIsReservedForThoseWhoGetTheWholeLimit() {
        OwnerLimit whole = new OwnerLimit(10, 1_000_000);
        Admission known = Admission.of(-1, OnFull.REFUSE).withTotal(whole);
        Admission stranger = Admission.of(-1, OnFull.REFUSE).withTotal(whole.half());
        for (long id = 1; id <= 5; id++) {
            taken(message(id, ROMEO, sender((int) id)), stranger);
        }
        refused(Limit.OWNER_MESSAGES, message(6, ROMEO, NURSE), stranger);
        for (long id = 6; id <= 10; id++) {
            taken(message(id), known);
        }
        refused(Limit.OWNER_MESSAGES, message(11), known);
        await(remove(ROMEO, List.of(1L, 2L, 3L, 4L, 5L)));
        refused(Limit.OWNER_MESSAGES, message(12, ROMEO, NURSE), stranger);
        await(remove(ROMEO, List.of(6L)));
        taken(message(13, ROMEO, NURSE), stranger);
        assertCounted(ROMEO, 5);
    }

    @Test
    void whatWasAcceptedBeforeIsTakenWhateverTheTotalAndCounts() {
        taken(message(1), messages(1));
        taken(message(2), Admission.UNLIMITED);
        await(appendAll(List.of(message(3), message(4, ROMEO, NURSE))));
        assertTrue(await(store.replace(ROMEO, 4, List.of(message(5), message(6)), List.of(), Fence.HERE)));
        stored(message(7, NURSE, FRIAR));
        List<StoredMessage> notice = List.of(message(8, ROMEO, NURSE));
        assertTrue(await(store.replace(NURSE, 7, List.of(), notice, Fence.HERE)));
        carryAll();
        assertEquals(List.of(1L, 2L, 3L, 5L, 6L, 8L), waiting(ROMEO));
        assertEquals(
                6,
                refused(Limit.OWNER_MESSAGES, message(9), messages(6)).total().messages());
        taken(message(9), messages(7));
        taken(message(9), messages(1)); // known: no matter of room
        assertCounted(ROMEO, 7);
    }

    private void carryAll() {
        for (List<Owed> rows = await(store.owed(0, 0, 100, ALL));
                !rows.isEmpty();
                rows = await(store.owed(0, 0, 100, ALL))) {
            await(store.takeOwed(0, rows, Fence.HERE));
            await(store.forgetOwed(rows.stream().map(Owed::number).toList(), Fence.HERE));
        }
    }

    // ---- many at once

    @Test
    void concurrentSendersGetExactlyTheMessagesTheOwnerHasRoomFor() throws Exception {
        Admission admission = Admission.of(10, OnFull.REFUSE).withTotal(new OwnerLimit(300, -1));
        AtomicLong id = new AtomicLong();
        AtomicInteger taken = new AtomicInteger();
        concurrently(64, thread -> {
            for (int i = 0; i < 12; i++) {
                StoredMessage message = message(id.incrementAndGet(), ROMEO, sender(thread));
                if (await(append(message, admission)) instanceof Appended.Stored) {
                    taken.incrementAndGet();
                }
            }
        });
        assertEquals(300, taken.get());
        assertCounted(ROMEO, 300);
    }

    @Test
    void concurrentSendersGetExactlyTheBytesTheOwnerHasRoomFor() throws Exception {
        AtomicLong id = new AtomicLong();
        AtomicLong taken = new AtomicLong();
        List<String> wrong = Collections.synchronizedList(new ArrayList<>());
        concurrently(64, thread -> {
            for (int i = 0; i < 12; i++) {
                StoredMessage message = sized(id.incrementAndGet(), sender(thread), 100 + 10 * (thread % 7));
                Appended answer = await(append(message, bytes(30_005)));
                if (answer instanceof Appended.Stored) {
                    taken.addAndGet(message.sizeBytes());
                } else if (((Appended.Full) answer).total().bytes() + message.sizeBytes() <= 30_005) {
                    wrong.add(answer.toString());
                }
            }
        });
        assertEquals(List.of(), wrong, "refused although there was room");
        assertTrue(taken.get() <= 30_005 && taken.get() + 160 > 30_005, "bytes taken: " + taken);
        assertEquals(taken.get(), Totals.of(store, ROMEO).bytes());
        assertCounted(ROMEO, waiting(ROMEO).size());
    }

    @Test
    void concurrentStrangersLeaveTheReserve() throws Exception {
        OwnerLimit whole = new OwnerLimit(200, -1);
        AtomicLong id = new AtomicLong();
        AtomicInteger strangers = new AtomicInteger();
        concurrently(64, thread -> {
            boolean isKnown = thread % 2 == 0;
            Admission admission = Admission.of(-1, OnFull.REFUSE).withTotal(isKnown ? whole : whole.half());
            for (int i = 0; i < 12; i++) {
                StoredMessage message = message(id.incrementAndGet(), ROMEO, sender(thread));
                if (await(append(message, admission)) instanceof Appended.Stored && !isKnown) {
                    strangers.incrementAndGet();
                }
            }
        });
        assertCounted(ROMEO, 200);
        assertTrue(strangers.get() <= 100, "strangers' messages: " + strangers);
    }

    @Test
    void queuedAppendsGetExactlyTheTotalInTheirOrder() {
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 1; id <= 250; id++) {
            answers.add(append(message(id, ROMEO, sender((int) (id % 9))), messages(100)));
        }
        for (int i = 0; i < 250; i++) {
            Appended answer = await(answers.get(i));
            assertEquals(i < 100, answer instanceof Appended.Stored, "append " + i + " was answered " + answer);
        }
        assertCounted(ROMEO, 100);
    }

    // ---- making room

    @Test
    void theOldestOfTheSameSenderMakesRoomInTheTotal() {
        Admission three = messages(3, OnFull.EVICT_OLDEST);
        taken(message(1, ROMEO, NURSE), three);
        taken(message(2), three);
        taken(message(3), three);
        assertEquals(List.of(2L), evicted(append(message(4), three)));
        assertEquals(List.of(1L), evicted(append(message(5, ROMEO, NURSE), three)));
        assertEquals(
                3,
                refused(Limit.OWNER_MESSAGES, message(6, ROMEO, FRIAR), three)
                        .total()
                        .messages());
        assertEquals(List.of(3L, 4L, 5L), waiting(ROMEO), "who has none waiting takes nobody's place");
        assertCounted(ROMEO, 3);
        assertEquals(2, counted(ROMEO, JULIET));
        assertEquals(1, counted(ROMEO, NURSE));
    }

    @Test
    void asManyOfTheSenderMakeRoomAsTheBytesTakeAndNoneIfThatIsNotEnough() {
        Admission limit = bytes(1_000, OnFull.EVICT_OLDEST);
        taken(sized(1, NURSE, 500), limit);
        for (long id = 2; id <= 6; id++) {
            taken(sized(id, JULIET, 100), limit);
        }
        refused(Limit.OWNER_BYTES, sized(7, JULIET, 501), limit);
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L, 6L), waiting(ROMEO));
        assertEquals(5, counted(ROMEO, JULIET));
        assertEquals(List.of(2L, 3L, 4L), evicted(append(sized(8, JULIET, 250), limit)));
        refused(Limit.OWNER_BYTES, sized(9, JULIET, 1_001), limit);
        assertEquals(List.of(5L, 6L, 8L), evicted(append(sized(10, JULIET, 500), limit)));
        assertEquals(List.of(1L, 10L), waiting(ROMEO));
        assertCounted(ROMEO, 2);
    }

    @Test
    void bothLimitsMakeRoomInOneStep() {
        LongStream.rangeClosed(1, 6).forEach(id -> stored(sized(id, JULIET, 100)));
        stored(sized(7, NURSE, 100));
        Admission both = Admission.of(5, OnFull.EVICT_OLDEST).withTotal(new OwnerLimit(100, 450));
        assertEquals(List.of(1L, 2L, 3L, 4L), evicted(append(sized(8, JULIET, 150), both)));
        assertEquals(List.of(5L, 6L, 7L, 8L), waiting(ROMEO));
        assertCounted(ROMEO, 4);
    }

    @Test
    void queuedAppendsThatEvictForTheTotalLeaveTheLastOnes() {
        LongStream.rangeClosed(1, 4).forEach(id -> stored(message(id, ROMEO, NURSE)));
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 11; id <= 310; id++) {
            answers.add(append(message(id), messages(10, OnFull.EVICT_OLDEST)));
            answers.add(append(sized(1_000 + id, FRIAR, 5_000), bytes(5_000, OnFull.EVICT_OLDEST)));
        }
        List<Long> gone = new ArrayList<>();
        for (int i = 0; i < answers.size(); i += 2) {
            gone.addAll(evicted(answers.get(i)));
            assertInstanceOf(Appended.Full.class, await(answers.get(i + 1)), "others have taken the room");
        }
        assertEquals(LongStream.rangeClosed(11, 304).boxed().toList(), gone);
        assertEquals(List.of(1L, 2L, 3L, 4L, 305L, 306L, 307L, 308L, 309L, 310L), waiting(ROMEO));
        assertCounted(ROMEO, 10);
    }

    @Test
    void concurrentSendersThatEvictKeepToTheTotal() throws Exception {
        AtomicLong id = new AtomicLong();
        AtomicInteger stored = new AtomicInteger();
        AtomicInteger gone = new AtomicInteger();
        concurrently(64, thread -> {
            for (int i = 0; i < 12; i++) {
                int size = 50 + id.intValue() % 50;
                Appended answer = await(append(
                        sized(id.incrementAndGet(), sender(thread), size),
                        Admission.of(3, OnFull.EVICT_OLDEST).withTotal(new OwnerLimit(50, 4_000))));
                if (answer instanceof Appended.Stored taken) {
                    stored.incrementAndGet();
                    gone.addAndGet(taken.evicted().size());
                }
            }
        });
        assertCounted(ROMEO, stored.get() - gone.get());
        assertTrue(Totals.of(store, ROMEO).messages() <= 50);
        assertTrue(Totals.of(store, ROMEO).bytes() <= 4_000);
    }

    // ---- counting

    @Test
    void totalsFollowEveryWayInAndOutAndStay() throws Exception {
        for (int start = 0; start < 2; start++) {
            long id = start * 100L;
            stored(sized(id + 1, JULIET, 10));
            stored(sized(id + 1, JULIET, 11)); // known
            stored(sized(id + 2, NURSE, 20));
            assertCounted(ROMEO, 2);
            await(appendAll(
                    List.of(sized(id + 3, JULIET, 30), sized(id + 2, NURSE, 21), message(id + 3, JULIET, ROMEO))));
            assertCounted(ROMEO, 3);
            assertCounted(JULIET, 1);
            await(remove(ROMEO, List.of(id + 1, id + 1, id + 99)));
            await(remove(JULIET, List.of(id + 2)));
            assertCounted(ROMEO, 2);
            assertTrue(await(store.replace(ROMEO, id + 2, List.of(sized(id + 2, NURSE, 200)), List.of(), Fence.HERE)));
            assertCounted(ROMEO, 2);
            assertTrue(await(store.replace(
                    ROMEO,
                    id + 2,
                    List.of(sized(id + 4, NURSE, 40), sized(id + 5, JULIET, 50)),
                    List.of(message(id + 6, JULIET, NURSE)),
                    Fence.HERE)));
            carryAll();
            assertCounted(ROMEO, 3);
            assertCounted(JULIET, 2);
            Admission two = Admission.of(2, OnFull.EVICT_OLDEST).withTotal(new OwnerLimit(50, 5_000));
            assertEquals(List.of(id + 3), evicted(append(sized(id + 7, JULIET, 70), two)));
            assertCounted(ROMEO, 3);
            restart();
            assertCounted(ROMEO, 3);
            assertCounted(JULIET, 2);
            await(remove(ROMEO, waiting(ROMEO)));
            await(remove(JULIET, waiting(JULIET)));
            assertEquals(Usage.of(0).withBytes(0), Totals.of(store, ROMEO));
            assertEquals(Usage.of(0).withBytes(0), Totals.of(store, JULIET));
        }
    }

    @Test
    void theTotalHoldsAfterARestart() throws Exception {
        LongStream.rangeClosed(1, 4).forEach(id -> taken(message(id, ROMEO, sender((int) id)), messages(4)));
        restart();
        refused(Limit.OWNER_MESSAGES, message(5), messages(4));
        await(remove(ROMEO, List.of(2L)));
        restart();
        taken(message(6), messages(4));
        refused(Limit.OWNER_MESSAGES, message(7), messages(4));
        assertCounted(ROMEO, 4);
    }

    @Test
    void totalsAreRightWhereAppendsReplacementsAndRemovalsMeet() throws Exception {
        AtomicLong id = new AtomicLong();
        concurrently(12, thread -> {
            for (int i = 0; i < 25; i++) {
                long mine = id.addAndGet(10);
                StoredMessage first = sized(mine, sender(thread), 10 + i);
                CompletionStage<Appended> appended = append(first, messages(40));
                CompletionStage<Void> removed = thread % 3 == 0 ? remove(ROMEO, List.of(mine)) : null;
                boolean isStored = await(appended) instanceof Appended.Stored;
                if (removed != null) {
                    await(removed);
                } else if (isStored && thread % 3 == 1) {
                    await(store.replace(
                            ROMEO, mine, List.of(sized(mine + 1, sender(thread), 90)), List.of(), Fence.HERE));
                } else if (isStored) {
                    await(remove(ROMEO, List.of(mine)));
                }
            }
        });
        assertCounted(ROMEO, waiting(ROMEO).size());
    }
}
