package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.assertFenced;
import static im.restante.itests.contract.Stages.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageKind;
import im.restante.store.SenderUsage;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * What a {@link MessageStore} does. Extend it and say how to open a store on an empty place, how to close it, and how to open
 * the same place again.
 */
public abstract class MessageStoreContract extends TotalsContract {
    @Test
    void storesNothingThatWasWithdrawnBefore() {
        Claim withdrawn = new Claim();
        assertTrue(withdrawn.withdraw());
        Admission one = Admission.of(1, OnFull.EVICT_OLDEST);
        stored(message(1));
        assertEquals(Appended.WITHDRAWN, await(store.append(message(2), one, Fence.HERE, withdrawn)));
        assertEquals(List.of(1L), waiting(ROMEO), "nor has it cost anybody his place");
        assertEquals(1, await(store.usage(ROMEO, JULIET)).messages());
        assertEquals(1, await(store.statistics()).largestId());
    }

    @Test
    void whatWasStoredCannotBeWithdrawnAnyMore() {
        Claim claim = new Claim();
        assertEquals(List.of(), evicted(store.append(message(1), Admission.UNLIMITED, Fence.HERE, claim)));
        assertFalse(claim.withdraw());
        assertEquals(List.of(1L), waiting(ROMEO));
    }

    @Test
    void withdrawnAtAnyMomentItIsEitherStoredOrNeverWillBe() throws Exception {
        Random random = new Random(11);
        List<Claim> claims = new ArrayList<>();
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        Set<Long> withdrawn = new TreeSet<>();
        for (long id = 1; id <= 2_000; id++) {
            claims.add(new Claim());
            answers.add(store.append(message(id), Admission.UNLIMITED, Fence.HERE, claims.get((int) id - 1)));
            int earlier = random.nextInt((int) id);
            if (claims.get(earlier).withdraw()) {
                withdrawn.add(earlier + 1L);
            }
        }
        for (long id = 1; id <= 2_000; id++) {
            Appended answer = await(answers.get((int) id - 1));
            assertEquals(withdrawn.contains(id), answer instanceof Appended.Withdrawn, "message " + id);
        }
        List<Long> stored = LongStream.rangeClosed(1, 2_000)
                .filter(id -> !withdrawn.contains(id))
                .boxed()
                .toList();
        assertEquals(stored, waiting(ROMEO));
        assertEquals(stored.size(), await(store.usage(ROMEO, JULIET)).messages());
        restart();
        assertEquals(stored, waiting(ROMEO));
    }

    @Test
    void idsAreUniqueForAnOwnerNotForAll() throws Exception {
        Instant soon = NOON.plusSeconds(1);
        for (Jid owner : List.of(ROMEO, JULIET, NURSE)) {
            stored(expiring(7, owner, soon));
            stored(message(8, owner, NURSE));
            stored(message(8, owner, NURSE));
        }
        await(appendAll(List.of(message(8, ROMEO, NURSE), message(8, Jid.of("tybalt@example.org"), NURSE))));
        restart();
        stored(message(8, JULIET, NURSE));
        for (Jid owner : List.of(ROMEO, JULIET, NURSE)) {
            assertEquals(List.of(7L, 8L), waiting(owner));
            assertEquals(1, await(store.usage(owner, NURSE)).messages());
        }
        assertEquals(7, await(store.statistics()).messages());
        Set<Jid> ended = new HashSet<>();
        await(store.expired(soon, 10)).forEach(row -> ended.add(row.owner()));
        assertEquals(Set.of(ROMEO, JULIET, NURSE), ended);
        await(remove(ROMEO, List.of(8L)));
        assertTrue(await(store.replace(ROMEO, 7, List.of(message(9, ROMEO, NURSE)), List.of(), Fence.HERE)));
        assertEquals(List.of(9L), waiting(ROMEO));
        assertEquals(List.of(7L, 8L), waiting(JULIET), "another's are others");
        assertEquals(List.of(8L), evicted(append(message(10, JULIET, NURSE), Admission.of(1, OnFull.EVICT_OLDEST))));
        assertEquals(List.of(7L, 10L), waiting(JULIET));
        assertEquals(List.of(7L, 8L), waiting(NURSE));
        assertEquals(1, await(store.usage(NURSE, NURSE)).messages());
    }

    /** Stored and removed in one go, with the same ids for other owners between. */
    @Test
    void whatIsDoneForOneOwnerLeavesTheSameIdsOfOthersAlone() {
        List<CompletionStage<?>> answers = new ArrayList<>();
        for (long id = 1; id <= 200; id++) {
            answers.add(append(message(id), Admission.UNLIMITED));
            answers.add(append(message(id, NURSE, JULIET), Admission.UNLIMITED));
            answers.add(remove(NURSE, List.of(id)));
        }
        answers.forEach(Stages::await);
        assertEquals(LongStream.rangeClosed(1, 200).boxed().toList(), waiting(ROMEO));
        assertEquals(List.of(), waiting(NURSE));
        assertEquals(200, await(store.statistics()).messages());
    }

