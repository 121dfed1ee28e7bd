package im.restante.internal.quota;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Accounts;
import im.restante.account.Setting;
import im.restante.jid.Jid;
import im.restante.quota.Terms;
import im.restante.store.StoreException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserLimitsTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Jid NOBODY = Jid.of("nobody@example.org");

    /** Values by owner, node and key. */
    private final Map<String, String> values = new HashMap<>();

    private int asked;
    /** What reads answer instead of a value; null: the value. */
    private CompletableFuture<Optional<String>> instead;

    private final Accounts accounts = (Accounts) Proxy.newProxyInstance(
            Accounts.class.getClassLoader(), new Class<?>[] {Accounts.class}, (proxy, method, arguments) -> {
                Jid owner = (Jid) arguments[0];
                return switch (method.getName()) {
                    case "setting" -> {
                        asked++;
                        yield instead != null
                                ? instead
                                : done(Optional.ofNullable(
                                        values.get(owner + " " + arguments[1] + " " + arguments[2])));
                    }
                    case "write" -> done(!owner.equals(NOBODY) && write(owner, arguments[1]));
                    default -> throw new UnsupportedOperationException(method.getName());
                };
            });

    @ParameterizedTest(name = "own value [{0}], ceiling {1}: {2}")
    @CsvSource({
        "'',     -1, 50",
        "'',     20, 50",
        "10,     -1, 10",
        "0,      -1, 0",
        "500,    -1, 500",
        "500,    -5, 500",
        "10,     20, 10",
        "20,     20, 20",
        "21,     20, 20",
        "10,     0,  0",
        "false,  -1, -1",
        "false,  20, 20",
        "2147483647, -1, 2147483647",
        "' 12 ', -1, 12"
    })
    void theOwnersValueReplacesTheOneForEverybodyUpToTheCeiling(String own, String ceiling, int limit) {
        ConfiguredQuota quota =
                quota(Map.of("store-limit", "50", "user-store-limit-enable", "true", "user-store-limit-max", ceiling));
        if (!own.isEmpty()) {
            values.put(ROMEO + " offline-msgs store-limit", own);
        }
        assertEquals(limit, now(quota.terms(ROMEO, JULIET)).admission().limit());
        assertEquals(limit, now(quota.limit(ROMEO)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "", "-3", "1e3", "2147483648", "99999999999999999999", "\u0663", "FALSE", "true"})
    void aValueThatIsNoneLeavesTheLimitForEverybody(String bad) {
        values.put(ROMEO + " offline-msgs store-limit", bad);
        assertEquals(50, limit(enabled()));
    }

    @Test
    void nobodyIsAskedWhileUsersHaveNoLimits() {
        values.put(ROMEO + " offline-msgs store-limit", "10");
        ConfiguredQuota quota = quota(Map.of("store-limit", "50"));
        assertFalse(quota.enabled());
        assertEquals(50, limit(quota));
        assertEquals(0, asked);
        quota.modified(Map.of("store-limit", "50", "user-store-limit-enable", "true"));
        assertTrue(quota.enabled());
        assertEquals(10, limit(quota));
    }

    @Test
    void theLimitForEverybodyAppliesWhileTheRepositoryFailsOrIsAway() {
        values.put(ROMEO + " offline-msgs store-limit", "10");
        ConfiguredQuota quota = enabled();
        instead = CompletableFuture.failedFuture(new StoreException("disk full"));
        assertEquals(50, limit(quota));
        assertInstanceOf(
                StoreException.class,
                assertThrows(
                                ExecutionException.class,
                                () -> quota.limit(ROMEO).toCompletableFuture().get())
                        .getCause());
        instead = null;
        quota.accounts = null;
        assertEquals(50, limit(quota));
        quota.accounts = accounts;
        assertEquals(10, limit(quota));
    }

    @Test
    void aMessageWaitsForTheOwnersValueButNotForEver() throws Exception {
        instead = new CompletableFuture<>();
        ConfiguredQuota patient = waitingFor(Duration.ofMinutes(5));
        CompletableFuture<Terms> waiting = patient.terms(ROMEO, JULIET).toCompletableFuture();
        assertFalse(waiting.isDone());
        instead.complete(Optional.of("7"));
        assertEquals(7, waiting.get(20, TimeUnit.SECONDS).admission().limit());
        instead = new CompletableFuture<>();
        ConfiguredQuota impatient = waitingFor(Duration.ofMillis(50));
        CompletableFuture<Terms> without = impatient.terms(ROMEO, JULIET).toCompletableFuture();
        assertEquals(50, without.get(20, TimeUnit.SECONDS).admission().limit());
        assertFalse(instead.isDone(), "the answer is others' too");
    }

    private ConfiguredQuota waitingFor(Duration lookup) {
        Map<String, Object> settings = Map.of("store-limit", "50", "user-store-limit-enable", "true");
        ConfiguredQuota quota = new ConfiguredQuota(settings, System::nanoTime, lookup);
        quota.accounts = accounts;
        return quota;
    }

    @Test
    void whatIsSetHoldsForTheNextMessageAndIsKeptWhereTheGuideSays() {
        ConfiguredQuota quota = enabled();
        assertEquals(OptionalInt.of(10), now(quota.set(ROMEO, 10)));
        assertEquals(Map.of(ROMEO + " offline-msgs store-limit", "10"), values);
        assertEquals(10, limit(quota));
        assertEquals(OptionalInt.of(-1), now(quota.set(ROMEO, -1)));
        assertEquals(Map.of(ROMEO + " offline-msgs store-limit", "false"), values);
        assertEquals(-1, limit(quota));
        assertEquals(OptionalInt.of(50), now(quota.forget(ROMEO)));
        assertEquals(Map.of(), values);
        assertEquals(50, limit(quota));
        assertEquals(OptionalInt.empty(), now(quota.set(NOBODY, 10)));
        assertEquals(OptionalInt.empty(), now(quota.forget(NOBODY)));
    }

    @Test
    void theCeilingLowersWhatIsSetAndAHigherOneGivesItBack() {
        ConfiguredQuota quota = quota(Map.of("user-store-limit-enable", "true", "user-store-limit-max", "20"));
        assertEquals(OptionalInt.of(20), now(quota.set(ROMEO, 500)));
        assertEquals(OptionalInt.of(20), now(quota.set(JULIET, -1)));
        quota.modified(Map.of("user-store-limit-enable", "true", "user-store-limit-max", "100"));
        values.put(ROMEO + " offline-msgs store-limit", "500");
        assertEquals(100, limit(quota));
        assertEquals(100, now(quota.limit(JULIET)));
    }

    @Test
    void settingALimitFailsWithoutAccounts() {
        ConfiguredQuota quota = enabled();
        quota.accounts = null;
        assertTrue(quota.set(ROMEO, 1).toCompletableFuture().isCompletedExceptionally());
    }

    private ConfiguredQuota enabled() {
        return quota(Map.of("store-limit", "50", "user-store-limit-enable", "true"));
    }

    private ConfiguredQuota quota(Map<String, Object> settings) {
        ConfiguredQuota quota = new ConfiguredQuota(settings, System::nanoTime, Duration.ofSeconds(2));
        quota.accounts = accounts;
        return quota;
    }

    private static int limit(ConfiguredQuota quota) {
        return now(quota.terms(ROMEO, JULIET)).admission().limit();
    }

    private boolean write(Jid owner, Object settings) {
        for (Object one : (Collection<?>) settings) {
            Setting setting = (Setting) one;
            String key = owner + " " + setting.node() + " " + setting.key();
            if (setting.value() == null) {
                values.remove(key);
            } else {
                values.put(key, setting.value());
            }
        }
        return true;
    }

    private static <T> CompletionStage<T> done(T value) {
        return CompletableFuture.completedFuture(value);
    }

    private static <T> T now(CompletionStage<T> stage) {
        return stage.toCompletableFuture().getNow(null);
    }
}
