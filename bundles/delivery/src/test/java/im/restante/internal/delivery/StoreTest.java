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
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.delivery.Judgement;
import im.restante.delivery.Verdict;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.StoreException;
import im.restante.store.Usage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class StoreTest {
    private static final Appended FULL = new Appended.Full(new Usage(100, -1, null));

    private final Fixture fixture = new Fixture().judging();
    private final MemoryStore store = new MemoryStore();

    @Test
    void storesOnTheTermsItWasJudgedByAndSaysTheRule() {
        fixture.bind("memory", 0, store);
        assertEquals(new Verdict.Stored("kept"), now(fixture.store(1, chat())));
        assertEquals(List.of(1L), store.ids());
        assertEquals(List.of(new Admission(100, Admission.OnFull.REFUSE)), store.admissions);
    }

    @Test
    void asksTheStrategyWhatTheSenderIsToldWhenTheLimitIsReached() {
        fixture.bind("memory", 0, store);
        store.onAppend = row -> done(FULL);
        assertEquals(new Verdict.Refused("store-limit 100 reached", TOLD), now(fixture.store(1, chat())));
        fixture.delivery.bindQuota(quota(message -> Optional.empty()));
        assertEquals(new Verdict.Dropped("store-limit 100 reached"), now(fixture.store(2, chat())));
    }

    @Test
    void neverBouncesAReceiptForTheLimit() {
        fixture.bind("memory", 0, store);
        store.onAppend = row -> done(FULL);
        assertEquals(new Verdict.Dropped("store-limit 100 reached"), now(fixture.store(1, receipt())));
    }

    @Test
    void tellsTheSenderThatTheStoreFailedAndMayWorkLater() {
        fixture.bind("memory", 0, store);
        store.onAppend = row -> CompletableFuture.failedFuture(new StoreException("disk full: make room in data/"));
        Verdict verdict = now(fixture.store(1, chat()));
        assertInstanceOf(Verdict.Failed.class, verdict);
        StanzaError answer = verdict.answer().orElseThrow();
        assertEquals(Condition.RESOURCE_CONSTRAINT, answer.condition());
        assertEquals(StanzaError.Type.WAIT, answer.type());
        assertEquals(Optional.empty(), now(fixture.store(2, receipt())).answer());
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
        assertEquals(
                Condition.RESOURCE_CONSTRAINT,
                now(verdict).answer().orElseThrow().condition());
        late.complete(new Appended.Stored(List.of()));
        assertInstanceOf(Verdict.Failed.class, now(verdict));
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
        StanzaError answer = now(verdict).answer().orElseThrow();
        assertEquals(Condition.SERVICE_UNAVAILABLE, answer.condition());
        assertEquals(StanzaError.Type.WAIT, answer.type());
        assertEquals(Optional.empty(), now(silent).answer());
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
        Judgement.Keep keep = (Judgement.Keep) fixture.delivery.judge(chat(), ROMEO);
        int half = (int) (WaitingRoom.MAX_BYTES / 2);
        assertFalse(fixture.delivery
                .store(chat(), row(1, ROMEO, half), keep)
                .toCompletableFuture()
                .isDone());
        assertFalse(fixture.delivery
                .store(chat(), row(2, ROMEO, half), keep)
                .toCompletableFuture()
                .isDone());
        assertTrue(fixture.delivery
                .store(chat(), row(3, ROMEO, 1), keep)
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
        assertEquals(
                Condition.SERVICE_UNAVAILABLE,
                now(verdict).answer().orElseThrow().condition());
        assertEquals(List.of(), store.ids());
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
        FakeReference low = fixture.bind("low", 0, store);
        FakeReference high = fixture.bind("high", 10, other);
        fixture.store(1, chat());
        low.ranking = 20;
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