    @Test
    void aWrongEpochChangesNothing() throws Exception {
        stored(message(1));
        StoreStatistics before = await(store.statistics());
        for (Fence wrong : List.of(new Fence(0, Long.MAX_VALUE), new Fence(1_000, 0), new Fence(1_000, 1))) {
            Claim claim = new Claim();
            assertFenced(store.append(message(2), Admission.of(1, OnFull.EVICT_OLDEST), wrong, claim));
            assertTrue(claim.withdraw(), "it was not even begun with");
            assertFenced(store.appendAll(List.of(message(2), message(3)), wrong));
            assertFenced(store.remove(ROMEO, List.of(1L), wrong));
            assertFenced(store.replace(ROMEO, 1, List.of(message(4)), List.of(), wrong));
        }
        assertEquals(List.of(1L), waiting(ROMEO));
        assertEquals(before, await(store.statistics()));
        restart();
        assertEquals(List.of(1L), waiting(ROMEO));
        stored(message(2));
    }

    @Test
    void aWrongEpochSpoilsNothingForItsNeighbours() {
        List<CompletionStage<Appended>> right = new ArrayList<>();
        List<CompletionStage<Appended>> wrong = new ArrayList<>();
        for (long id = 1; id <= 500; id++) {
            boolean isRight = id % 7 != 0;
            CompletionStage<Appended> answer = store.append(
                    message(id),
                    Admission.UNLIMITED,
                    isRight ? Fence.HERE : new Fence(0, Long.MAX_VALUE),
                    Claim.NEVER_WITHDRAWN);
            (isRight ? right : wrong).add(answer);
        }
        right.forEach(answer -> assertEquals(List.of(), evicted(answer)));
        wrong.forEach(Stages::assertFenced);
        assertEquals(
                LongStream.rangeClosed(1, 500).filter(id -> id % 7 != 0).boxed().toList(), waiting(ROMEO));
    }

    @Test
    void idsThatWereReservedAreNotGivenAgainAfterARestart() throws Exception {
        stored(message(5));
        long reserved = await(store.reserveIds(1_000));
        if (reserved == 0) {
            return; // nothing of it outlives this store
        }
        assertEquals(1_000, reserved);
        assertEquals(1_000, await(store.reserveIds(900)), "less changes nothing");
        assertEquals(5, await(store.statistics()).largestId(), "it goes on below");
        stored(message(7));
        restart();
        assertEquals(999, await(store.statistics()).largestId());
        assertEquals(List.of(5L, 7L), waiting(ROMEO));
        stored(message(7));
        stored(message(8));
        assertEquals(List.of(5L, 7L, 8L), waiting(ROMEO));
        restart();
        assertEquals(999, await(store.statistics()).largestId());
        stored(message(2_000));
        restart();
        assertEquals(2_000, await(store.statistics()).largestId());
    }

    @Test
    void takesWhatAnotherStoreHadWhateverTheLimitsAndOnlyOnce() throws Exception {
        evicted(append(message(700), Admission.of(1, OnFull.REFUSE)));
        List<StoredMessage> moved = new ArrayList<>();
        for (long id = 1_000; id > 0; id--) {
            moved.add(message(id, id % 2 == 0 ? ROMEO : NURSE, JULIET));
        }
        await(appendAll(moved));
        await(appendAll(moved.subList(300, 600)));
        await(appendAll(List.of()));
        restart();
        assertEquals(LongStream.rangeClosed(1, 500).map(n -> 2 * n).boxed().toList(), waiting(ROMEO));
        assertEquals(500, waiting(NURSE).size());
        assertEquals(500, await(store.usage(ROMEO, JULIET)).messages());
        assertEquals(500, await(store.usage(NURSE, JULIET)).messages());
        StoreStatistics figures = await(store.statistics());
        assertEquals(1_000, figures.messages());
        assertEquals(1_000, figures.largestId());
        long bytes = moved.stream().mapToLong(StoredMessage::sizeBytes).sum();
        assertTrue(figures.bytes() == bytes || figures.bytes() == -1, "all of them or none: " + figures);
    }

    // ---- append and page

    @Test
    void givesBackWhatWasStored() {
        StoredMessage plain = message(7);
        StoredMessage other = StoredMessage.of(
                        9,
                        ROMEO,
                        NURSE,
                        NOON,
                        "<message><body>\u00e9 \ud83d\udc8c &amp;</body></message>".getBytes(UTF_8))
                .withExpiresAt(NOON.plusSeconds(60))
                .withKind(MessageKind.RETURNED);
        stored(plain);
        stored(other);
        List<StoredMessage> page = await(store.page(ROMEO, 0, 10, ALL));
        assertEquals(2, page.size());
        assertSame(plain, page.get(0));
        assertSame(other, page.get(1));
    }

