package im.restante.internal.spool.core;

import static im.restante.internal.spool.core.Core.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Verdict;
import im.restante.session.Outbound;
import im.restante.spool.OwnerSpool.State;
import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Single decisions of the core. Whole lives of it, made up at random, are in the model test. */
class OwnerCoreTest {
    private final Core core = new Core();
    private final Core.Session orchard = new Core.Session("orchard");
    private final Core.Session garden = new Core.Session("garden");

    private static List<Long> list(int from, int to) {
        return LongStream.rangeClosed(from, to).boxed().toList();
    }

    // ---- what an administrator removes

    @Test
    void aPurgeLeavesWhatIsHandedOverAndTakesWhatIsReadOnly() {
        core.set("window", 2).comes(orchard);
        core.pageRead(1, 2, 3, 4);
        Effect.RemoveByHand request = new Effect.RemoveByHand(List.of(1L, 2L, 3L, 4L));
        core.happens(new Event.Purged(request));
        Effect.RemoveByHand removal = core.last(Effect.RemoveByHand.class);
        assertEquals(List.of(3L, 4L), removal.ids());
        assertSame(request.done(), removal.done(), "whoever asked is answered");
    }

    /** The store may have it and not have said so; asked again after the purge it would bring it back. */
    @Test
    void aPurgeLeavesWhatItsStoreHasNotAnsweredYet() {
        Incoming message = core.arrives();
        core.happens(new Event.Purged(new Effect.RemoveByHand(List.of(7L, message.id()))));
        assertEquals(List.of(7L), core.last(Effect.RemoveByHand.class).ids());
    }

    @Test
    void whatIsBeingRemovedAlreadyIsNotPurgedOnceMore() {
        core.comes(orchard);
        core.happens(new Event.Purged(new Effect.RemoveByHand(List.of(1L, 2L))));
        core.happens(new Event.Purged(new Effect.RemoveByHand(List.of(1L, 2L, 3L))));
        assertEquals(List.of(3L), core.last(Effect.RemoveByHand.class).ids());
    }

    // ---- what a drain may add: spill-limit

    @Test
    void rowsThatCouldNotBeStoredDoNotCountAgainstTheSpillLimit() {
        core.set("spill-limit", 20).set("journal", true).live(orchard);
        for (int i = 0; i < 20; i++) {
            core.failed(core.arrives());
        }
        assertNull(core.verdicts.get(core.arrives().id()), "its append must be under way");
    }

