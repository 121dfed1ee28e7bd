package im.restante.internal.filter;

import static im.restante.internal.filter.StockRulesTest.message;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.filter.Opinion;
import im.restante.filter.StorageRule;
import im.restante.itests.support.FakeReference;
import im.restante.stanza.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RankedFilterTest {
    private static final Opinion STOCK = Opinion.keep("default: body");
    private static final Opinion FIRST = Opinion.skip("first");
    private static final Opinion SECOND = Opinion.keep("second");

    private final AtomicLong nanos = new AtomicLong();
    private final RankedFilter filter = new RankedFilter(Map.of(), nanos::get);
    private final Message message = message("chat", "body");

    @Test
    void fallsBackToTheStockRulesWithoutAnyOther() {
        assertEquals(STOCK, filter.decide(message));
    }

    @Test
    void asksTheHighestRankingFirst() {
        bind(1, 5, m -> SECOND);
        bind(2, 10, m -> FIRST);
        assertEquals(FIRST, filter.decide(message));
    }

    @Test
    void asksTheNextRuleWhenOneHasNoOpinion() {
        bind(1, 5, m -> SECOND);
        bind(2, 10, m -> Opinion.NONE);
        assertEquals(SECOND, filter.decide(message));
    }

    @Test
    void letsARuleOverrideTypeBodyAndHints() {
        bind(1, 0, m -> SECOND);
        assertEquals(SECOND, filter.decide(message("headline", "no-store")));
    }

    @Test
    void asksAStorageRuleBeforeThePathsAndThePathsBeforeTheDefaults() {
        filter.modified(Map.of("msg-store-offline-paths", "-/message/body"));
        assertEquals(Opinion.skip("-/message/body"), filter.decide(message));
        bind(1, 0, m -> SECOND);
        assertEquals(SECOND, filter.decide(message));
    }

    @Test
    void followsAChangeOfThePathsAndKeepsTheLastGoodOnes() {
        filter.modified(Map.of("msg-store-offline-paths", "-/message/body"));
        filter.modified(Map.of("msg-store-offline-paths", "/message/body,/message/["));
        assertEquals(Opinion.skip("-/message/body"), filter.decide(message));
        filter.modified(Map.of("msg-store-offline-paths", ""));
        assertEquals(STOCK, filter.decide(message));
    }

    @Test
    void tellsListenersWhatIsInForceAndNothingThatIsRefused() {
        List<String> told = new ArrayList<>();
        filter.modified(Map.of("msg-store-offline-paths", "/message/a"));
        filter.addSettingsListener((reader, pid, values) -> told.add(reader + ' ' + pid + ' ' + values));
        filter.modified(Map.of("msg-store-offline-paths", "/message/["));
        filter.modified(Map.of("msg-store-offline-paths", "/message/b"));
        assertEquals(
                List.of(
                        "filter im.restante.filter msg-store-offline-paths=/message/a",
                        "filter im.restante.filter msg-store-offline-paths=/message/b"),
                told);
    }

    /** A mixture of both values, or none of them, would let another entry decide, or the defaults. */
    @Test
    void judgesAMessageByTheOldPathsOrByTheNewOnesWhileTheyChange() {
        String[] values = {"/message/none,-/message/body,/message/x", "-/message/none,-/message/other,/message/body"};
        Set<Opinion> either = Set.of(Opinion.skip("-/message/body"), Opinion.keep("/message/body"));
        filter.modified(Map.of("msg-store-offline-paths", values[1]));
        CompletableFuture<Void> changes = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 20_000; i++) {
                filter.modified(Map.of("msg-store-offline-paths", values[i % 2]));
            }
        });
        while (!changes.isDone()) {
            Opinion opinion = filter.decide(message);
            assertTrue(either.contains(opinion), opinion::toString);
        }
        changes.join();
    }

    @Test
    void triesACandidateWithoutPuttingItInForce() {
        filter.modified(Map.of("msg-store-offline-paths", "/message/body"));
        assertEquals(
                Opinion.skip("-/message/body"), filter.with("-/message/body").decide(message));
        assertEquals(STOCK, filter.with("").decide(message));
        assertEquals(Opinion.keep("/message/body"), filter.decide(message));
        bind(1, 0, m -> SECOND);
        assertEquals(SECOND, filter.with("-/message/body").decide(message), "a storage rule comes before the paths");
    }

    @Test
    void refusesABadCandidateWithItsPlaceAndWarnsOfOneThatNeverDecides() {
        ConfigException e = assertThrows(ConfigException.class, () -> filter.with("/message/body,/message/["));
        assertTrue(e.getMessage().contains("entry 2 (/message/[) is wrong at character"), e.getMessage());
        assertEquals(
                e.getMessage(),
                assertThrows(
                                ConfigException.class,
                                () -> filter.judge(Map.of("msg-store-offline-paths", "/message/body,/message/[")))
                        .getMessage());
        assertEquals(
                1,
                filter.judge(Map.of("msg-store-offline-paths", "/message/x,/message/x[a]"))
                        .size());
    }

    @Test
    void refusesToStartWithABadPathAndNamesIt() {
        ConfigException e = assertThrows(
                ConfigException.class,
                () -> new RankedFilter(Map.of("msg-store-offline-paths", "message"), nanos::get));
        assertTrue(e.getMessage().startsWith("im.restante.filter: msg-store-offline-paths=message"), e.getMessage());
    }

    @Test
    void followsAChangeOfRanking() {
        FakeReference<StorageRule> reference = bind(1, 5, m -> SECOND);
        bind(2, 10, m -> FIRST);
        reference.ranking(20);
        filter.updatedRule(reference);
        assertEquals(SECOND, filter.decide(message));
    }

    @Test
    void forgetsARuleThatIsGone() {
        FakeReference<StorageRule> reference = bind(1, 5, m -> SECOND);
        filter.unbindRule(reference);
        assertEquals(STOCK, filter.decide(message));
    }

    @Test
    void takesARuleThatThrowsOrAnswersNullAsHavingNoOpinion() {
        AtomicInteger asked = new AtomicInteger();
        bind(1, 30, m -> {
            asked.incrementAndGet();
            throw new IllegalStateException("broken on purpose");
        });
        bind(2, 20, m -> {
            asked.incrementAndGet();
            throw new NoClassDefFoundError("broken on purpose");
        });
        bind(3, 10, m -> {
            asked.incrementAndGet();
            return null;
        });
        bind(4, 5, m -> {
            asked.incrementAndGet();
            throw new StackOverflowError("broken on purpose");
        });
        assertEquals(STOCK, filter.decide(message));
        assertEquals(4, asked.get());
    }

    private FakeReference<StorageRule> bind(long id, int ranking, StorageRule rule) {
        FakeReference<StorageRule> reference = new FakeReference<>(id, ranking);
        filter.bindRule(reference, rule);
        return reference;
    }
}
