package im.restante.internal.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.itests.support.FakeReference;
import im.restante.jid.Jid;
import im.restante.quota.QuotaExceededStrategy;
import im.restante.quota.Terms;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Usage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredQuotaTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Message MESSAGE = Message.of(Element.of(Namespaces.CLIENT, "message"));
    private static final StanzaError OWN = StanzaError.of(StanzaError.Condition.RESOURCE_CONSTRAINT, "my own words");

    private long nextId = 1;

    @Test
    void keepsAHundredAndAnswersAnErrorUnlessTold() {
        Terms terms = terms(quota(Map.of()));
        assertEquals(Admission.of(100, OnFull.REFUSE), terms.admission());
        assertEquals(
                Optional.of(new StanzaError(
                        StanzaError.Condition.SERVICE_UNAVAILABLE,
                        StanzaError.Type.CANCEL,
                        "The recipient's offline queue is full: limit of 100 messages reached")),
                answer(terms));
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "250", "-1", "-7"})
    void passesTheLimitOnAsItIsWritten(int limit) {
        Terms terms = terms(quota(Map.of("store-limit", Integer.toString(limit))));
        assertEquals(limit, terms.admission().limit());
    }

    @ParameterizedTest(name = "{0}: {1}, told: {2}")
    @CsvSource({"error, REFUSE, true", "drop, REFUSE, false", "drop-oldest, EVICT_OLDEST, true"})
    void usesTheStockStrategyThatIsNamed(String name, OnFull onFull, boolean told) {
        ConfiguredQuota quota = withStock(Map.of("quota-exceeded", name));
        Terms terms = terms(quota);
        assertEquals(onFull, terms.admission().onFull());
        assertEquals(told, answer(terms).isPresent());
    }

    @Test
    void usesAThirdPartysStrategyAndFallsBackToErrorWhenItVanishes() {
        ConfiguredQuota quota = withStock(Map.of("quota-exceeded", "mine"));
        assertTrue(answer(terms(quota)).orElseThrow().text().contains("queue is full"));
        FakeReference<QuotaExceededStrategy> reference = bind(quota, "mine", 0, new Fixed(OWN));
        assertEquals(Optional.of(OWN), answer(terms(quota)));
        quota.unbindStrategy(reference);
        assertTrue(answer(terms(quota)).orElseThrow().text().contains("queue is full"));
    }

    @Test
    void prefersTheHighestRankingOfOneName() {
        ConfiguredQuota quota = withStock(Map.of());
        FakeReference<QuotaExceededStrategy> reference = bind(quota, "error", 10, new Fixed(OWN));
        assertEquals(Optional.of(OWN), answer(terms(quota)));
        reference.ranking(-10);
        quota.updatedStrategy(reference);
        assertTrue(answer(terms(quota)).orElseThrow().text().contains("queue is full"));
    }

    @Test
    void answersTheStockErrorForAStrategyThatThrowsOrAnswersNull() {
        ConfiguredQuota quota = quota(Map.of("quota-exceeded", "mine", "store-limit", "3"));
        FakeReference<QuotaExceededStrategy> throwing = bind(quota, "mine", 0, new QuotaExceededStrategy() {
            @Override
            public OnFull onFull() {
                throw new IllegalStateException("broken on purpose");
            }

            @Override
            public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
                throw new NoClassDefFoundError("broken on purpose");
            }
        });
        Terms terms = terms(quota);
        assertEquals(Admission.of(3, OnFull.REFUSE), terms.admission());
        assertTrue(answer(terms).orElseThrow().text().contains("limit of 3 messages"));
        quota.unbindStrategy(throwing);
        bind(quota, "mine", 0, new QuotaExceededStrategy() {
            @Override
            public OnFull onFull() {
                return null;
            }

            @Override
            @SuppressWarnings("OptionalAssignedToNull")
            public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
                return null;
            }
        });
        assertEquals(OnFull.REFUSE, terms(quota).admission().onFull());
        assertTrue(answer(terms(quota)).isPresent());
        bind(quota, "mine", 9, new QuotaExceededStrategy() {
            @Override
            public OnFull onFull() {
                throw new StackOverflowError("broken on purpose");
            }

            @Override
            public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
                throw new AssertionError("broken on purpose");
            }
        });
        assertEquals(OnFull.REFUSE, terms(quota).admission().onFull());
        assertTrue(answer(terms(quota)).isPresent());
    }

    @Test
    void takesNewSettingsForTheNextMessage() {
        ConfiguredQuota quota = withStock(Map.of("store-limit", "5"));
        Terms before = terms(quota);
        quota.modified(Map.of("store-limit", "6", "quota-exceeded", "drop-oldest"));
        assertEquals(Admission.of(5, OnFull.REFUSE), before.admission());
        assertEquals(Admission.of(6, OnFull.EVICT_OLDEST), terms(quota).admission());
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "1.5", "1e3", "0x10", "99999999999", "99999999999999999999"})
    void keepsTheLastGoodSettingsWhenAValueIsBad(String bad) {
        ConfiguredQuota quota = withStock(Map.of("store-limit", "5", "quota-exceeded", "drop-oldest"));
        quota.modified(Map.of("store-limit", bad, "quota-exceeded", "drop"));
        assertEquals(Admission.of(5, OnFull.EVICT_OLDEST), terms(quota).admission());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void takesAnEmptyValueForTheDefault(String empty) {
        assertEquals(100, terms(quota(Map.of("store-limit", empty))).admission().limit());
    }

    @Test
    void tellsListenersWhatIsInForceAndNothingThatIsRefused() {
        List<String> told = new ArrayList<>();
        ConfiguredQuota quota = withStock(Map.of("store-limit", "5"));
        quota.addSettingsListener((reader, pid, values) -> told.add(reader + ' ' + pid + ' ' + values));
        quota.modified(Map.of("store-limit", "many"));
        assertEquals(1, told.stream().distinct().count(), told::toString);
        assertTrue(told.get(0).startsWith("quota im.restante.quota store-limit=5 "), told::toString);
        quota.modified(Map.of("store-limit", "6", "quota-exceeded", "mine"));
        assertTrue(
                last(told).contains("store-limit=6 ") && last(told).endsWith("quota-exceeded=error"), told::toString);
        FakeReference<QuotaExceededStrategy> mine = bind(quota, "mine", 0, new Fixed(OWN));
        assertTrue(last(told).contains("store-limit=6 ") && last(told).endsWith("quota-exceeded=mine"), told::toString);
        quota.unbindStrategy(mine);
        assertTrue(last(told).endsWith("quota-exceeded=mine (not present: error is used)"), told::toString);
    }

    private static String last(List<String> lines) {
        return lines.get(lines.size() - 1);
    }

    @Test
    void refusesAStrategyThatIsNotThereAndNothingElseAndTakesItWhenItComes() {
        ConfiguredQuota quota = withStock(Map.of("store-limit", "5", "quota-exceeded", "drop"));
        quota.modified(Map.of("store-limit", "6", "quota-exceeded", "mine"));
        assertEquals(6, terms(quota).admission().limit());
        assertEquals(Optional.empty(), answer(terms(quota)));
        bind(quota, "other", 0, new Fixed(OWN));
        assertEquals(Optional.empty(), answer(terms(quota)));
        bind(quota, "mine", 0, new Fixed(OWN));
        assertEquals(6, terms(quota).admission().limit());
        assertEquals(Optional.of(OWN), answer(terms(quota)));
    }

    @Test
    void forgetsARefusedStrategyWhenSettingsChangeAgain() {
        ConfiguredQuota quota = withStock(Map.of("store-limit", "5"));
        quota.modified(Map.of("store-limit", "6", "quota-exceeded", "mine"));
        quota.modified(Map.of("store-limit", "7"));
        bind(quota, "mine", 0, new Fixed(OWN));
        assertEquals(7, terms(quota).admission().limit());
        assertTrue(answer(terms(quota)).orElseThrow().text().contains("queue is full"));
    }

    @Test
    void changesTheLimitWhileTheChosenStrategyIsBeingReplaced() {
        ConfiguredQuota quota = withStock(Map.of("quota-exceeded", "mine"));
        quota.unbindStrategy(bind(quota, "mine", 0, new Fixed(OWN)));
        quota.modified(Map.of("store-limit", "6", "quota-exceeded", "mine"));
        assertEquals(6, terms(quota).admission().limit());
    }

    @Test
    void refusesToStartWithABadValueAndNamesIt() {
        ConfigException e = assertThrows(ConfigException.class, () -> quota(Map.of("store-limit", "many")));
        assertTrue(e.getMessage().contains("im.restante.quota: store-limit=many"), e.getMessage());
    }

    private static Terms terms(ConfiguredQuota quota) {
        return quota.terms(ROMEO, JULIET).toCompletableFuture().getNow(null);
    }

    private static ConfiguredQuota quota(Map<String, Object> values) {
        return new ConfiguredQuota(values, System::nanoTime, Duration.ofSeconds(2));
    }

    private ConfiguredQuota withStock(Map<String, Object> values) {
        ConfiguredQuota quota = quota(values);
        bind(quota, "error", 0, new ErrorStrategy());
        bind(quota, "drop", 0, new DropStrategy());
        bind(quota, "drop-oldest", 0, new DropOldestStrategy());
        return quota;
    }

    private FakeReference<QuotaExceededStrategy> bind(
            ConfiguredQuota quota, String name, int ranking, QuotaExceededStrategy strategy) {
        FakeReference<QuotaExceededStrategy> reference =
                new FakeReference<>(nextId++, ranking, Map.of(QuotaExceededStrategy.NAME, name));
        quota.bindStrategy(reference, strategy);
        return reference;
    }

    private static Optional<StanzaError> answer(Terms terms) {
        return terms.strategy().exceeded(MESSAGE, terms.admission(), Usage.of(100));
    }

    private record Fixed(StanzaError answer) implements QuotaExceededStrategy {
        @Override
        public OnFull onFull() {
            return OnFull.REFUSE;
        }

        @Override
        public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
            return Optional.of(answer);
        }
    }

    @Test
    void judgesSettingsWithoutPuttingThemInForce() {
        ConfiguredQuota quota = new ConfiguredQuota(Map.of(), System::nanoTime, ConfiguredQuota.LOOKUP_TIMEOUT);
        assertEquals(List.of(), quota.judge(Map.of("quota-exceeded", "error", "store-limit", "7")));
        ConfigException unknown =
                assertThrows(ConfigException.class, () -> quota.judge(Map.of("quota-exceeded", "bounce")));
        assertEquals(
                "im.restante.quota: quota-exceeded=bounce: must be the name of a strategy that is present: [error]",
                unknown.getMessage());
        assertTrue(unknown.isAlone(), "the other keys hold");
        assertFalse(assertThrows(ConfigException.class, () -> quota.judge(Map.of("store-limit", "1e3")))
                .isAlone());
    }
}