    @Test
    void rowsThatTheirOwnerRemovedDoNotCountAgainstTheSpillLimit() {
        core.set("spill-limit", 5).comes(orchard);
        List<Long> stored = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Incoming message = core.arrives();
            core.stored(message);
            stored.add(message.id());
        }
        Effect.RemoveByHand request = new Effect.RemoveByHand(stored);
        core.happens(new Event.RemovedByHand(request));
        core.happens(new Event.ByHandAnswered(core.last(Effect.RemoveByHand.class), true));
        assertNull(core.verdicts.get(core.arrives().id()));
    }

    @Test
    void rowsThatExpiredDoNotCountAgainstTheSpillLimit() {
        core.set("spill-limit", 8).set("window", 1).comes(orchard);
        for (int i = 0; i < 8; i++) {
            core.stored(core.arrives());
        }
        core.pageRead(); // was begun before any was stored, and says nothing of them
        assertInstanceOf(Verdict.Refused.class, core.verdicts.get(core.arrives().id()));
        core.pageRead(5, 6, 7, 8); // four of them are not in the store any more
        assertEquals(State.DRAINING, core.state());
        assertNull(core.verdicts.get(core.arrives().id()));
    }

    @Test
    void rowsThatCameBackDoNotMakeRoomUnderTheSpillLimit() {
        core.set("spill-limit", 5).set("journal", true);
        core.live(orchard).comes(garden);
        Incoming first = core.arrives(garden);
        Outbound given = first.outbound();
        core.leaves(garden, given);
        core.happens(new Event.Requeued(core.last(Effect.Requeue.class).number(), java.util.Set.of(), true, true));
        core.pageRead(first.id());
        core.acknowledged();
        List<Incoming> taken = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            taken.add(core.arrives());
        }
        assertEquals(State.DRAINING, core.state());
        assertEquals(
                1,
                taken.stream()
                        .filter(m -> core.verdicts.get(m.id()) instanceof Verdict.Refused)
                        .count());
    }

    @Test
    void rowsOfTheHandoverBufferCountAgainstTheSpillLimit() {
        core.set("spill-limit", 5).comes(orchard).pageRead(1, 2); // less than a page: HANDOVER
        List<Incoming> taken = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            taken.add(core.arrives());
        }
        assertEquals(State.HANDOVER, core.state());
        core.happens(core.last(Effect.After.class).event());
        assertEquals(State.DRAINING, core.state());
        assertEquals(
                taken.subList(5, 7),
                taken.stream()
                        .filter(m -> core.verdicts.get(m.id()) instanceof Verdict.Refused)
                        .toList());
    }

    // ---- what a session gives back

    @Test
    void whatIsGivenBackComesAgainThoughASessionThatRefusedItIsThereAndItsRowWasNeedless() {
        Core.Session balcony = new Core.Session("balcony");
        core.comes(balcony).comes(orchard).comes(garden);
        garden.full = true;
        Incoming message = core.arrives();
        Outbound given = message.outbound();
        core.stored(message).pageRead(); // was begun before it was stored
        core.leaves(balcony);
        core.pageRead(message.id()); // for the orchard, which was offered it
        assertEquals(List.of(message.id()), core.last(Effect.Remove.class).ids());
        core.happens(new Event.RemoveAnswered(true));
        core.leaves(orchard, given);
        assertEquals(
                List.of(message.id()),
                core.last(Effect.Requeue.class).rows().stream()
                        .map(StoredMessage::id)
                        .toList());
    }

    @Test
    void whatIsGivenBackComesAgainThoughASessionThatRefusedItIsThereAndItNeverWasARow() {
        core.comes(orchard).comes(garden).pageRead(1, 2); // less than a page: HANDOVER
        garden.full = true;
        Incoming message = core.arrives();
        Outbound given = message.outbound();
        core.acknowledged();
        core.pageRead(); // nothing more: the buffer goes to the orchard
        assertInstanceOf(Verdict.Delivered.class, core.verdicts.get(message.id()));
        core.leaves(orchard, given);
        assertEquals(
                List.of(message.id()),
                core.last(Effect.Requeue.class).rows().stream()
                        .map(StoredMessage::id)
                        .toList());
    }

    /** The answer may be that of an append made again: it found no row, and made one. */
    @Test
    void whatWasReadAndProvedBeforeTheStoreAnsweredIsRemovedOnceMore() {
        core.set("window", 1).comes(orchard).pageRead(1, 2, 3, 4); // a whole page: the rest of the backlog follows
        Incoming message = core.arrives();
        core.acknowledged().acknowledged().acknowledged().acknowledged();
        core.pageRead(message.id());
        core.acknowledged();
        core.happens(new Event.RemoveAnswered(true)).happens(new Event.RemoveAnswered(true));
        int removals = core.all(Effect.Remove.class).size();
        core.stored(message);
        assertEquals(removals + 1, core.all(Effect.Remove.class).size());
        assertEquals(List.of(message.id()), core.last(Effect.Remove.class).ids());
    }

    // ---- the window

    @Test
    void aWindowThatIsLoweredHoldsForWhatIsSentNext() {
        core.set("window", 100).comes(orchard).pageRead(ids(1, 200));
        assertEquals(100, core.core.leased.size());
        core.set("window", 10).happens(new Event.Reconsider());
        int before = core.all(Effect.Send.class).size();
        for (Effect.Send send : core.all(Effect.Send.class)) {
            core.happens(new Event.Acknowledged(send, list(1, 100))).happens(new Event.BatchEnded(send, true));
        }
        assertEquals(before + 2, core.all(Effect.Send.class).size());
        assertEquals(list(106, 110), core.sent());
        assertEquals(10, core.core.leased.size());
        core.acknowledged();
        assertEquals(list(111, 115), core.sent());
        assertEquals(10, core.core.leased.size());
    }

    @Test
    void aPageIsSentInBatchesAndTheNextIsReadWhenTheLastOfThemIsOnItsWay() {
        core.set("window", 4).comes(orchard).pageRead(1, 2, 3, 4, 5, 6, 7, 8);
        int reads = core.all(Effect.Read.class).size();
        assertEquals(List.of(3L, 4L), core.sent(), "two batches fill the window");
        core.happens(new Event.Acknowledged(core.all(Effect.Send.class).get(0), List.of(1L, 2L)));
        assertEquals(List.of(5L, 6L), core.sent());
        assertEquals(reads, core.all(Effect.Read.class).size());
        core.happens(new Event.Acknowledged(core.all(Effect.Send.class).get(1), List.of(3L, 4L)));
        assertEquals(List.of(7L, 8L), core.sent());
        assertEquals(reads + 1, core.all(Effect.Read.class).size());
    }

    @Test
    void aJournalWithMoreUnacknowledgedThanALoweredWindowSendsNothing() {
        core.set("journal", true).set("window", 100).live(orchard);
        List<Incoming> messages = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            messages.add(core.arrives());
        }
        messages.forEach(core::stored);
        int before = core.all(Effect.Send.class).size();
        core.set("window", 10);
        core.stored(core.arrives());
        assertEquals(before, core.all(Effect.Send.class).size());
    }

    @Test
    void whatIsUnacknowledgedLeavesLessRoomInTheWindow() {
        core.set("window", 4).comes(orchard).pageRead(1, 2).pageRead(3, 4).pageRead(5, 6);
        assertEquals(List.of(3L, 4L), core.sent());
        core.happens(new Event.Acknowledged(core.all(Effect.Send.class).get(0), List.of(1L, 2L)));
        assertEquals(List.of(5L, 6L), core.sent());
    }

    @Test
    void nothingIsHandedOverWhileASessionThatIsNotAvailableAnyMoreHasRowsToAcknowledge() {
        core.comes(orchard).comes(garden).pageRead(1, 2);
        core.happens(new Event.Unavailable(orchard)).pageRead(1, 2, 3);
        assertEquals(orchard, core.last(Effect.Send.class).to());
        core.happens(new Event.BatchEnded(core.last(Effect.Send.class), false)).pageRead(1, 2, 3);
        assertEquals(garden, core.last(Effect.Send.class).to());
        assertEquals(List.of(1L, 2L, 3L), core.sent());
    }

    @Test
    void nothingIsHandedOverWhileAMessageThatMayEvictItIsOnItsWayIntoTheStore() {
        Incoming limited = core.arrives(); // nobody is there: the limit of the pair holds
        core.comes(orchard).pageRead(1, 2);
        assertTrue(core.all(Effect.Send.class).isEmpty());
        core.stored(limited);
        assertEquals(List.of(1L, 2L), core.sent());
    }

    @Test
    void whatHasBeenReadIsKeptBackWhenItsOwnerBeginsToDealWithItByHand() {
        core.arrives(); // ids up to it came while nobody was there
        core.stored(core.arrives());
        core.stored(core.arrives());
        core.happens(new Event.StoreAnswered(core.all(Effect.Store.class).get(0).message(), new Verdict.Stored("x")));
        core.set("window", 2).comes(orchard).pageRead(1).pageRead(2).pageRead(3);
        assertEquals(List.of(2L), core.sent());
        core.happens(new Event.HoldBegan(orchard));
        core.acknowledged();
        assertEquals(List.of(2L), core.sent(), "the third waited for room in the window, and waits for its owner now");
    }

    @Test
    void whatTheSessionDoesNotTakeOfTheHandoverBufferIsStored() {
        core.comes(orchard).pageRead(1, 2);
        Incoming buffered = core.arrives();
        orchard.full = true;
        core.acknowledged().pageRead();
        assertEquals(buffered, core.last(Effect.Store.class).message());
        assertEquals(State.DRAINING, core.state());
    }

    // ---- acknowledgement by row

    @Test
    void aPartOfABatchThatIsAcknowledgedLeavesTheStoreAndTheRestIsHandedToTheNext() {
        core.comes(orchard).pageRead(ids(1, 40));
        core.acknowledged(list(1, 31).toArray(Long[]::new));
        assertEquals(list(1, 31), core.last(Effect.Remove.class).ids());
        core.removed().leaves(orchard);
        core.comes(garden).pageRead(ids(32, 40));
        assertEquals(list(32, 40), core.sent());
        assertEquals(garden, core.last(Effect.Send.class).to());
    }

    @Test
    void anAcknowledgementThatComesAfterItsSessionLeftIsTrueAllTheSame() {
        core.comes(orchard).pageRead(ids(1, 10));
        Effect.Send first = core.last(Effect.Send.class);
        core.leaves(orchard).happens(new Event.Acknowledged(first, list(1, 4)));
        assertEquals(list(1, 4), core.last(Effect.Remove.class).ids());
        core.comes(garden).pageRead(ids(1, 10)); // the removal is still under way
        assertEquals(list(5, 10), core.sent());
    }

    @Test
    void whatASessionHasIsNotSentAgainThoughItsRowIsOnItsWayToAnother() {
        core.comes(orchard).pageRead(ids(1, 3)).leaves(orchard);
        core.comes(garden).pageRead(ids(1, 3));
        core.happens(new Event.Received(orchard, List.of(1L, 2L)));
        assertTrue(core.all(Effect.Remove.class).isEmpty(), "garden may lose nothing that it was handed");
        core.acknowledged();
        assertEquals(list(1, 3), core.last(Effect.Remove.class).ids());
    }

    // ---- removal

    @Test
    void oneRemovalIsUnderWayAtATimeAndTheNextTakesAllThatHasGathered() {
        core.set("window", 4).comes(orchard).pageRead(1, 2).pageRead(3, 4);
        core.acknowledged();
        core.pageRead(5, 6);
        core.acknowledged();
        core.pageRead(7, 8);
        core.acknowledged();
        assertEquals(1, core.all(Effect.Remove.class).size());
        core.removed();
        assertEquals(2, core.all(Effect.Remove.class).size());
        assertEquals(List.of(5L, 6L, 7L, 8L), core.last(Effect.Remove.class).ids());
    }

    @Test
    void aStoreThatDoesNotRemoveIsAskedAgainOnceForAllOwnersRows() {
        core.comes(orchard).pageRead(ids(1, 50));
        core.acknowledged();
        core.happens(new Event.RemoveAnswered(false));
        for (int i = 1; i < 20; i++) {
            core.pageRead(ids(i * 50 + 1, i * 50 + 50));
            core.acknowledged();
        }
        assertEquals(1, core.all(Effect.Remove.class).size());
        assertEquals(1, core.all(Effect.RemoveLater.class).size());
        core.happens(new Event.RemoveAgain());
        assertEquals(500, core.last(Effect.Remove.class).ids().size());
        core.removed().removed();
        assertTrue(core.core.removals.isEmpty());
    }

    @Test
    void noMoreIsHandedOverWhenAStoreThatDoesNotRemoveHasLeftTooMuchBehind() {
        core.set("window", 500).comes(orchard);
        core.pageRead(ids(1, 250)).acknowledged().happens(new Event.RemoveAnswered(false));
        for (int i = 1; i < UnremovedRows.MOST_BEHIND / 250 + 2; i++) {
            core.pageRead(ids(i * 250 + 1, i * 250 + 250));
            if (core.sent().contains(i * 250L + 1)) {
                core.acknowledged();
            }
        }
        assertTrue(core.core.removals.size() <= UnremovedRows.MOST_BEHIND + 250);
        int before = core.all(Effect.Send.class).size();
        core.happens(new Event.RemoveAgain());
        for (int i = 0; i < UnremovedRows.MOST_BEHIND / 500 + 2; i++) {
            core.removed();
        }
        assertTrue(core.all(Effect.Send.class).size() > before, "the drain must go on");
    }

    @Test
    void aRowThatIsGoneIsNotHandedOverAgainByAPageThatWasBegunBefore() {
        core.comes(orchard).pageRead(1, 2);
        core.happens(new Event.RowsCame()).pageRead(); // from the oldest again
        core.acknowledged().removed();
        core.pageRead(1, 2, 3);
        assertEquals(List.of(3L), core.sent());
    }

    @Test
    void itIsNotLiveBeforeTheLastRowIsAcknowledged() {
        core.comes(orchard).pageRead(1, 2).pageRead();
        assertEquals(State.HANDOVER, core.state());
        core.acknowledged();
        assertEquals(State.LIVE, core.state());
    }

    // ---- deadlines

    @Test
    void aMessageWhoseAppendHasNotBegunIsWithdrawnAtItsDeadline() {
        Incoming message = core.arrives();
        core.happens(new Event.DeadlinePassed(message.envelope()));
        assertInstanceOf(Verdict.Failed.class, core.verdicts.get(message.id()));
        assertFalse(message.claim().begin(), "the store must not write it");
        assertTrue(core.core.isQuiet());
    }

    @Test
    void aMessageWhoseAppendHasBegunWaitsForIt() {
        Incoming message = core.arrives();
        message.claim().begin();
        core.happens(new Event.DeadlinePassed(message.envelope()));
        assertNull(core.verdicts.get(message.id()));
        core.stored(message);
        assertInstanceOf(Verdict.Stored.class, core.verdicts.get(message.id()));
    }

    @Test
    void aMessageThatWaitsInTheHandoverBufferIsWithdrawnAtItsDeadline() {
        core.comes(orchard).pageRead(1, 2); // less than a page: HANDOVER
        assertEquals(State.HANDOVER, core.state());
        Incoming message = core.arrives();
        core.happens(new Event.DeadlinePassed(message.envelope()));
        assertInstanceOf(Verdict.Failed.class, core.verdicts.get(message.id()));
        core.acknowledged().pageRead();
        assertEquals(State.LIVE, core.state());
        assertTrue(core.all(Effect.OfferBuffered.class).isEmpty());
    }

    @Test
    void aMessageThatASessionHasIsDeliveredAtItsDeadlineWhateverBecomesOfTheRow() {
        core.comes(orchard).comes(garden); // orchard drains, garden gets mail at once
        Incoming message = core.arrives();
        core.happens(new Event.DeadlinePassed(message.envelope()));
        assertEquals(new Verdict.Delivered(1), core.verdicts.get(message.id()));
        assertEquals(1, core.all(Effect.Conclude.class).size(), "a verdict is told once");
    }

    @Test
    void aMessageThatCountedAsDeliveredAtItsDeadlineIsRequeuedIfWhoeverHadItGivesItBack() {
        core.comes(orchard).comes(garden);
        Incoming message = core.arrives();
        message.claim().begin();
        core.happens(new Event.DeadlinePassed(message.envelope()));
        core.leaves(garden, message.outbound());
        core.failed(message);
        assertEquals(
                List.of(message.id()),
                core.last(Effect.Requeue.class).rows().stream()
                        .map(StoredMessage::id)
                        .toList());
    }

    // ---- order

    @Test
    void aPageThatWasReadBeforeRowsCameBackIsNotHandedOver() {
        core.live(orchard).live(garden);
        Incoming early = core.arrives(garden);
        Core.Session third = new Core.Session("third");
        core.happens(new Event.RowsCame());
        Effect.Read read = core.last(Effect.Read.class);
        core.leaves(garden, early.outbound());
        core.happens(new Event.PageRead(read, List.of(Core.row(early.id() + 5)), java.util.Set.of()));
        assertTrue(core.all(Effect.Send.class).isEmpty());
        core.happens(new Event.Requeued(core.last(Effect.Requeue.class).number(), java.util.Set.of(), true, true));
        core.pageRead(early.id(), early.id() + 5);
        assertEquals(List.of(early.id(), early.id() + 5), core.sent());
        assertFalse(third.full);
    }

    // ---- what sessions give back

    /** Two sessions have a live message each, and orchard's page of two rows is acknowledged, so that they are being removed. */
    private Incoming[] removalUnderWay() {
        core.live(orchard).live(garden);
        Incoming[] live = {core.arrives(garden), core.arrives(garden)};
        core.happens(new Event.Received(garden, List.of(live[0].id())));
        core.happens(new Event.Received(garden, List.of(live[1].id())));
        return live;
    }

    @Test
    void aRowThatIsBeingRemovedIsNotRequeuedBeforeThatIsOver() {
        Incoming[] live = removalUnderWay();
        assertEquals(List.of(live[0].id()), core.last(Effect.Remove.class).ids());
        core.leaves(garden, live[0].outbound());
        assertTrue(core.all(Effect.Requeue.class).isEmpty());
        core.removed();
        assertEquals(1, core.all(Effect.Requeue.class).size());
    }

    @Test
    void aRowThatComesBackBeforeItsRemovalWasAskedForStays() {
        Incoming[] live = removalUnderWay();
        core.leaves(garden, live[1].outbound());
        core.removed();
        assertEquals(1, core.all(Effect.Remove.class).size(), "of the first only");
    }

    @Test
    void aDrainWaitsHalfAMinuteForRowsThatTheStoreDoesNotTake() {
        core.live(orchard).live(garden);
        Incoming live = core.arrives(garden);
        core.leaves(garden, live.outbound());
        int before = core.all(Effect.Read.class).size();
        core.happens(new Event.Requeued(core.last(Effect.Requeue.class).number(), java.util.Set.of(), false, true));
        assertEquals(before, core.all(Effect.Read.class).size());
        core.happens(core.last(Effect.After.class).event());
        assertEquals(before + 1, core.all(Effect.Read.class).size());
    }

    @Test
    void theSpoolIsReadFromTheOldestAgainWhenRowsCameBackWhileAMessageWasOnItsWay() {
        core.live(orchard).live(garden);
        Incoming live = core.arrives(garden);
        core.happens(new Event.RowsCame()); // a drain, so that what comes now is stored
        Incoming stored = core.arrives();
        core.leaves(garden, live.outbound());
        core.happens(new Event.Requeued(core.last(Effect.Requeue.class).number(), java.util.Set.of(), true, true));
        core.pageRead(); // the one that was begun before is of no use
        core.pageRead(live.id());
        core.acknowledged();
        assertEquals(live.id(), core.last(Effect.Read.class).after());
        core.stored(stored);
        core.pageRead();
        assertEquals(0, core.last(Effect.Read.class).after());
    }

    @Test
    void aSessionThatCannotAcknowledgeIsGivenNoMore() {
        core.comes(orchard).pageRead(1, 2);
        core.happens(new Event.BatchEnded(core.last(Effect.Send.class), false));
        assertEquals(State.AWAY, core.state());
        assertEquals(0, core.core.present().length);
    }

    @Test
    void nothingIsRememberedOfWhoHadWhatOnceItIsLive() {
        core.comes(orchard).comes(garden);
        Incoming message = core.arrives();
        core.stored(message);
        core.pageRead();
        core.pageRead(message.id()).acknowledged().pageRead();
        assertEquals(State.LIVE, core.state());
        core.happens(new Event.RowsCame());
        Incoming second = core.arrives();
        core.failed(second);
        core.pageRead().pageRead();
        assertEquals(State.LIVE, core.state());
        assertTrue(core.core.copies.isEmpty());
    }

    // ---- the end of an account

    @Test
    void whatIsUnderWayForAnAccountThatIsRemovedReachesNoStoreAfterwards() {
        Incoming open = core.arrives();
        Incoming begun = core.arrives();
        begun.claim().begin();
        CompletableFuture<Void> done = new CompletableFuture<>();
        core.happens(new Event.Discarded(done));
        assertFalse(open.claim().begin());
        assertInstanceOf(Verdict.Refused.class, core.verdicts.get(open.id()));
        assertTrue(core.all(Effect.Complete.class).isEmpty(), "one is being written");
        core.stored(begun);
        assertEquals(done, core.last(Effect.Complete.class).stage());
        assertTrue(core.core.isQuiet());
    }

    @Test
    void aDrainThatLostItsPageBeginsAnewAfterAPause() {
        core.comes(orchard);
        core.happens(new Event.Broken(new Event.PageRead(core.last(Effect.Read.class), List.of(), Set.of())));
        int reads = core.all(Effect.Read.class).size();
        core.happens(new Event.ReadAgain(core.last(Effect.ReadLater.class).drain()));
        assertEquals(reads + 1, core.all(Effect.Read.class).size());
        core.pageRead(1);
        assertEquals(List.of(1L), core.sent());
        core.acknowledged().removed().pageRead();
        assertEquals(State.LIVE, core.state());
    }

    @Test
    void aRemovalOfWhichTheAnswerWasLostIsAskedAgain() {
        core.comes(orchard).pageRead(1, 2).acknowledged();
        core.happens(new Event.Broken(new Event.RemoveAnswered(true)));
        core.last(Effect.RemoveLater.class);
        core.happens(new Event.RemoveAgain());
        assertEquals(2, core.all(Effect.Remove.class).size());
        assertEquals(Set.of(1L, 2L), Set.copyOf(core.last(Effect.Remove.class).ids()));
        core.removed();
        core.happens(new Event.ReadAgain(core.last(Effect.ReadLater.class).drain()))
                .pageRead();
        assertEquals(State.LIVE, core.state());
    }

    @Test
    void rowsThatCameBackAndWhoseAnswerWasLostAreOfferedAgain() {
        core.live(orchard);
        Incoming message = core.arrives();
        core.leaves(orchard, message.outbound());
        long number = core.last(Effect.Requeue.class).number();
        core.happens(new Event.Broken(new Event.Requeued(number, Set.of(), true, true)));
        assertEquals(number, core.last(Effect.RequeueLater.class).number());
        core.happens(new Event.RequeueAgain(number));
        assertEquals(2, core.all(Effect.Requeue.class).size());
        core.happens(new Event.Requeued(number, Set.of(), true, true));
        assertTrue(core.core.isQuiet());
    }

    @Test
    void aBatchWhoseEndWasLostLeavesNothingLeased() {
        core.comes(orchard).pageRead(1, 2, 3);
        Effect.Send send = core.last(Effect.Send.class);
        core.happens(new Event.Broken(new Event.Acknowledged(send, List.of(1L))));
        assertEquals(List.of(1L), core.last(Effect.Remove.class).ids());
        core.happens(new Event.Broken(new Event.BatchEnded(send, false)));
        assertEquals(0, core.core.sizes().get("leased"));
        core.happens(new Event.ReadAgain(core.last(Effect.ReadLater.class).drain()))
                .pageRead(2, 3);
        assertEquals(List.of(2L, 3L), core.sent());
    }

    @Test
    void aMessageWhoseAnswerWasLostIsNotWaitedForAnyMore() {
        Incoming message = core.arrives();
        core.happens(new Event.Broken(new Event.StoreAnswered(message, new Verdict.Stored("kept"))));
        assertTrue(core.core.isQuiet());
    }
}