    /** Also one of a newer version. */
    @Test
    void keepsEveryKind() {
        List<MessageKind> kinds = new ArrayList<>(MessageKind.KNOWN);
        kinds.add(MessageKind.of(100));
        long id = 1;
        for (MessageKind kind : kinds) {
            stored(StoredMessage.of(id++, ROMEO, JULIET, NOON, new byte[] {'x'}).withKind(kind));
        }
        assertEquals(
                kinds,
                await(store.page(ROMEO, 0, 100, ALL)).stream()
                        .map(StoredMessage::kind)
                        .toList());
    }

    @Test
    void pagesOldestFirstWhateverTheOrderOfArrival() {
        for (long id : List.of(30L, 10L, 20L, Long.MAX_VALUE, 1L)) {
            stored(message(id));
        }
        assertEquals(List.of(1L, 10L, 20L, 30L, Long.MAX_VALUE), waiting(ROMEO));
    }

    @Test
    void pagesBehindAnId() {
        LongStream.rangeClosed(1, 5).forEach(id -> stored(message(id * 10)));
        assertEquals(List.of(30L, 40L, 50L), ids(await(store.page(ROMEO, 20, 10, ALL))));
        assertEquals(List.of(30L, 40L, 50L), ids(await(store.page(ROMEO, 29, 10, ALL))));
        assertEquals(List.of(), ids(await(store.page(ROMEO, 50, 10, ALL))));
    }

    @Test
    void pagesAtMostSoManyRows() {
        LongStream.rangeClosed(1, 5).forEach(id -> stored(message(id)));
        assertEquals(List.of(1L, 2L), ids(await(store.page(ROMEO, 0, 2, ALL))));
        assertEquals(List.of(3L, 4L), ids(await(store.page(ROMEO, 2, 2, ALL))));
        assertEquals(List.of(5L), ids(await(store.page(ROMEO, 4, 2, ALL))));
    }

    @Test
    void pagesAtMostSoManyBytesButAtLeastOneMessage() {
        for (long id = 1; id <= 4; id++) {
            stored(message(id, ROMEO, JULIET, "x".repeat(100)));
        }
        assertEquals(List.of(1L, 2L), ids(await(store.page(ROMEO, 0, 10, 200))));
        assertEquals(List.of(1L, 2L), ids(await(store.page(ROMEO, 0, 10, 299))));
        assertEquals(List.of(1L, 2L, 3L), ids(await(store.page(ROMEO, 0, 10, 300))));
        assertEquals(List.of(1L), ids(await(store.page(ROMEO, 0, 10, 1))));
        assertEquals(List.of(4L), ids(await(store.page(ROMEO, 3, 10, 0))));
    }

