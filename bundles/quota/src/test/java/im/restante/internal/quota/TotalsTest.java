package im.restante.internal.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.itests.support.FakeReference;
import im.restante.jid.Jid;
import im.restante.limit.Acquaintances;
import im.restante.limit.Limits;
import im.restante.quota.QuotaExceededStrategy;
import im.restante.quota.Terms;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.OwnerLimit;
import im.restante.store.StoreException;
import im.restante.store.Usage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What may wait for an owner from all senders together. */
class TotalsTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Jid STRANGER = Jid.of("paris@example.org");
    private static final Message MESSAGE = Message.of(Element.of(Namespaces.CLIENT, "message"));
    private static final OwnerLimit WHOLE = new OwnerLimit(11, 1_001);
    private static final OwnerLimit HALF = new OwnerLimit(5, 500);
    private static final Appended.Full FULL =
            Appended.full(Appended.Limit.OWNER_BYTES, Usage.of(3), Usage.of(7).withBytes(990));

    private volatile Supplier<OwnerLimit> limit = () -> WHOLE;
    private final Limits limits = (Limits) Proxy.newProxyInstance(
            Limits.class.getClassLoader(), new Class<?>[] {Limits.class}, (proxy, method, arguments) -> {
                assertEquals("ownerLimit", method.getName());
                assertEquals(List.of(ROMEO), List.of(arguments));
                return limit.get();
            });
    private final Acquaintances roster =
            (owner, other) -> CompletableFuture.completedFuture(owner.equals(ROMEO) && other.equals(JULIET));
    private ConfiguredQuota quota;

    @BeforeEach
    void there() {
        use(Map.of("store-limit", "7"), Duration.ofMillis(1));
    }

    private void use(Map<String, Object> settings, Duration timeout) {
        quota = new ConfiguredQuota(settings, System::nanoTime, timeout);
        quota.bindStrategy(new FakeReference<>(1, 0, Map.of(QuotaExceededStrategy.NAME, "error")), new ErrorStrategy());
        quota.bindStrategy(new FakeReference<>(2, 0, Map.of(QuotaExceededStrategy.NAME, "drop")), new DropStrategy());
        quota.bindStrategy(
                new FakeReference<>(3, 0, Map.of(QuotaExceededStrategy.NAME, "drop-oldest")), new DropOldestStrategy());
        quota.limits = limits;
        quota.acquaintances = roster;
    }

    private Terms terms(Jid sender) {
        try {
            return quota.terms(ROMEO, sender).toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private void assertTotal(OwnerLimit expected, Jid sender) {
        assertEquals(
                Admission.of(7, OnFull.REFUSE).withTotal(expected),
                terms(sender).admission());
    }

    private static Optional<StanzaError> answer(Terms terms) {
        return terms.strategy().totalExceeded(MESSAGE, terms.admission(), FULL);
    }

    @Test
    void halfIsReservedForThoseWhomTheOwnerKnows() {
        assertTotal(WHOLE, JULIET);
        assertTotal(HALF, STRANGER);
    }

    @Test
    void aLimitThatIsOffStaysOffForStrangers() {
        limit = () -> new OwnerLimit(-1, 1_001);
        assertTotal(new OwnerLimit(-1, 500), STRANGER);
        limit = () -> OwnerLimit.NONE;
        quota.acquaintances = (owner, other) -> {
            throw new AssertionError("nobody need be asked");
        };
        assertTotal(OwnerLimit.NONE, STRANGER);
    }

    @Test
    void takesWhatTheLimitsSayForTheNextMessage() {
        assertTotal(WHOLE, JULIET);
        limit = () -> new OwnerLimit(3, -1);
        assertTotal(new OwnerLimit(3, -1), JULIET);
    }

    @Test
    void withoutLimitsNothingIsLimited() {
        quota.limits = null;
        assertTotal(OwnerLimit.NONE, STRANGER);
        quota.limits = limits;
        limit = () -> null;
        assertTotal(OwnerLimit.NONE, STRANGER);
        limit = () -> {
            throw new IllegalStateException("broken on purpose");
        };
        assertTotal(OwnerLimit.NONE, STRANGER);
        limit = () -> {
            throw new StackOverflowError("broken on purpose");
        };
        assertTotal(OwnerLimit.NONE, STRANGER);
    }

    @Test
    void whereNobodyCanTellNobodyIsAStranger() {
        quota.acquaintances = null;
        assertTotal(WHOLE, STRANGER);
        quota.acquaintances = (owner, other) -> CompletableFuture.failedFuture(new StoreException("broken on purpose"));
        assertTotal(WHOLE, STRANGER);
        quota.acquaintances = (owner, other) -> {
            throw new IllegalStateException("broken on purpose");
        };
        assertTotal(WHOLE, STRANGER);
        quota.acquaintances = (owner, other) -> null;
        assertTotal(WHOLE, STRANGER);
        quota.acquaintances = (owner, other) -> CompletableFuture.completedFuture(null);
        assertTotal(WHOLE, STRANGER);
    }

    @Test
    void aRosterThatIsNotAnsweredInTimeMakesNobodyAStranger() {
        CompletableFuture<Boolean> never = new CompletableFuture<>();
        quota.acquaintances = (owner, other) -> never;
        assertTotal(WHOLE, STRANGER);
        assertFalse(never.isDone(), "it is somebody else's");
    }

    @Test
    void waitsForARosterThatIsBeingRead() {
        use(Map.of(), ConfiguredQuota.LOOKUP_TIMEOUT.multipliedBy(30));
        CompletableFuture<Boolean> read = new CompletableFuture<>();
        quota.acquaintances = (owner, other) -> read;
        CompletableFuture<Terms> asked = quota.terms(ROMEO, STRANGER).toCompletableFuture();
        assertFalse(asked.isDone());
        read.complete(false);
        assertEquals(HALF, asked.join().admission().total());
    }

    @ParameterizedTest
    @EnumSource(Strategy.class)
    void theStrategyAnswersWithATextOfItsOwnForTheTotal(Strategy strategy) {
        use(Map.of("store-limit", "7", "quota-exceeded", strategy.name), Duration.ofMillis(1));
        Terms terms = terms(STRANGER);
        assertEquals(Admission.of(7, strategy.onFull).withTotal(HALF), terms.admission());
        assertEquals(
                Optional.ofNullable(strategy.text)
                        .map(text -> StanzaError.of(StanzaError.Condition.SERVICE_UNAVAILABLE, text)),
                answer(terms));
    }

    private enum Strategy {
        ERROR(
                "error",
                OnFull.REFUSE,
                "The recipient's offline queue is full: the limit of all senders together is reached"),
        DROP("drop", OnFull.REFUSE, null),
        DROP_OLDEST(
                "drop-oldest",
                OnFull.EVICT_OLDEST,
                "The recipient's offline queue is full: the limit of all senders together is reached");

        private final String name;
        private final OnFull onFull;
        private final String text;

        Strategy(String name, OnFull onFull, String text) {
            this.name = name;
            this.onFull = onFull;
            this.text = text;
        }
    }

    /** One that knows pairs alone keeps its condition, and one that fails is answered for. */
    @Test
    void aThirdPartysStrategyNeedNotKnowOfTotals() {
        use(Map.of("quota-exceeded", "mine"), Duration.ofMillis(1));
        QuotaExceededStrategy ofPairs = new QuotaExceededStrategy() {
            @Override
            public OnFull onFull() {
                return OnFull.REFUSE;
            }

            @Override
            public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
                assertEquals(3, usage.messages());
                return Optional.of(
                        StanzaError.of(StanzaError.Condition.RESOURCE_CONSTRAINT, "three of yours wait already"));
            }
        };
        quota.bindStrategy(new FakeReference<>(4, 0, Map.of(QuotaExceededStrategy.NAME, "mine")), ofPairs);
        StanzaError told = answer(terms(JULIET)).orElseThrow();
        assertEquals(StanzaError.Condition.RESOURCE_CONSTRAINT, told.condition());
        assertEquals(StanzaError.Type.WAIT, told.type());
        assertTrue(told.text().contains("all senders together"), told.text());

        QuotaExceededStrategy broken = new QuotaExceededStrategy() {
            @Override
            public OnFull onFull() {
                return OnFull.REFUSE;
            }

            @Override
            public Optional<StanzaError> exceeded(Message message, Admission admission, Usage usage) {
                return Optional.empty();
            }

            @Override
            public Optional<StanzaError> totalExceeded(Message message, Admission admission, Appended.Full full) {
                throw new IllegalStateException("broken on purpose");
            }
        };
        quota.bindStrategy(new FakeReference<>(5, 9, Map.of(QuotaExceededStrategy.NAME, "mine")), broken);
        told = answer(terms(JULIET)).orElseThrow();
        assertEquals(StanzaError.Condition.SERVICE_UNAVAILABLE, told.condition());
        assertTrue(told.text().contains("all senders together"), told.text());
    }
}
