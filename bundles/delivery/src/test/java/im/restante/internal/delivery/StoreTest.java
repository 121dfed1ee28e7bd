package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.FILTER;
import static im.restante.internal.delivery.Fixture.QUOTA;
import static im.restante.internal.delivery.Fixture.ROMEO;
import static im.restante.internal.delivery.Fixture.TOLD;
import static im.restante.internal.delivery.Fixture.chat;
import static im.restante.internal.delivery.Fixture.message;
import static im.restante.internal.delivery.Fixture.quota;
import static im.restante.internal.delivery.Fixture.receipt;
import static im.restante.internal.delivery.Fixture.row;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.amp.MessageRules;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.filter.MessageFilter;
import im.restante.filter.Opinion;
import im.restante.itests.support.FakeReference;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.quota.QuotaService;
import im.restante.quota.Terms;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.MessageStore;
import im.restante.store.OwnerLimit;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import im.restante.xml.Element;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StoreTest {
    private static final String FULL_REASON = "limit of 100 messages from one sender reached: 100 wait";
    private static final Appended FULL = Appended.full(Usage.of(100));

    private final Fixture fixture = new Fixture().judging();
    private final MemoryStore store = new MemoryStore();

    @Test
    void storesOnTheTermsOfThePairAndSaysTheRule() {
        fixture.bind("memory", 0, store);
        assertEquals(new Verdict.Stored("kept"), now(fixture.store(1, chat())));
        assertEquals(List.of(1L), store.ids());
        assertEquals(List.of(Admission.of(100, Admission.OnFull.REFUSE)), store.admissions);
    }

    @Test
    void asksForTheTermsOfOwnerAndSender() {
        fixture.bind("memory", 0, store);
        fixture.delivery.bindQuota((owner, sender) -> {
            assertEquals(ROMEO, owner);
            assertEquals(Fixture.JULIET, sender);
            return QUOTA.terms(owner, sender);
        });
        assertEquals(new Verdict.Stored("kept"), now(fixture.store(1, chat())));
    }

    @Test
    void rehearsesWithoutStoring() {
        fixture.bind("memory", 0, store);
        StorageDecision.Keep keep = (StorageDecision.Keep) fixture.delivery.judge(chat(), ROMEO);
        store.onAppend = row -> done(Appended.full(Usage.of(99)));
        assertEquals(new Verdict.Stored("kept"), now(fixture.delivery.rehearse(chat(), row(1), keep, new Claim())));
        store.onAppend = row -> done(FULL);
        assertEquals(
                TOLD,
                now(fixture.delivery.rehearse(chat(), row(2), keep, new Claim()))
                        .told());
        assertEquals(
                new Verdict.Stored("kept"),
                now(fixture.delivery.rehearse(chat(), row(3), keep.withoutLimit(), new Claim())));
        assertEquals(
                List.of(Admission.of(0, Admission.OnFull.REFUSE)),
                store.admissions.stream().distinct().toList());
    }

    @Test
    void aRowEndsWithTheFirstRuleOrWithTheRetentionWhicheverIsSooner() {
        Fixture limited = new Fixture(Map.of("retention-days", "1")).judging();
        limited.bind("memory", 0, store);
        FakeRules rules = new FakeRules();
        limited.delivery.bindRules(rules);
        Message ruled = chat().with(Element.of(MessageRules.NAMESPACE, "amp"));
        for (Duration end : List.of(Duration.ofHours(1), Duration.ofDays(2))) {
            rules.end = Fixture.NOW.plus(end);
            now(limited.store(store.rows.size() + 1, ruled));
        }
        now(limited.store(3, chat())); // without rules: nobody is asked
        now(limited.delivery.requeue(List.of(row(4))));
        List<Duration> ends = store.rows.stream()
                .map(row -> Duration.between(row.receivedAt(), row.expiresAt()))
                .toList();
        assertEquals(
                Duration.ofHours(1),
                Duration.between(Fixture.NOW, store.rows.get(0).expiresAt()));
        assertEquals(List.of(Duration.ofDays(1), Duration.ofDays(1)), ends.subList(1, 3));
    }

    @Test
    void storesWithoutLimitAndWithoutAQuotaWhatIsForAnOwnerWhoIsPresent() {
        fixture.bind("memory", 0, store);
        fixture.delivery.unbindQuota(QUOTA);
        StorageDecision.Keep keep = ((StorageDecision.Keep) fixture.delivery.judge(chat(), ROMEO)).withoutLimit();
        assertEquals(new Verdict.Stored("kept"), now(fixture.delivery.store(chat(), row(1), keep, new Claim())));
        assertEquals(List.of(Admission.UNLIMITED), store.admissions);
        store.onAppend = row -> done(FULL);
        assertInstanceOf(Verdict.Failed.class, now(fixture.delivery.store(chat(), row(2), keep, new Claim())));
    }

    @Test
    void storesWithoutLimitAlsoWhatWasJudgedLate() {
        Fixture bare = new Fixture();
        bare.bind("memory", 0, store);
        StorageDecision.Keep keep = ((StorageDecision.Keep) bare.delivery.judge(chat(), ROMEO)).withoutLimit();
        CompletionStage<Verdict> verdict = bare.delivery.store(chat(), row(1), keep, new Claim());
        assertFalse(verdict.toCompletableFuture().isDone());
        bare.delivery.bindFilter(FILTER);
        assertEquals(new Verdict.Stored("kept"), now(verdict));
        assertEquals(List.of(Admission.UNLIMITED), store.admissions);
    }

    @Test
    void keepsAnOwnersOrderWhileTermsAreLookedUpAndLetsOthersPass() {
        fixture.bind("memory", 0, store);
        CompletableFuture<Terms> first = new CompletableFuture<>();
        CompletableFuture<Terms> third = new CompletableFuture<>();
        Deque<CompletionStage<Terms>> answers = new ArrayDeque<>(
                List.of(first, QUOTA.terms(ROMEO, ROMEO), third, QUOTA.terms(ROMEO, ROMEO), QUOTA.terms(ROMEO, ROMEO)));
        fixture.delivery.bindQuota((owner, sender) -> answers.remove());
        fixture.store(1, chat());
        fixture.store(2, chat());
        fixture.store(3, chat());
        fixture.delivery.store(
                chat(), row(4), new StorageDecision.Keep("kept", true), new Claim()); // nobody is asked for it
        fixture.delivery.store(chat(), row(5, Fixture.JULIET, 1), new StorageDecision.Keep("kept"), new Claim());
        assertEquals(List.of(5L), store.ids());
        third.complete(now(QUOTA.terms(ROMEO, ROMEO)));
        assertEquals(List.of(5L), store.ids());
        first.complete(now(QUOTA.terms(ROMEO, ROMEO)));
        assertEquals(List.of(5L, 1L, 2L, 3L, 4L), store.ids());
        fixture.store(6, chat());
        assertEquals(List.of(5L, 1L, 2L, 3L, 4L, 6L), store.ids());
    }

    @Test
    void givesUpOnTermsThatDoNotComeAndGoesOnBehind() {
        fixture.bind("memory", 0, store);
        CompletableFuture<Terms> never = new CompletableFuture<>();
        fixture.delivery.bindQuota((owner, sender) -> never);
        CompletionStage<Verdict> stuck = fixture.store(1, chat());
        fixture.delivery.bindQuota(QUOTA);
        fixture.pass(Duration.ofSeconds(6));
        CompletionStage<Verdict> behind = fixture.store(2, chat());
        assertFalse(behind.toCompletableFuture().isDone());
        fixture.pass(Duration.ofSeconds(4));
        assertInstanceOf(Verdict.Failed.class, now(stuck));
        assertEquals(new Verdict.Stored("kept"), now(behind));
        never.complete(now(QUOTA.terms(ROMEO, ROMEO)));
        assertEquals(List.of(2L), store.ids());
    }

    @Test
    void waitsForAStoreThatWentWhileTermsWereLookedUp() {
        FakeReference<MessageStore> reference = fixture.bind("memory", 0, store);
        CompletableFuture<Terms> terms = new CompletableFuture<>();
        fixture.delivery.bindQuota((owner, sender) -> terms);
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        fixture.delivery.unbindStore(reference);
        terms.complete(now(QUOTA.terms(ROMEO, ROMEO)));
        assertFalse(verdict.toCompletableFuture().isDone());
        fixture.bind("memory", 0, store);
        assertEquals(new Verdict.Stored("kept"), now(verdict));
    }

    @Test
    void failsWhenTheQuotaFails() {
        fixture.bind("memory", 0, store);
        fixture.delivery.bindQuota(
                (owner, sender) -> CompletableFuture.failedFuture(new IllegalStateException("broken on purpose")));
        assertInstanceOf(Verdict.Failed.class, now(fixture.store(1, chat())));
        fixture.delivery.bindQuota((owner, sender) -> {
            throw new IllegalStateException("broken on purpose");
        });
        assertInstanceOf(Verdict.Failed.class, now(fixture.store(2, chat())));
        assertEquals(List.of(), store.ids());
    }

    @Test
    void givesRowsTheirEndWhenMessagesAreKeptForSoManyDays() {
        fixture.bind("memory", 0, store);
        fixture.store(1, chat());
        fixture.delivery.modified(Map.of("retention-days", "30"));
        fixture.store(2, chat());
        fixture.delivery.requeue(List.of(row(3)));
        assertEquals(
                Arrays.asList(null, Fixture.NOW.plus(Duration.ofDays(30)), Fixture.NOW.plus(Duration.ofDays(30))),
                store.rows.stream().map(StoredMessage::expiresAt).toList());
    }

    @Test
    void asksTheStrategyWhatTheSenderIsToldWhenTheLimitIsReached() {
        fixture.bind("memory", 0, store);
        store.onAppend = row -> done(FULL);
        assertEquals(new Verdict.Refused(FULL_REASON, TOLD), now(fixture.store(1, chat())));
        fixture.delivery.bindQuota(quota(message -> Optional.empty()));
        assertEquals(new Verdict.Dropped(FULL_REASON), now(fixture.store(2, chat())));
    }

    private static final OwnerLimit OF_OWNER = new OwnerLimit(40, 5_000);

    private static QuotaService limited(Admission admission) {
        return (owner, sender) -> QUOTA.terms(owner, sender).thenApply(terms -> new Terms(admission, terms.strategy()));
    }

    @Test
    void saysWhichLimitOfTheOwnerWasReachedAndTellsTheSenderNoFigures() {
        fixture.bind("memory", 0, store);
        fixture.delivery.bindQuota(
                limited(Admission.of(100, Admission.OnFull.REFUSE).withTotal(OF_OWNER)));
        Usage total = Usage.of(39).withBytes(4_995);
        store.onAppend = row -> done(Appended.full(Appended.Limit.OWNER_BYTES, Usage.of(2), total));
        StanzaError told = StanzaError.of(
                TOLD.condition(),
                "The recipient's offline queue is full: the limit of all senders together is reached");
        assertEquals(
                new Verdict.Refused("limit of 5000 bytes from all senders reached: 4995 wait", told),
                now(fixture.store(1, chat())));
        store.onAppend = row -> done(Appended.full(
                Appended.Limit.OWNER_MESSAGES, Usage.of(2), Usage.of(40).withBytes(100)));
        assertEquals(
                new Verdict.Refused("limit of 40 messages from all senders reached: 40 wait", told),
                now(fixture.store(2, chat())));
        assertEquals(
                new Verdict.Dropped("limit of 40 messages from all senders reached: 40 wait"),
                now(fixture.store(3, receipt())));
        assertEquals(OF_OWNER, store.admissions.get(0).total());
    }

    /** Rows have 10 bytes. */
    @ParameterizedTest(name = "{0}, {1} of the pair, {2} messages and {3} bytes of the owner: {4}")
    @CsvSource({
        "REFUSE, 2, 39, 4990, stored",
        "REFUSE, 2, 40, 100, 40 messages from all",
        "REFUSE, 2, 39, 4991, 5000 bytes from all",
        "REFUSE, 100, 40, 4991, 100 messages from one",
        "EVICT_OLDEST, 2, 40, 100, stored",
        "EVICT_OLDEST, 2, 39, 4991, stored",
        "EVICT_OLDEST, 0, 40, 100, 40 messages from all",
        "EVICT_OLDEST, 2, 43, 100, 40 messages from all",
        "EVICT_OLDEST, 2, 41, 100, stored",
        "EVICT_OLDEST, 100, 141, 100, 40 messages from all",
        "EVICT_OLDEST, 100, 39, 100, stored",
    })
    void rehearsesWithTheLimitsOfTheOwner(
            Admission.OnFull onFull, long ofPair, long ofOwner, long bytes, String outcome) {
        fixture.bind("memory", 0, store);
        fixture.delivery.bindQuota(limited(Admission.of(100, onFull).withTotal(OF_OWNER)));
        store.onAppend = row -> done(Appended.full(
                Appended.Limit.PAIR, Usage.of(ofPair), Usage.of(ofOwner).withBytes(bytes)));
        StorageDecision.Keep keep = (StorageDecision.Keep) fixture.delivery.judge(chat(), ROMEO);
        Verdict verdict = now(fixture.delivery.rehearse(chat(), row(1), keep, new Claim()));
        if (outcome.equals("stored")) {
            assertEquals(new Verdict.Stored("kept"), verdict);
        } else {
            String reason = assertInstanceOf(Verdict.Refused.class, verdict).reason();
            assertTrue(reason.startsWith("limit of " + outcome), reason);
        }
        assertEquals(List.of(Admission.of(0, Admission.OnFull.REFUSE)), store.admissions, "it would store nothing");
    }

    @Test
    void namesTheLimitsThatMayHaveCostAMessageItsPlace() {
        Told told = new Told();
        fixture.delivery.addMessageListener(told);
        fixture.bind("memory", 0, store);
        store.onAppend = row -> done(Appended.stored(List.of(7L)));
        fixture.delivery.bindQuota(
                limited(Admission.of(100, Admission.OnFull.EVICT_OLDEST).withTotal(OF_OWNER)));
        fixture.store(9, chat());
        fixture.delivery.bindQuota(
                limited(Admission.of(-1, Admission.OnFull.EVICT_OLDEST).withTotal(new OwnerLimit(-1, 5_000))));
        fixture.store(10, chat());
        assertEquals(
                List.of(
                        ROMEO + " [7] EVICTED (limit of 100 messages from one sender, or of 40 messages from all, or of"
                                + " 5000 bytes from all)",
                        ROMEO + " [7] EVICTED (limit of 5000 bytes from all)"),
                told.lines);
    }

    @Test
    void saysWhyNothingFitsIfThatIsNotTheLimit() {
        fixture.bind("memory", 0, store);
        store.onAppend = row -> done(FULL);
        fixture.delivery.bindQuota((owner, sender) -> QUOTA.terms(owner, sender)
                .thenApply(terms -> new Terms(terms.admission(), terms.strategy(), "the disk is full")));
        assertEquals(new Verdict.Refused("the disk is full", TOLD), now(fixture.store(1, chat())));
    }

    @Test
    void tellsListenersWhatMadeRoomForANewerOne() {
        Told told = new Told();
        fixture.delivery.addMessageListener(told);
        fixture.bind("memory", 0, store);
        store.onAppend = row -> done(Appended.stored(List.of(7L, 8L)));
        fixture.store(9, chat());
        assertEquals(List.of(ROMEO + " [7, 8] EVICTED (limit of 100 messages from one sender)"), told.lines);
    }

    @Test
    void neverBouncesAReceiptForTheLimit() {
        fixture.bind("memory", 0, store);
        store.onAppend = row -> done(FULL);
        assertEquals(new Verdict.Dropped(FULL_REASON), now(fixture.store(1, receipt())));
    }

    @Test
    void tellsTheSenderThatTheStoreFailedAndMayWorkLater() {
        fixture.bind("memory", 0, store);
        store.onAppend = row -> CompletableFuture.failedFuture(new StoreException("disk full: make room in data/"));
        Verdict verdict = now(fixture.store(1, chat()));
        assertInstanceOf(Verdict.Failed.class, verdict);
        StanzaError answer = verdict.told();
        assertEquals(Condition.RESOURCE_CONSTRAINT, answer.condition());
        assertEquals(StanzaError.Type.WAIT, answer.type());
        assertNull(now(fixture.store(2, receipt())).told());
    }

    @Test
    void givesAVerdictWhateverAStoreOrAStrategyDoes() {
        fixture.bind("memory", 0, store);
        store.onAppend = row -> {
            throw new IllegalStateException("broken on purpose");
        };
        assertInstanceOf(Verdict.Failed.class, now(fixture.store(1, chat())));
        store.onAppend = null; // answers null
        assertInstanceOf(Verdict.Failed.class, now(fixture.store(2, chat())));
        store.onAppend = row -> done(null);
        assertInstanceOf(Verdict.Failed.class, now(fixture.store(3, chat())));
        store.onAppend = row -> done(FULL);
        fixture.delivery.bindQuota(quota(message -> {
            throw new IllegalStateException("broken on purpose");
        }));
        assertInstanceOf(Verdict.Failed.class, now(fixture.store(4, chat())));
    }

    @Test
    void failsWhenTheStoreDoesNotAnswerInTime() {
        fixture.bind("memory", 0, store);
        CompletableFuture<Appended> late = new CompletableFuture<>();
        store.onAppend = row -> late;
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        fixture.pass(Duration.ofMillis(9_999));
        assertFalse(verdict.toCompletableFuture().isDone());
        fixture.pass(Duration.ofMillis(1));
        assertEquals(Condition.RESOURCE_CONSTRAINT, now(verdict).told().condition());
        late.complete(Appended.stored());
        assertInstanceOf(Verdict.Failed.class, now(verdict));
    }

    @Test
    void whoWasToldOfAFailureIsNotStoredWhenTheStoreHeals() {
        fixture.bind("memory", 0, store);
        Stalled stalled = new Stalled(store);
        CompletionStage<Verdict> told = fixture.store(1, chat());
        fixture.pass(Duration.ofSeconds(6));
        CompletionStage<Verdict> patient = fixture.store(2, chat());
        fixture.pass(Duration.ofSeconds(4));
        assertInstanceOf(Verdict.Failed.class, now(told));
        stalled.heal();
        assertEquals(List.of(2L), store.ids());
        assertEquals(new Verdict.Stored("kept"), now(patient));
        assertInstanceOf(Verdict.Failed.class, now(told));
    }

    @Test
    void whatAStoreHasBegunWithIsWaitedForHoweverLong() {
        fixture.bind("memory", 0, store);
        Stalled stalled = new Stalled(store);
        CompletionStage<Verdict> begun = fixture.store(1, chat());
        CompletionStage<Verdict> behind = fixture.store(2, chat());
        stalled.begin(1);
        fixture.pass(Duration.ofMinutes(10));
        assertInstanceOf(Verdict.Failed.class, now(behind));
        assertNull(now(begun));
        stalled.heal();
        assertEquals(new Verdict.Stored("kept"), now(begun));
        assertEquals(List.of(1L), store.ids());
    }

    @Test
    void aCallerMayWithdrawAtAnyMoment() {
        Claim waiting = new Claim();
        CompletionStage<Verdict> first = fixture.store(1, chat(), waiting); // for a store
        assertTrue(waiting.withdraw());
        fixture.pass(Duration.ofMillis(100));
        assertInstanceOf(Verdict.Failed.class, now(first));
        CompletableFuture<Terms> terms = new CompletableFuture<>();
        fixture.delivery.bindQuota((owner, sender) -> terms);
        fixture.bind("memory", 0, store);
        Claim lookedUp = new Claim();
        CompletionStage<Verdict> second = fixture.store(2, chat(), lookedUp); // for its terms
        assertTrue(lookedUp.withdraw());
        fixture.pass(Duration.ofMillis(100));
        assertInstanceOf(Verdict.Failed.class, now(second));
        terms.complete(now(QUOTA.terms(ROMEO, ROMEO)));
        Stalled stalled = new Stalled(store);
        Claim queued = new Claim();
        CompletionStage<Verdict> third = fixture.store(3, chat(), queued); // in the store's queue
        assertTrue(queued.withdraw());
        stalled.heal();
        assertInstanceOf(Verdict.Failed.class, now(third));
        assertEquals(List.of(), store.ids());
        store.onAppend = row -> null;
        Claim stored = new Claim();
        assertEquals(new Verdict.Stored("kept"), now(fixture.store(4, chat(), stored)));
        assertFalse(stored.withdraw());
    }

    @Test
    void aWithdrawnOneDoesNotHoldUpTheNextStore() {
        fixture.bind("memory", 0, store);
        Stalled stalled = new Stalled(store);
        fixture.store(1, chat());
        MemoryStore other = new MemoryStore();
        fixture.bind("other", 10, other);
        fixture.pass(Duration.ofSeconds(1));
        CompletionStage<Verdict> next = fixture.store(2, chat());
        fixture.pass(Duration.ofSeconds(8));
        assertNull(now(next), "the first may still become readable in the other store");
        fixture.pass(Duration.ofSeconds(1));
        assertEquals(new Verdict.Stored("kept"), now(next));
        assertEquals(List.of(2L), other.ids());
        stalled.heal();
        assertEquals(List.of(), store.ids());
    }

    @Test
    void anAppendWhoseOutcomeNobodyKnowsIsMadeAgainUntilItIsCertain() {
        fixture.bind("memory", 0, store);
        store.begunBy = claim -> true;
        store.onAppend = row -> row.id() == 1 ? unknown() : null;
        CompletionStage<Verdict> doubtful = fixture.store(1, chat());
        CompletionStage<Verdict> behind = fixture.store(2, chat());
        CompletionStage<Verdict> ofAnother = fixture.delivery.store(
                chat(), row(3, Fixture.JULIET, 1), new StorageDecision.Keep("kept"), new Claim());
        assertEquals(List.of(3L), store.ids(), "of another owner");
        assertEquals(new Verdict.Stored("kept"), now(ofAnother));
        for (int i = 0; i < 3; i++) {
            fixture.pass(Duration.ofSeconds(8));
            assertNull(now(doubtful));
        }
        assertInstanceOf(Verdict.Failed.class, now(behind));
        store.onAppend = row -> CompletableFuture.failedFuture(StoreException.nothingChanged("for this try"));
        fixture.pass(Duration.ofSeconds(8));
        assertNull(now(doubtful), "an earlier try may have stored it");
        CompletionStage<Verdict> patient = fixture.store(4, chat());
        store.onAppend = row -> null;
        fixture.pass(Duration.ofSeconds(8));
        assertEquals(new Verdict.Stored("kept"), now(doubtful));
        assertEquals(new Verdict.Stored("kept"), now(patient));
        assertEquals(List.of(3L, 1L, 4L), store.ids());
    }

    @Test
    void aDoubtfulAppendGoesToAnotherStoreWhenItsOwnIsGone() {
        FakeReference<MessageStore> reference = fixture.bind("memory", 0, store);
        store.begunBy = claim -> true;
        store.onAppend = row -> unknown();
        CompletionStage<Verdict> doubtful = fixture.store(1, chat());
        fixture.delivery.unbindStore(reference);
        fixture.pass(Duration.ofSeconds(8));
        MemoryStore other = new MemoryStore();
        fixture.bind("other", 0, other);
        assertNull(now(doubtful));
        fixture.pass(Duration.ofSeconds(8));
        assertEquals(new Verdict.Stored("kept"), now(doubtful));
        assertEquals(List.of(Admission.UNLIMITED), other.admissions, "it may wait in the first store already");
    }

    @Test
    void aFailureThatChangedNothingIsToldAtOnce() {
        fixture.bind("memory", 0, store);
        store.begunBy = claim -> true;
        store.onAppend = row -> CompletableFuture.failedFuture(StoreException.nothingChanged("disk full"));
        assertInstanceOf(Verdict.Failed.class, now(fixture.store(1, chat())));
    }

    @Test
    void whatAStoreWritesThoughItWasWithdrawnIsRemovedAgain() {
        fixture.bind("memory", 0, store);
        CompletableFuture<Appended> late = new CompletableFuture<>();
        store.onAppend = row -> late;
        CompletionStage<Verdict> told = fixture.store(1, chat());
        fixture.pass(Duration.ofSeconds(10));
        assertInstanceOf(Verdict.Failed.class, now(told));
        store.rows.add(row(1));
        late.complete(Appended.stored());
        assertEquals(List.of(), store.ids());
    }

    @Test
    void whatAStoreStillHasAtTheEndOfThisDeliveryIsForTheNextOneAndStoredOnce() {
        fixture.bind("memory", 0, store);
        Stalled stalled = new Stalled(store);
        Claim first = new Claim();
        Claim second = new Claim();
        CompletionStage<Verdict> begun = fixture.store(1, chat(), first);
        CompletionStage<Verdict> queued = fixture.store(2, chat(), second);
        stalled.begin(1);
        fixture.delivery.open();
        fixture.closeAtOnce();
        assertEquals(StoreException.Outcome.UNKNOWN, passedOn(begun));
        assertEquals(StoreException.Outcome.UNKNOWN, passedOn(queued), "nobody takes it out of the queue");

        Fixture next = new Fixture();
        next.delivery.bindFilter(message -> Opinion.skip("changed"));
        next.delivery.bindQuota(QUOTA);
        stalled.heal();
        next.bind("memory", 0, store);
        CompletionStage<Verdict> again = next.delivery.store(chat(), row(1), new StorageDecision.Keep("kept"), first);
        CompletionStage<Verdict> undecided = next.delivery.store(chat(), row(2), StorageDecision.UNDECIDED, second);
        next.pass(Duration.ofSeconds(1));
        assertEquals(new Verdict.Stored("kept"), now(again));
        assertInstanceOf(Verdict.Stored.class, now(undecided), "it is in the store");
        assertEquals(List.of(1L, 2L), store.ids());
    }

    /** Failed could be untrue, and so could stored. */
    @Test
    void anOutcomeThatNobodyKnowsAtTheEndOfThisDeliveryIsFoundOutByTheNext() {
        fixture.bind("memory", 0, store);
        store.begunBy = claim -> true;
        CompletableFuture<Appended> late = new CompletableFuture<>();
        store.onAppend = row -> row.id() == 1 ? unknown() : late;
        Claim begun = new Claim();
        CompletionStage<Verdict> doubtful = fixture.store(1, chat(), begun);
        CompletionStage<Verdict> underWay = fixture.delivery.store(
                chat(), row(2, Fixture.JULIET, 1), new StorageDecision.Keep("kept"), new Claim());
        fixture.delivery.open();
        fixture.closeAtOnce();
        late.completeExceptionally(new StoreException("the connection was lost during the commit"));
        assertEquals(StoreException.Outcome.UNKNOWN, passedOn(doubtful));
        assertEquals(StoreException.Outcome.UNKNOWN, passedOn(underWay));

        Fixture next = new Fixture().judging();
        next.bind("memory", 0, store);
        store.onAppend = row -> CompletableFuture.failedFuture(StoreException.nothingChanged("for this try"));
        CompletionStage<Verdict> again = next.store(1, chat(), begun);
        CompletionStage<Verdict> behind = next.store(3, chat());
        next.pass(Duration.ofMillis(1));
        assertNull(now(again), "the delivery before may have stored it");
        store.onAppend = row -> null;
        store.admissions.clear();
        next.pass(Duration.ofSeconds(8));
        assertEquals(new Verdict.Stored("kept"), now(again));
        assertEquals(Admission.UNLIMITED, store.admissions.get(0), "its limit was looked at before");
        next.pass(Duration.ofMillis(1));
        assertEquals(new Verdict.Stored("kept"), now(behind));
        assertEquals(List.of(1L, 3L), store.ids());
    }

    @Test
    void whatComesToADeliveryThatHasStoppedIsForTheNextOne() {
        fixture.bind("memory", 0, store);
        fixture.delivery.open();
        fixture.closeAtOnce();
        Claim claim = new Claim();
        assertEquals(StoreException.Outcome.NOTHING_CHANGED, passedOn(fixture.store(1, chat(), claim)));
        assertEquals(List.of(), store.ids());
        assertTrue(claim.begin(), "the next store may");
    }

    /** A store that is replaced has been asked by somebody who did not know yet. */
    @Test
    void whatAStoreThatWentHadNotBegunWithGoesToTheNextInTheOrderInWhichItCame() {
        FakeReference<MessageStore> reference = fixture.bind("memory", 0, store);
        Stalled stalled = new Stalled(store);
        CompletionStage<Verdict> begun = fixture.store(1, chat());
        CompletionStage<Verdict> first = fixture.store(2, chat());
        CompletionStage<Verdict> second = fixture.store(3, chat());
        stalled.begin(1);
        fixture.delivery.unbindStore(reference);
        MemoryStore other = new MemoryStore();
        fixture.bind("other", 0, other);
        stalled.fail(3, StoreException.nothingChanged("the store is closed"));
        stalled.fail(2, StoreException.nothingChanged("the store is closed"));
        CompletionStage<Verdict> behind = fixture.store(4, chat());
        fixture.pass(Duration.ofSeconds(1));
        assertEquals(List.of(), other.ids(), "the first is still on its way into the one that went");
        stalled.heal();
        fixture.pass(Duration.ofSeconds(1));
        for (CompletionStage<Verdict> verdict : List.of(begun, first, second, behind)) {
            assertEquals(new Verdict.Stored("kept"), now(verdict));
        }
        assertEquals(List.of(1L), store.ids());
        assertEquals(List.of(2L, 3L, 4L), other.ids());
        assertEquals(100, other.admissions.get(0).limit(), "the limit holds in the next store too");
    }

    @Test
    void whatNoStoreTakesAfterOneThatWentFailsAtItsDeadline() {
        FakeReference<MessageStore> reference = fixture.bind("memory", 0, store);
        Stalled stalled = new Stalled(store);
        CompletionStage<Verdict> left = fixture.store(1, chat());
        fixture.delivery.unbindStore(reference);
        stalled.fail(1, StoreException.nothingChanged("the store is closed"));
        fixture.pass(Duration.ofSeconds(9));
        assertNull(now(left));
        fixture.pass(Duration.ofSeconds(1));
        assertInstanceOf(Verdict.Failed.class, now(left));
        MemoryStore other = new MemoryStore();
        fixture.bind("other", 0, other);
        fixture.pass(Duration.ofSeconds(8));
        assertEquals(List.of(), other.ids());
        assertEquals(new Verdict.Stored("kept"), now(fixture.store(2, chat())));
    }

    /** What it says of a message that it leaves to the next delivery. */
    private static StoreException.Outcome passedOn(CompletionStage<Verdict> verdict) {
        CompletionException wrapper = assertThrows(
                CompletionException.class, () -> verdict.toCompletableFuture().getNow(null));
        return assertInstanceOf(StoreException.class, wrapper.getCause()).outcome();
    }

    private static CompletionStage<Appended> unknown() {
        return CompletableFuture.failedFuture(new StoreException("the connection was lost during the commit"));
    }

    /** Holds the appends of a store in a queue, as one whose disk stands still. */
    private static final class Stalled {
        private final Map<Long, CompletableFuture<Appended>> queue = new LinkedHashMap<>();
        private final Map<Long, Claim> claims = new LinkedHashMap<>();
        private final MemoryStore store;

        Stalled(MemoryStore store) {
            this.store = store;
            store.begunBy = claim -> false; // not before it is its turn
            store.onQueued = (row, claim) -> {
                CompletableFuture<Appended> answer = new CompletableFuture<>();
                queue.put(row.id(), answer);
                claims.put(row.id(), claim);
                rows.put(row.id(), row);
                return answer;
            };
        }

        private final Map<Long, StoredMessage> rows = new LinkedHashMap<>();

        void fail(long id, StoreException problem) {
            queue.remove(id).completeExceptionally(problem);
        }

        void begin(long id) {
            assertTrue(claims.get(id).begin());
        }

        void heal() {
            store.onQueued = null;
            queue.forEach((id, answer) -> {
                if (claims.get(id).begin()) {
                    store.rows.add(rows.get(id));
                    answer.complete(Appended.stored());
                } else {
                    answer.complete(Appended.WITHDRAWN);
                }
            });
        }
    }

    @Test
    void takesANewTimeoutForTheNextMessage() {
        fixture.bind("memory", 0, store);
        store.onAppend = row -> new CompletableFuture<>();
        fixture.delivery.modified(Map.of("store-timeout-seconds", "2"));
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        fixture.pass(Duration.ofSeconds(2));
        assertInstanceOf(Verdict.Failed.class, now(verdict));
    }

    @Test
    void waitsForAStoreAndKeepsTheOrder() {
        List<CompletionStage<Verdict>> verdicts =
                List.of(fixture.store(1, chat()), fixture.store(2, chat()), fixture.store(3, chat()));
        fixture.pass(Duration.ofSeconds(4));
        verdicts.forEach(v -> assertFalse(v.toCompletableFuture().isDone()));
        fixture.bind("memory", 0, store);
        verdicts.forEach(v -> assertEquals(new Verdict.Stored("kept"), now(v)));
        assertEquals(List.of(1L, 2L, 3L), store.ids());
    }

    @Test
    void letsNobodyOvertakeWhoWaits() {
        List<CompletionStage<Verdict>> verdicts =
                new ArrayList<>(List.of(fixture.store(1, chat()), fixture.store(2, chat())));
        store.onAppend = row -> {
            if (row.id() == 1) { // comes while the first of those who wait is being stored
                verdicts.add(fixture.store(3, chat()));
            }
            return null;
        };
        fixture.bind("memory", 0, store);
        assertEquals(List.of(1L, 2L, 3L), store.ids());
        verdicts.forEach(v -> assertEquals(new Verdict.Stored("kept"), now(v)));
    }

    @Test
    void givesUpWhenNoStoreComesAndNeverStoresWhatItGaveUp() {
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        CompletionStage<Verdict> silent = fixture.store(2, receipt());
        fixture.pass(Duration.ofSeconds(5));
        StanzaError answer = now(verdict).told();
        assertEquals(Condition.SERVICE_UNAVAILABLE, answer.condition());
        assertEquals(StanzaError.Type.WAIT, answer.type());
        assertNull(now(silent).told());
        CompletionStage<Verdict> next = fixture.store(3, chat());
        fixture.bind("memory", 0, store);
        assertEquals(List.of(3L), store.ids());
        assertEquals(new Verdict.Stored("kept"), now(next));
    }

    @Test
    void letsOnlySoManyWait() {
        for (int id = 1; id <= WaitingRoom.MAX_MESSAGES; id++) {
            assertFalse(fixture.store(id, chat()).toCompletableFuture().isDone());
        }
        assertInstanceOf(Verdict.Failed.class, now(fixture.store(1_000_000, chat())));
        fixture.bind("memory", 0, store);
        assertEquals(WaitingRoom.MAX_MESSAGES, store.ids().size());
        assertInstanceOf(Verdict.Stored.class, now(fixture.store(1_000_001, chat())));
    }

    @Test
    void letsOnlySoManyBytesWait() {
        StorageDecision.Keep keep = (StorageDecision.Keep) fixture.delivery.judge(chat(), ROMEO);
        int half = (int) (WaitingRoom.MAX_BYTES / 2);
        assertFalse(fixture.delivery
                .store(chat(), row(1, ROMEO, half), keep, new Claim())
                .toCompletableFuture()
                .isDone());
        assertFalse(fixture.delivery
                .store(chat(), row(2, ROMEO, half), keep, new Claim())
                .toCompletableFuture()
                .isDone());
        assertTrue(fixture.delivery
                .store(chat(), row(3, ROMEO, 1), keep, new Claim())
                .toCompletableFuture()
                .isDone());
    }

    @Test
    void judgesWhatCameWithoutAFilterBeforeStoringIt() {
        Fixture bare = new Fixture();
        bare.bind("memory", 0, store);
        CompletionStage<Verdict> body = bare.store(1, chat());
        CompletionStage<Verdict> chatState = bare.store(2, message("chat", "active"));
        bare.delivery.bindFilter(FILTER);
        assertFalse(body.toCompletableFuture().isDone());
        bare.delivery.bindQuota(QUOTA);
        assertEquals(new Verdict.Stored("kept"), now(body));
        assertEquals(new Verdict.Skipped("skipped", null), now(chatState));
        assertEquals(List.of(1L), store.ids());
        assertEquals(100, store.admissions.get(0).limit());
    }

    @Test
    void storesNothingUnjudgedWhenTheFilterStaysAway() {
        fixture.bind("memory", 0, store);
        fixture.delivery.unbindFilter(FILTER);
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        fixture.pass(Duration.ofSeconds(5));
        assertEquals(Condition.SERVICE_UNAVAILABLE, now(verdict).told().condition());
        assertEquals(List.of(), store.ids());
    }

    /** It fails, as a class does that is needed for the first time in a bundle that is gone; or it has lost its rules already. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aFilterOrAQuotaThatGoesWhileItIsAskedLeavesTheAnswerToTheNext(boolean fails) {
        fixture.bind("memory", 0, store);
        MessageFilter leaving = new MessageFilter() {
            @Override
            public Opinion decide(Message message) {
                fixture.delivery.unbindFilter(this);
                if (fails) {
                    throw new NoClassDefFoundError("gone");
                }
                return Opinion.skip("without rules");
            }
        };
        QuotaService quota = new QuotaService() {
            @Override
            public CompletionStage<Terms> terms(Jid owner, Jid sender) {
                fixture.delivery.unbindQuota(this);
                if (fails) {
                    throw new NoClassDefFoundError("gone");
                }
                return CompletableFuture.completedFuture(new Terms(Admission.of(0, Admission.OnFull.REFUSE), null));
            }
        };
        fixture.delivery.bindFilter(leaving);
        fixture.delivery.bindQuota(quota);
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        assertNull(now(verdict));
        fixture.delivery.bindFilter(FILTER);
        assertNull(now(verdict));
        fixture.delivery.bindQuota(QUOTA);
        assertEquals(new Verdict.Stored("kept"), now(verdict));
        assertEquals(100, store.admissions.get(0).limit());
    }

    @Test
    void aQuotaThatFailsLaterBecauseItWentIsAskedNoMore() {
        fixture.bind("memory", 0, store);
        CompletableFuture<Terms> looking = new CompletableFuture<>();
        QuotaService goes = (owner, sender) -> looking;
        fixture.delivery.bindQuota(goes);
        CompletionStage<Verdict> first = fixture.store(1, chat());
        CompletionStage<Verdict> second = fixture.store(2, chat());
        fixture.delivery.unbindQuota(goes);
        looking.completeExceptionally(new StoreException("stopped"));
        assertNull(now(first));
        fixture.delivery.bindQuota(QUOTA);
        assertEquals(new Verdict.Stored("kept"), now(first));
        assertEquals(new Verdict.Stored("kept"), now(second));
        assertEquals(List.of(1L, 2L), store.ids());
    }

    @Test
    void aFilterThatFailsHoldsUpNobodyWhoWaitedForIt() {
        Fixture bare = new Fixture();
        bare.bind("memory", 0, store);
        bare.delivery.bindQuota(QUOTA);
        CompletionStage<Verdict> first = bare.store(1, chat());
        CompletionStage<Verdict> second = bare.store(2, chat());
        AtomicInteger asked = new AtomicInteger();
        bare.delivery.bindFilter(message -> {
            if (asked.getAndIncrement() == 0) {
                throw new IllegalStateException("broken");
            }
            return FILTER.decide(message);
        });
        assertInstanceOf(Verdict.Failed.class, now(first));
        assertEquals(new Verdict.Stored("kept"), now(second));
    }

    @Test
    void keepsTheNewFilterWhenTheOldOneIsUnboundAfterIt() {
        fixture.bind("memory", 0, store);
        fixture.delivery.bindFilter(m -> new im.restante.filter.Opinion.Keep("new"));
        fixture.delivery.unbindFilter(FILTER);
        assertEquals(new Verdict.Stored("new"), now(fixture.store(1, chat())));
    }

    @Test
    void prefersTheHighestRankingStoreAndFollowsAChange() {
        MemoryStore other = new MemoryStore();
        FakeReference<MessageStore> low = fixture.bind("low", 0, store);
        FakeReference<MessageStore> high = fixture.bind("high", 10, other);
        fixture.store(1, chat());
        low.ranking(20);
        fixture.delivery.updatedStore(low);
        fixture.store(2, chat());
        fixture.delivery.unbindStore(low);
        fixture.store(3, chat());
        assertEquals(List.of(2L), store.ids());
        assertEquals(List.of(1L, 3L), other.ids());
        fixture.delivery.unbindStore(high);
        assertFalse(fixture.store(4, chat()).toCompletableFuture().isDone());
    }

    @Test
    void storesOnlyInTheStoreThatIsNamed() {
        MemoryStore other = new MemoryStore();
        fixture.delivery.modified(Map.of("store", "mine"));
        fixture.bind("memory", 10, other);
        CompletionStage<Verdict> verdict = fixture.store(1, chat());
        assertFalse(verdict.toCompletableFuture().isDone());
        fixture.bind("mine", 0, store);
        assertEquals(List.of(1L), store.ids());
        assertEquals(List.of(), other.ids());
    }

    static <T> T now(CompletionStage<T> stage) {
        return stage.toCompletableFuture().getNow(null);
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }
}