    @Test
    void aGreatBacklogComesInPagesThatAreFull() {
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 1; id <= 1_000; id++) {
            answers.add(append(message(id, ROMEO, JULIET, "x".repeat(100)), Admission.UNLIMITED));
        }
        answers.forEach(Stages::await);
        assertEquals(LongStream.rangeClosed(1, 700).boxed().toList(), ids(await(store.page(ROMEO, 0, 700, ALL))));
        assertEquals(LongStream.rangeClosed(6, 305).boxed().toList(), ids(await(store.page(ROMEO, 5, 700, 30_050))));
        assertEquals(LongStream.rangeClosed(1, 1_000).boxed().toList(), waiting(ROMEO));
    }

    @Test
    void pagesNeverRemove() {
        stored(message(1));
        assertEquals(List.of(1L), waiting(ROMEO));
        assertEquals(List.of(1L), waiting(ROMEO));
    }

    @Test
    void keepsOwnersApart() {
        stored(message(1, ROMEO, JULIET));
        stored(message(2, NURSE, JULIET));
        assertEquals(List.of(1L), waiting(ROMEO));
        assertEquals(List.of(2L), waiting(NURSE));
        assertEquals(List.of(), waiting(JULIET));
    }

    @Test
    void showsTheAppendsOfOneCallerInTheOrderOfTheCalls() throws Exception {
        int count = 3_000;
        AtomicBoolean done = new AtomicBoolean();
        List<Integer> gaps = Collections.synchronizedList(new ArrayList<>());
        Thread reader = new Thread(() -> {
            while (!done.get()) {
                List<Long> seen = waiting(ROMEO);
                for (int i = 0; i < seen.size(); i++) {
                    if (seen.get(i) != i + 1) {
                        gaps.add(i);
                        return;
                    }
                }
            }
        });
        reader.start();
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 1; id <= count; id++) {
            answers.add(append(message(id), Admission.UNLIMITED));
        }
        answers.forEach(Stages::await);
        done.set(true);
        reader.join();
        assertEquals(List.of(), gaps);
        assertEquals(count, waiting(ROMEO).size());
    }

    @Test
    void appendingAKnownIdDoesNothing() {
        stored(message(1));
        stored(message(1, ROMEO, JULIET, "<message>another</message>"));
        List<StoredMessage> page = await(store.page(ROMEO, 0, 10, ALL));
        assertEquals(1, page.size());
        assertSame(message(1), page.get(0));
        assertEquals(1, counted(ROMEO, JULIET));
        assertEquals(1, await(store.statistics()).messages());
    }

    @Test
    void appendingAKnownIdIsNoMatterOfRoom() {
        Admission one = Admission.of(1, OnFull.REFUSE);
        assertEquals(List.of(), evicted(append(message(1), one)));
        assertEquals(List.of(), evicted(append(message(1), one)));
        assertEquals(List.of(), evicted(append(message(1), Admission.of(1, OnFull.EVICT_OLDEST))));
        assertEquals(List.of(1L), waiting(ROMEO));
    }

    @Test
    void anIdOfferedManyTimesAtOnceIsStoredOnce() {
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            answers.add(append(message(1 + i % 4), Admission.UNLIMITED));
        }
        answers.forEach(answer -> assertEquals(List.of(), evicted(answer)));
        assertEquals(List.of(1L, 2L, 3L, 4L), waiting(ROMEO));
        assertEquals(4, counted(ROMEO, JULIET));
        assertEquals(4, await(store.statistics()).messages());
    }

    @Test
    void anIdRemovedMayBeStoredAgain() {
        stored(message(5));
        CompletionStage<Void> removed = remove(ROMEO, List.of(5L));
        CompletionStage<Appended> again = append(message(5), Admission.UNLIMITED);
        await(removed);
        assertEquals(List.of(), evicted(again));
        assertEquals(List.of(5L), waiting(ROMEO));
        assertEquals(1, counted(ROMEO, JULIET));
    }

    // ---- limits

    @Test
    void keepsExactlyAsManyAsTheLimitSays() {
        Admission three = Admission.of(3, OnFull.REFUSE);
        for (long id = 1; id <= 3; id++) {
            assertEquals(List.of(), evicted(append(message(id), three)));
        }
        Appended.Full full = assertInstanceOf(Appended.Full.class, await(append(message(4), three)));
        assertEquals(3, full.usage().messages());
        assertEquals(List.of(1L, 2L, 3L), waiting(ROMEO));
        assertEquals(List.of(), evicted(append(message(5, ROMEO, NURSE), three)), "another pair has its own");
        assertEquals(List.of(), evicted(append(message(6), Admission.of(4, OnFull.REFUSE))), "a higher limit");
        await(remove(ROMEO, List.of(1L, 2L)));
        assertEquals(List.of(), evicted(append(message(7), three)), "room was made");
        assertEquals(3, counted(ROMEO, JULIET));
    }

    @Test
    void aLimitOfZeroKeepsNone() {
        for (OnFull onFull : OnFull.values()) {
            Appended answer = await(append(message(1), Admission.of(0, onFull)));
            assertEquals(
                    0, assertInstanceOf(Appended.Full.class, answer).usage().messages());
        }
        assertEquals(List.of(), waiting(ROMEO));
        assertEquals(0, counted(ROMEO, JULIET));
        assertEquals(List.of(), await(store.owners(null, 10)));
        assertEquals(0, await(store.statistics()).messages());
    }

    @Test
    void aNegativeLimitIsNone() {
        Admission one = Admission.of(1, OnFull.REFUSE);
        assertEquals(List.of(), evicted(append(message(1), one)));
        for (long id = 2; id <= 150; id++) {
            assertEquals(List.of(), evicted(append(message(id), Admission.of(-5, OnFull.REFUSE))));
        }
        assertEquals(150, counted(ROMEO, JULIET), "what has no limit still counts");
        assertInstanceOf(Appended.Full.class, await(append(message(151), one)));
    }

    @Test
    void concurrentSendersGetExactlyTheRoomThereIs() throws Exception {
        int senders = 64;
        int each = 20;
        AtomicLong id = new AtomicLong();
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger full = new AtomicInteger();
        concurrently(senders, thread -> {
            for (int i = 0; i < each; i++) {
                Appended answer = await(append(message(id.incrementAndGet()), Admission.of(100, OnFull.REFUSE)));
                (answer instanceof Appended.Stored ? taken : full).incrementAndGet();
            }
        });
        assertEquals(100, taken.get());
        assertEquals(senders * each - 100, full.get());
        assertEquals(100, waiting(ROMEO).size());
        assertEquals(100, counted(ROMEO, JULIET));
        assertEquals(100, await(store.usage(ROMEO)).messages());
        assertEquals(100, await(store.statistics()).messages());
    }

    @Test
    void queuedAppendsGetExactlyTheRoomThereIsInTheirOrder() {
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 1; id <= 250; id++) {
            answers.add(append(message(id), Admission.of(100, OnFull.REFUSE)));
        }
        for (int i = 0; i < 250; i++) {
            Appended answer = await(answers.get(i));
            assertEquals(i < 100, answer instanceof Appended.Stored, "append " + i + " was answered " + answer);
        }
        assertEquals(LongStream.rangeClosed(1, 100).boxed().toList(), waiting(ROMEO));
        assertEquals(100, counted(ROMEO, JULIET));
    }

    @Test
    void theOldestOfThePairMakesRoom() {
        Admission two = Admission.of(2, OnFull.EVICT_OLDEST);
        stored(message(1, ROMEO, NURSE));
        assertEquals(List.of(), evicted(append(message(2), two)));
        assertEquals(List.of(), evicted(append(message(3), two)));
        assertEquals(List.of(2L), evicted(append(message(4), two)));
        assertEquals(List.of(1L, 3L, 4L), waiting(ROMEO), "the other pair's older message stays");
        assertEquals(2, counted(ROMEO, JULIET));
        assertEquals(1, counted(ROMEO, NURSE));
        assertEquals(3, await(store.statistics()).messages());
    }

    @Test
    void asManyMakeRoomAsItTakes() {
        LongStream.rangeClosed(1, 50).forEach(id -> stored(message(id)));
        List<Long> gone = evicted(append(message(51), Admission.of(3, OnFull.EVICT_OLDEST)));
        assertEquals(LongStream.rangeClosed(1, 48).boxed().toList(), gone);
        assertEquals(List.of(49L, 50L, 51L), waiting(ROMEO));
        assertEquals(3, counted(ROMEO, JULIET));
        assertEquals(3, await(store.statistics()).messages());
    }

    @Test
    void queuedAppendsThatEvictLeaveTheLastOnes() {
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 1; id <= 300; id++) {
            answers.add(append(message(id), Admission.of(10, OnFull.EVICT_OLDEST)));
        }
        List<Long> gone = new ArrayList<>();
        answers.forEach(answer -> gone.addAll(evicted(answer)));
        assertEquals(LongStream.rangeClosed(1, 290).boxed().toList(), gone);
        assertEquals(LongStream.rangeClosed(291, 300).boxed().toList(), waiting(ROMEO));
        assertEquals(10, counted(ROMEO, JULIET));
        assertEquals(10, await(store.statistics()).messages());
    }

    @Test
    void nothingIsEvictedForWhatHasNoLimitOrIsRefused() {
        Admission two = Admission.of(2, OnFull.EVICT_OLDEST);
        LongStream.rangeClosed(1, 2).forEach(id -> evicted(append(message(id), two)));
        LongStream.rangeClosed(3, 5).forEach(id -> stored(message(id)));
        assertInstanceOf(Appended.Full.class, await(append(message(6), Admission.of(2, OnFull.REFUSE))));
        assertEquals(List.of(1L, 2L, 3L, 4L, 5L), waiting(ROMEO));
    }

    @Test
    void theProofOfWhatWasEvictedMeanwhileTakesNothingElse() {
        Admission two = Admission.of(2, OnFull.EVICT_OLDEST);
        LongStream.rangeClosed(1, 2).forEach(id -> evicted(append(message(id), two)));
        List<Long> handedOver = waiting(ROMEO);
        assertEquals(List.of(1L), evicted(append(message(3), two)));
        await(remove(ROMEO, handedOver));
        assertEquals(List.of(3L), waiting(ROMEO));
        assertEquals(1, counted(ROMEO, JULIET));
        assertEquals(1, await(store.statistics()).messages());
    }

    @Test
    void concurrentSendersThatEvictLeaveExactlyTheLimit() throws Exception {
        AtomicLong id = new AtomicLong();
        Set<Long> gone = Collections.synchronizedSet(new HashSet<>());
        AtomicInteger evictions = new AtomicInteger();
        concurrently(16, thread -> {
            for (int i = 0; i < 25; i++) {
                List<Long> now = evicted(append(message(id.incrementAndGet()), Admission.of(10, OnFull.EVICT_OLDEST)));
                gone.addAll(now);
                evictions.addAndGet(now.size());
            }
        });
        List<Long> left = waiting(ROMEO);
        assertEquals(10, left.size());
        assertEquals(10, counted(ROMEO, JULIET));
        assertEquals(390, evictions.get());
        assertEquals(390, gone.size(), "none makes room twice");
        assertTrue(Collections.disjoint(gone, left));
    }

    // ---- remove

    @Test
    void countersFollowRemovals() {
        LongStream.rangeClosed(1, 10).forEach(id -> stored(message(id, ROMEO, id % 2 == 0 ? JULIET : NURSE)));
        await(remove(ROMEO, List.of(2L, 3L, 4L)));
        assertEquals(List.of(1L, 5L, 6L, 7L, 8L, 9L, 10L), waiting(ROMEO));
        assertEquals(3, counted(ROMEO, JULIET));
        assertEquals(4, counted(ROMEO, NURSE));
        assertEquals(7, await(store.usage(ROMEO)).messages());
        assertEquals(7, await(store.statistics()).messages());
    }

    @Test
    void removingIsHarmlessWhenRepeated() {
        stored(message(1));
        stored(message(2));
        await(remove(ROMEO, List.of(1L, 99L, 1L)));
        await(remove(ROMEO, List.of(1L)));
        await(remove(ROMEO, List.of()));
        assertEquals(List.of(2L), waiting(ROMEO));
        assertEquals(1, counted(ROMEO, JULIET));
        assertEquals(1, await(store.statistics()).messages());
    }

    @Test
    void removesOnlyTheOwnersMessages() {
        stored(message(1, ROMEO, JULIET));
        stored(message(2, NURSE, JULIET));
        await(remove(ROMEO, List.of(1L, 2L)));
        assertEquals(List.of(), waiting(ROMEO));
        assertEquals(List.of(2L), waiting(NURSE));
        assertEquals(1, counted(NURSE, JULIET));
    }

    @Test
    void removesThousandsInOneCall() {
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 1; id <= 3_000; id++) {
            answers.add(append(message(id), Admission.UNLIMITED));
        }
        answers.forEach(Stages::await);
        await(remove(ROMEO, LongStream.rangeClosed(1, 2_999).boxed().toList()));
        assertEquals(List.of(3_000L), waiting(ROMEO));
        assertEquals(1, counted(ROMEO, JULIET));
    }

    @Test
    void appendsPagesAndRemovalsGoTogether() throws Exception {
        int senders = 8;
        int each = 200;
        AtomicLong id = new AtomicLong();
        AtomicInteger sending = new AtomicInteger(senders);
        List<Long> drained = Collections.synchronizedList(new ArrayList<>());
        concurrently(senders + 1, thread -> {
            if (thread < senders) {
                Jid sender = Jid.of("sender" + thread + "@example.org");
                for (int i = 0; i < each; i++) {
                    await(append(message(id.incrementAndGet(), ROMEO, sender), Admission.of(each, OnFull.REFUSE)));
                }
                sending.decrementAndGet();
                return;
            }
            while (true) {
                boolean last = sending.get() == 0;
                List<Long> page = ids(await(store.page(ROMEO, 0, 50, ALL)));
                drained.addAll(page);
                await(remove(ROMEO, page));
                if (last && page.isEmpty()) {
                    return;
                }
            }
        });
        assertEquals(senders * each, drained.size());
        assertEquals(senders * each, new HashSet<>(drained).size(), "none comes twice");
        assertEquals(List.of(), await(store.senders(ROMEO, 100)));
        assertEquals(0, await(store.statistics()).messages());
    }

    // ---- figures

    @Test
    void usageOfAnOwnerHasNumberBytesAndTheOldest() {
        assertEquals(0, await(store.usage(ROMEO)).messages());
        assertNull(await(store.usage(ROMEO)).oldest());
        stored(message(1, ROMEO, JULIET, "\u00e9".repeat(10)));
        stored(message(2, ROMEO, NURSE, "x".repeat(15)));
        Usage usage = await(store.usage(ROMEO));
        assertEquals(2, usage.messages());
        assertTrue(usage.bytes() == 35 || usage.bytes() == -1, "bytes: " + usage.bytes());
        assertTrue(usage.oldest() == null || usage.oldest().equals(NOON.plusMillis(1)), "oldest: " + usage.oldest());
    }

    @Test
    void usageOfAPairIsThatOfThePair() {
        stored(message(1, ROMEO, JULIET));
        stored(message(2, ROMEO, NURSE));
        stored(message(3, ROMEO, NURSE));
        assertEquals(2, counted(ROMEO, NURSE));
        assertEquals(1, counted(ROMEO, JULIET));
        assertEquals(0, counted(NURSE, ROMEO));
    }

    @Test
    void sendersComeWithTheGreatestFirst() {
        Jid friar = Jid.of("friar@example.org");
        long id = 1;
        for (Jid sender : List.of(JULIET, NURSE, NURSE, friar, friar, friar)) {
            stored(message(id++, ROMEO, sender));
        }
        assertEquals(
                List.of(SenderUsage.of(friar, 3), SenderUsage.of(NURSE, 2), SenderUsage.of(JULIET, 1)),
                await(store.senders(ROMEO, 10)));
        assertEquals(List.of(SenderUsage.of(friar, 3)), await(store.senders(ROMEO, 1)));
        await(remove(ROMEO, List.of(1L)));
        assertEquals(2, await(store.senders(ROMEO, 10)).size());
        assertEquals(List.of(), await(store.senders(JULIET, 10)));
    }

    @Test
    void ownersComeInOrderOfTheirTextAndInParts() {
        long id = 1;
        for (String name : List.of("d", "a", "c", "b")) {
            stored(message(id++, Jid.of(name + "@example.org"), JULIET));
        }
        await(remove(Jid.of("c@example.org"), List.of(3L)));
        Jid a = Jid.of("a@example.org");
        Jid b = Jid.of("b@example.org");
        Jid d = Jid.of("d@example.org");
        assertEquals(List.of(a, b, d), await(store.owners(null, 10)));
        assertEquals(List.of(a, b), await(store.owners(null, 2)));
        assertEquals(List.of(d), await(store.owners(b, 2)));
        assertEquals(List.of(), await(store.owners(d, 2)));
    }

    @Test
    void takesTimesThatAreFarAway() {
        stored(StoredMessage.of(1, ROMEO, JULIET, NOON, new byte[] {'x'}).withExpiresAt(Instant.MAX));
        assertEquals(List.of(), ids(await(store.expired(NOON.plusSeconds(1L << 35), 10))));
        assertEquals(List.of(1L), waiting(ROMEO));
    }

    @Test
    void expiredComeSoonestFirstAndStay() {
        stored(expiring(1, ROMEO, NOON.plusSeconds(3)));
        stored(expiring(2, NURSE, NOON.plusSeconds(1)));
        stored(expiring(3, ROMEO, NOON.plusSeconds(2)));
        stored(expiring(4, ROMEO, NOON.plusSeconds(9)));
        stored(message(5));
        assertEquals(List.of(2L, 3L, 1L), ids(await(store.expired(NOON.plusSeconds(3), 10))), "up to and including");
        assertEquals(List.of(2L, 3L), ids(await(store.expired(NOON.plusSeconds(3), 2))));
        assertEquals(List.of(), ids(await(store.expired(NOON, 10))));
        StoredMessage soonest = await(store.expired(NOON.plusSeconds(1), 1)).get(0);
        assertEquals(NURSE, soonest.owner());
        assertEquals(NOON.plusSeconds(1), soonest.expiresAt());
        assertEquals(List.of(1L, 3L, 4L, 5L), waiting(ROMEO));
    }

    /** As the server's purge does it: a chunk is looked up, its rows are removed owner by owner, then the next. */
    @Test
    void newMessagesAreStoredWhileManyExpiredOnesAreRemoved() {
        int owners = 100;
        int all = 20_000;
        List<Jid> readers = IntStream.range(0, owners)
                .mapToObj(n -> Jid.of("reader" + n + "@example.org"))
                .toList();
        await(appendAll(IntStream.rangeClosed(1, all)
                .mapToObj(n -> expiring(n, readers.get(n % owners), NOON))
                .toList()));
        CompletableFuture<Void> purge = CompletableFuture.runAsync(this::removeExpired);
        int meanwhile = 0;
        for (long id = all + 1; !purge.isDone(); id++) {
            stored(message(id));
            meanwhile++;
        }
        purge.join();
        int answered = meanwhile;
        assertTrue(answered >= 10, () -> "stored during the purge: " + answered);
        assertEquals(meanwhile, counted(ROMEO, JULIET));
        assertEquals(meanwhile, await(store.statistics()).messages());
    }

    private void removeExpired() {
        List<StoredMessage> chunk = await(store.expired(NOON, 500));
        while (!chunk.isEmpty()) {
            CompletableFuture<?>[] removals =
                    chunk.stream().collect(Collectors.groupingBy(StoredMessage::owner)).entrySet().stream()
                            .map(of -> remove(of.getKey(), ids(of.getValue())).toCompletableFuture())
                            .toArray(CompletableFuture[]::new);
            await(CompletableFuture.allOf(removals));
            chunk = await(store.expired(NOON, 500));
        }
    }

    @Test
    void statisticsKnowTheLargestIdEvenAfterItsRemoval() throws Exception {
        StoreStatistics empty = await(store.statistics());
        assertEquals(0, empty.messages());
        assertEquals(0, empty.largestId());
        stored(message(10));
        stored(message(500, NURSE, JULIET));
        stored(message(20));
        await(remove(NURSE, List.of(500L)));
        StoreStatistics now = await(store.statistics());
        assertEquals(2, now.messages());
        assertEquals(500, now.largestId());
        assertEquals(0, now.quarantined());
        assertTrue(now.owners() == 1 || now.owners() == -1, "owners: " + now.owners());
        restart();
        assertEquals(500, await(store.statistics()).largestId());
        assertEquals(2, await(store.statistics()).messages());
    }

    // ---- what may be in an address or a stanza

    @Test
    void takesAddressesOfTheGreatestLength() {
        String local = "l".repeat(1023);
        List<Jid> owners = new ArrayList<>();
        for (char last : new char[] {'a', 'b'}) {
            owners.add(Jid.of(local, "d".repeat(1022) + last, null));
        }
        assertEquals(2047, owners.get(0).toString().getBytes(UTF_8).length);
        stored(message(1, owners.get(0), owners.get(1)));
        stored(message(2, owners.get(1), owners.get(0)));
        for (int i = 0; i < 2; i++) {
            StoredMessage found = await(store.page(owners.get(i), 0, 10, ALL)).get(0);
            assertEquals(i + 1, found.id());
            assertEquals(owners.get(i), found.owner());
            assertEquals(owners.get(1 - i), found.sender());
        }
        assertEquals(new TreeSet<>(owners), new TreeSet<>(await(store.owners(null, 10))));
    }

    @Test
    void takesAddressesOfManyScripts() {
        List<Jid> owners = List.of(
                Jid.of("j\u00e9r\u00f4me@example.org"),
                Jid.of("\u0436\u0443\u043b\u044c\u0435\u0442\u0442\u0430@example.org"),
                Jid.of("\u6731\u9e97\u8449@example.org"),
                Jid.of("\ud840\udc00\ud842\udfb7@example.org"));
        long id = 1;
        for (Jid owner : owners) {
            stored(message(id++, owner, JULIET));
        }
        id = 1;
        for (Jid owner : owners) {
            assertEquals(List.of(id++), waiting(owner));
        }
        Set<Jid> paged = new HashSet<>();
        Jid after = null;
        for (int i = 0; i < owners.size(); i++) {
            List<Jid> one = await(store.owners(after, 1));
            assertEquals(1, one.size());
            after = one.get(0);
            paged.add(after);
        }
        assertEquals(new HashSet<>(owners), paged);
        assertEquals(List.of(), await(store.owners(after, 1)));
    }

    @Test
    void keepsTextOfEveryPlaneOfUnicode() {
        StringBuilder text = new StringBuilder("\t\n\r \ufffd\ue000\ud7ff");
        for (int plane = 0; plane <= 16; plane++) {
            text.appendCodePoint(plane * 0x10000 + 0xa1).appendCodePoint(plane * 0x10000 + 0xfffd);
        }
        stored(message(1, ROMEO, JULIET, text.toString()));
        assertEquals(
                text.toString(),
                new String(await(store.page(ROMEO, 0, 1, ALL)).get(0).stanza(), UTF_8));
    }

    @Test
    void keepsLargeStanzas() {
        byte[] large = new byte[256 << 10];
        new Random(42).nextBytes(large);
        stored(StoredMessage.of(1, ROMEO, JULIET, NOON, large));
        assertArrayEquals(large, await(store.page(ROMEO, 0, 1, 1)).get(0).stanza());
    }

    // ---- staying

    @Test
    void whatWasAcknowledgedIsThereAfterARestart() throws Exception {
        Admission ten = Admission.of(10, OnFull.REFUSE);
        LongStream.rangeClosed(1, 10).forEach(id -> assertEquals(List.of(), evicted(append(message(id), ten))));
        stored(expiring(11, NURSE, NOON));
        await(remove(ROMEO, List.of(4L)));
        restart();
        assertEquals(List.of(1L, 2L, 3L, 5L, 6L, 7L, 8L, 9L, 10L), waiting(ROMEO));
        assertSame(message(1), await(store.page(ROMEO, 0, 1, ALL)).get(0));
        assertEquals(9, counted(ROMEO, JULIET));
        assertEquals(List.of(11L), ids(await(store.expired(NOON, 10))));
        assertEquals(List.of(), evicted(append(message(3), ten)), "known from before the restart");
        assertEquals(List.of(), evicted(append(message(12), ten)));
        assertInstanceOf(Appended.Full.class, await(append(message(13), ten)));
    }

    @Test
    void answersNothingForSomebodyUnknown() {
        Jid nobody = Jid.of("nobody@example.org");
        assertEquals(List.of(), waiting(nobody));
        assertEquals(0, counted(nobody, JULIET));
        assertNull(await(store.usage(nobody)).oldest());
        await(remove(nobody, List.of(1L)));
    }
}
