package im.restante.internal.limits;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.health.HealthFinding;
import im.restante.jid.Jid;
import im.restante.limit.DiskSpace.Level;
import im.restante.limit.Permission;
import im.restante.limit.Rates;
import im.restante.store.MessageStore;
import im.restante.store.OwnerLimit;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfiguredLimitsTest {
    private static final long GIB = 1L << 30;
    private static final InetAddress HERE = address("192.0.2.1");
    private static final InetAddress THERE = address("192.0.2.2");
    private static final Jid JULIET = Jid.of("juliet@localhost");
    private static final Jid ROMEO = Jid.of("romeo@localhost");

    private final FakeTime time = new FakeTime();
    private volatile DiskWatch.Room room = new DiskWatch.Room(100 * GIB, 50 * GIB);

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private ConfiguredLimits limits(Object... keysAndValues) {
        return new ConfiguredLimits(values(keysAndValues), directory -> room, time);
    }

    private static Map<String, Object> values(Object... keysAndValues) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            values.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return values;
    }

    private static void assertRefused(String limit, Permission permission) {
        assertEquals(
                limit, assertInstanceOf(Permission.Refused.class, permission).limit());
    }

    private static void assertDelayed(Duration pause, Permission permission) {
        assertEquals(
                pause, assertInstanceOf(Permission.Delayed.class, permission).pause());
    }

    private static void assertGranted(Permission permission) {
        assertEquals(Permission.GRANTED, permission);
    }

    @Test
    void soManyConnectionsOfAnAddressMayBeOpen() {
        ConfiguredLimits limits = limits("connections-per-address", 2);
        assertGranted(limits.connect(HERE));
        assertGranted(limits.connect(HERE));
        assertRefused("connections-per-address", limits.connect(HERE));
        assertGranted(limits.connect(THERE));
        limits.disconnected(HERE);
        assertGranted(limits.connect(HERE));
        assertRefused("connections-per-address", limits.connect(HERE));
    }

    @Test
    void connectionsThatWereThereBeforeCountToo() {
        ConfiguredLimits limits = limits("connections-per-address", 1);
        limits.present(HERE);
        assertRefused("connections-per-address", limits.connect(HERE));
        limits.disconnected(HERE);
        assertGranted(limits.connect(HERE));
    }

    @Test
    void soManyNewConnectionsAMinute() {
        ConfiguredLimits limits = limits("connections-per-minute", 3);
        for (int i = 0; i < 3; i++) {
            assertGranted(limits.connect(HERE));
            limits.disconnected(HERE);
        }
        assertRefused("connections-per-minute", limits.connect(HERE));
        assertGranted(limits.connect(THERE));
        time.pass(Duration.ofSeconds(19));
        assertRefused("connections-per-minute", limits.connect(HERE));
        time.pass(Duration.ofSeconds(1));
        assertGranted(limits.connect(HERE));
        assertRefused("connections-per-minute", limits.connect(HERE));
        time.pass(Duration.ofHours(1));
        for (int i = 0; i < 3; i++) {
            assertGranted(limits.connect(HERE));
        }
        assertRefused("connections-per-minute", limits.connect(HERE));
    }

    @Test
    void anIpv6NetworkOf64BitsIsOneAddress() {
        ConfiguredLimits limits = limits("connections-per-address", 1);
        assertGranted(limits.connect(address("2001:db8:1:1::1")));
        assertRefused("connections-per-address", limits.connect(address("2001:db8:1:1:ffff::2")));
        assertGranted(limits.connect(address("2001:db8:1:2::1")));
    }

    @Test
    void loginsThatAreNotRightAreBounded() {
        ConfiguredLimits limits = limits("logins-per-minute", 3);
        for (int i = 0; i < 3; i++) {
            assertGranted(limits.login(HERE, Jid.of("user" + i + "@localhost")));
            limits.loginEnded(HERE, Jid.of("user" + i + "@localhost"), false);
        }
        assertRefused("logins-per-minute", limits.login(HERE, JULIET));
        assertGranted(limits.login(THERE, JULIET));
        time.pass(Duration.ofSeconds(15));
        assertDelayed(Duration.ofSeconds(5), limits.login(HERE, JULIET));
    }

    @Test
    void aRightLoginIsGivenBack() {
        ConfiguredLimits limits = limits("logins-per-minute", 3);
        for (int i = 0; i < 50; i++) {
            Jid user = Jid.of("user" + i + "@localhost");
            assertGranted(limits.login(HERE, user));
            limits.loginEnded(HERE, user, true);
        }
    }

    @Test
    void theDelayOfAnAccountGrowsFromOneAddressOnly() {
        ConfiguredLimits limits = limits("logins-per-minute", 1_000_000);
        for (int i = 0; i < Tries.FREE; i++) {
            assertGranted(limits.login(HERE, JULIET));
            limits.loginEnded(HERE, JULIET, false);
        }
        for (int seconds : new int[] {1, 2, 4, 8}) {
            assertDelayed(Duration.ofSeconds(seconds), limits.login(HERE, JULIET));
            time.pass(Duration.ofSeconds(seconds));
            limits.loginEnded(HERE, JULIET, false);
        }
        assertRefused("login-delay", limits.login(HERE, JULIET));
        assertGranted(limits.login(HERE, ROMEO));
        assertGranted(limits.login(THERE, JULIET));
        time.pass(Duration.ofSeconds(16));
        assertGranted(limits.login(HERE, JULIET));
        limits.loginEnded(HERE, JULIET, true);
        assertGranted(limits.login(HERE, JULIET));
    }

    @Test
    void triesAtOnceAreDelayedOneBehindTheOther() {
        ConfiguredLimits limits = limits("logins-per-minute", 1_000_000);
        for (int i = 0; i < Tries.FREE; i++) {
            assertGranted(limits.login(HERE, JULIET));
        }
        assertDelayed(Duration.ofSeconds(1), limits.login(HERE, JULIET));
        assertDelayed(Duration.ofSeconds(3), limits.login(HERE, JULIET));
        assertDelayed(Duration.ofSeconds(7), limits.login(HERE, JULIET));
        assertRefused("login-delay", limits.login(HERE, JULIET));
    }

    @Test
    void noDelayIsLongerThanFiveMinutes() {
        ConfiguredLimits limits = limits("logins-per-minute", 1_000_000);
        for (int i = 0; i < 100; i++) {
            time.pass(Tries.LONGEST_DELAY);
            assertGranted(limits.login(HERE, JULIET));
        }
        assertRefused("login-delay", limits.login(HERE, JULIET));
    }

    @Test
    void nobodyIsLockedOutWhereHeWasLetInBefore() {
        ConfiguredLimits limits = limits("logins-per-minute", 2);
        assertGranted(limits.login(HERE, JULIET));
        limits.loginEnded(HERE, JULIET, true);
        for (int i = 0; i < 100; i++) {
            limits.login(HERE, ROMEO);
            assertGranted(limits.login(HERE, JULIET));
            limits.loginEnded(HERE, JULIET, false);
        }
        assertRefused("logins-per-minute", limits.login(HERE, Jid.of("paris@localhost")));
        time.pass(Tries.TRUSTED.minusSeconds(1));
        for (int i = 0; i < 9; i++) {
            assertGranted(limits.login(HERE, JULIET));
        }
        time.pass(Duration.ofSeconds(1));
        limits.login(HERE, JULIET);
        limits.login(HERE, JULIET);
        assertInstanceOf(Permission.Refused.class, limits.login(HERE, JULIET));
    }

    @Test
    void anAccountIsKnownFromItsLastAddresses() {
        ConfiguredLimits limits = limits("logins-per-minute", 1);
        for (int i = 0; i <= Tries.ADDRESSES; i++) {
            limits.loginEnded(address("192.0.2." + (10 + i)), JULIET, true);
            time.pass(Duration.ofSeconds(1));
        }
        limits.login(address("192.0.2.10"), JULIET);
        assertInstanceOf(Permission.Refused.class, limits.login(address("192.0.2.10"), JULIET));
        for (int i = 0; i < 5; i++) {
            assertGranted(limits.login(address("192.0.2.11"), JULIET));
        }
    }

    @Test
    void soManyRegistrationsAMinute() {
        ConfiguredLimits limits = limits("registrations-per-minute", 2);
        assertGranted(limits.register(HERE));
        assertGranted(limits.register(HERE));
        assertRefused("registrations-per-minute", limits.register(HERE));
        assertGranted(limits.register(THERE));
        time.pass(Duration.ofSeconds(30));
        assertGranted(limits.register(HERE));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "connections-per-address",
        "connections-per-minute",
        "logins-per-minute",
        "registrations-per-minute",
    })
    void eachIsOffWithMinusOne(String key) {
        ConfiguredLimits limits = limits(
                "connections-per-address",
                -1,
                "connections-per-minute",
                -1,
                "logins-per-minute",
                -1,
                "registrations-per-minute",
                -1);
        ConfiguredLimits one = limits(
                "connections-per-address",
                -1,
                "connections-per-minute",
                -1,
                "logins-per-minute",
                -1,
                "registrations-per-minute",
                -1,
                key,
                1);
        boolean bites = false;
        for (int i = 0; i < 1_000; i++) {
            assertGranted(limits.connect(HERE));
            assertGranted(limits.login(HERE, JULIET));
            assertGranted(limits.register(HERE));
            bites |= one.connect(HERE) != Permission.GRANTED
                    || one.login(HERE, JULIET) != Permission.GRANTED
                    || one.register(HERE) != Permission.GRANTED;
        }
        assertTrue(bites);
    }

    @Test
    void ratesAndResourcesAreWhatTheConfigurationSays() {
        ConfiguredLimits limits = limits(
                "bytes-per-second",
                "5000",
                "stanzas-per-second",
                -1,
                "max-resources",
                3,
                "accounts-per-connection",
                -1);
        assertEquals(Rates.of(5_000, -1), limits.rates(HERE));
        assertEquals(3, limits.maxResources(JULIET));
        assertEquals(-1, limits.accountsPerConnection());
    }

    @Test
    void whatMayWaitForAnOwnerIsBoundedInBytesUnlessSomethingElseIsSaid() {
        ConfiguredLimits limits = limits();
        assertEquals(new OwnerLimit(-1, 64 << 20), limits.ownerLimit(JULIET));
        limits.modified(values("owner-limit", "1000", "owner-limit-bytes", "5000000000"));
        assertEquals(new OwnerLimit(1_000, 5_000_000_000L), limits.ownerLimit(JULIET));
        limits.modified(values("owner-limit", "none"));
        assertEquals(new OwnerLimit(1_000, 5_000_000_000L), limits.ownerLimit(JULIET));
        limits.modified(values("owner-limit-bytes", -1));
        assertTrue(limits.ownerLimit(JULIET).isNone());
    }

    @Test
    void loopbackIsExemptUnlessSomethingElseIsSaid() {
        InetAddress loopback = address("127.0.0.2");
        Object[] strict = {
            "connections-per-address",
            1,
            "connections-per-minute",
            1,
            "logins-per-minute",
            1,
            "registrations-per-minute",
            1
        };
        ConfiguredLimits limits = limits(strict);
        for (InetAddress exempt : new InetAddress[] {loopback, address("::1")}) {
            assertEquals(Rates.NONE, limits.rates(exempt));
            for (int i = 0; i < 20; i++) {
                assertGranted(limits.connect(exempt));
                assertGranted(limits.login(exempt, JULIET));
                assertGranted(limits.register(exempt));
            }
        }
        Map<String, Object> nobody = values(strict);
        nobody.put("exempt", "none");
        limits.modified(nobody);
        assertRefused("connections-per-address", limits.connect(loopback));
        assertFalse(limits.rates(loopback).equals(Rates.NONE));
        nobody.put("exempt", "192.0.2.0/30");
        limits.modified(nobody);
        assertEquals(Rates.NONE, limits.rates(HERE));
        assertFalse(limits.rates(loopback).equals(Rates.NONE));
    }

    @Test
    void proxiesAreTheNetworksNamed() {
        assertFalse(limits().isProxy(address("127.0.0.1")));
        assertTrue(limits("proxy-protocol-from", "10.0.0.0/8, ::1").isProxy(address("10.1.2.3")));
    }

    @ParameterizedTest(name = "{0}={1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes-per-second|0",
                "bytes-per-second|999",
                "stanzas-per-second|0",
                "connections-per-address|0",
                "connections-per-minute|-2",
                "logins-per-minute|many",
                "registrations-per-minute|0",
                "accounts-per-connection|0",
                "max-resources|0",
                "owner-limit|0",
                "owner-limit|-2",
                "owner-limit-bytes|999",
                "owner-limit-bytes|64M",
                "owner-limit-bytes|9223372036854775808",
                "disk-warn-percent|0",
                "disk-warn-percent|96",
                "disk-refuse-percent|101",
                "exempt|localhost",
                "proxy-protocol-from|10.0.0.1/8",
            })
    void aBadValueRefusesTheWholeConfiguration(String key, String value) {
        ConfiguredLimits limits = limits("max-resources", 7);
        Map<String, Object> bad = values("max-resources", 9, key, value);
        ConfigException problem = assertThrows(ConfigException.class, () -> limits.judge(bad));
        assertTrue(problem.getMessage().contains(LimitsSettings.PID), problem.getMessage());
        assertTrue(problem.getMessage().contains(key), problem.getMessage());
        assertTrue(problem.getMessage().contains(value), problem.getMessage());
        limits.modified(bad);
        assertEquals(7, limits.maxResources(JULIET));
        limits.modified(values("max-resources", 9));
        assertEquals(9, limits.maxResources(JULIET));
    }

    @Test
    void whoeverHasAWholeProvidersAddressesFillsNoMemory() throws UnknownHostException {
        ConfiguredLimits limits = limits();
        ByteBuffer address = ByteBuffer.wrap(address("2001:db8::1").getAddress());
        String longest = "x".repeat(500);
        for (int network = 0; network < 3 * AddressCounts.QUIET; network++) {
            address.putInt(4, network);
            InetAddress client = InetAddress.getByAddress(address.array());
            Jid account = Jid.of(longest + network + "@localhost");
            limits.connect(client);
            limits.login(client, account);
            limits.loginEnded(client, account, network % 2 == 0);
            limits.register(client);
            limits.disconnected(client);
        }
        assertTrue(limits.kept() <= AddressCounts.QUIET + Tries.PAIRS + Tries.ACCOUNTS, "kept " + limits.kept());
    }

    @Test
    void aNeighbourWithOpenConnectionsIsNotForgottenMeanwhile() throws UnknownHostException {
        ConfiguredLimits limits = limits("connections-per-address", 1);
        assertGranted(limits.connect(HERE));
        ByteBuffer address = ByteBuffer.wrap(address("2001:db8::1").getAddress());
        for (int network = 0; network < 2 * AddressCounts.QUIET; network++) {
            address.putInt(4, network);
            InetAddress client = InetAddress.getByAddress(address.array());
            limits.connect(client);
            limits.disconnected(client);
        }
        assertRefused("connections-per-address", limits.connect(HERE));
    }

    private static MessageStore storeIn(Path directory) {
        return (MessageStore) Proxy.newProxyInstance(
                ConfiguredLimitsTest.class.getClassLoader(),
                new Class<?>[] {MessageStore.class},
                (proxy, method, args) -> {
                    if (method.getName().equals("directory")) {
                        return Optional.ofNullable(directory);
                    }
                    throw new UnsupportedOperationException(method.getName());
                });
    }

    private Level levelWith(ConfiguredLimits limits, long total, long free) {
        room = new DiskWatch.Room(total, free);
        time.pass(Duration.ofSeconds(1));
        return limits.level();
    }

    private ConfiguredLimits watching(Object... keysAndValues) {
        ConfiguredLimits limits = limits(keysAndValues);
        limits.bindStore(storeIn(Path.of("data")), Map.of("service.id", 1L, "store.id", "embedded"));
        limits.bindStore(storeIn(null), Map.of("service.id", 2L, "store.id", "elsewhere"));
        limits.setChosen(() -> "embedded");
        return limits;
    }

    @Test
    void aSmallDiskHasItsMarksInPercent() {
        ConfiguredLimits limits = watching();
        assertEquals(Level.ENOUGH, levelWith(limits, 10_000, 1_000));
        assertEquals(Level.SCARCE, levelWith(limits, 10_000, 999));
        assertEquals(Level.SCARCE, levelWith(limits, 10_000, 500));
        assertEquals(Level.EXHAUSTED, levelWith(limits, 10_000, 499));
        assertEquals(Level.EXHAUSTED, levelWith(limits, 10_000, 549)); // not at every byte
        assertEquals(Level.SCARCE, levelWith(limits, 10_000, 551));
        assertEquals(Level.SCARCE, levelWith(limits, 10_000, 1_099));
        assertEquals(Level.ENOUGH, levelWith(limits, 10_000, 1_101));
    }

    @Test
    void aLargeDiskHasThemInBytes() {
        ConfiguredLimits limits = watching();
        assertEquals(Level.ENOUGH, levelWith(limits, 10_000 * GIB, DiskWatch.ENOUGH_BYTES));
        assertEquals(Level.SCARCE, levelWith(limits, 10_000 * GIB, DiskWatch.ENOUGH_BYTES - 1));
        assertEquals(Level.EXHAUSTED, levelWith(limits, 10_000 * GIB, DiskWatch.SCARCE_BYTES - 1));
    }

    @Test
    void theMarksChangeAndAreSwitchedOff() {
        ConfiguredLimits limits = watching();
        assertEquals(Level.EXHAUSTED, levelWith(limits, 10_000, 100));
        limits.modified(values("disk-refuse-percent", 100));
        assertEquals(Level.SCARCE, levelWith(limits, 10_000, 100));
        limits.modified(values("disk-warn-percent", -1, "disk-refuse-percent", -1));
        assertEquals(Level.ENOUGH, levelWith(limits, 10_000, 0));
    }

    @Test
    void aDatabaseElsewhereIsNotMeasured() {
        ConfiguredLimits limits = watching();
        assertEquals(Level.EXHAUSTED, levelWith(limits, 10_000, 0));
        limits.setChosen(() -> "elsewhere");
        assertEquals(Level.ENOUGH, limits.level());
        limits.setChosen(() -> "embedded");
        assertEquals(Level.EXHAUSTED, limits.level());
        limits.unbindStore(null, Map.of("service.id", 1L));
        assertEquals(Level.ENOUGH, limits.level());
    }

    @Test
    void theServerIsNotReadyWithoutRoomAndWarnsBefore() {
        ConfiguredLimits limits = watching();
        assertEquals(Level.ENOUGH, levelWith(limits, 10_000, 5_000));
        assertEquals(List.of(), limits.findings());
        assertEquals(Level.SCARCE, levelWith(limits, 10_000, 800));
        assertEquals(HealthFinding.Level.WARNING, limits.findings().get(0).level());
        assertEquals(Level.EXHAUSTED, levelWith(limits, 10_000, 0));
        assertEquals(HealthFinding.Level.NOT_READY, limits.findings().get(0).level());
    }

    @Test
    void theDiskIsLookedAtOnceASecond() {
        ConfiguredLimits limits = watching();
        assertEquals(Level.ENOUGH, levelWith(limits, 10_000, 5_000));
        room = new DiskWatch.Room(10_000, 0);
        assertEquals(Level.ENOUGH, limits.level());
        time.pass(Duration.ofSeconds(1));
        assertEquals(Level.EXHAUSTED, limits.level());
    }

    @Test
    void theMemoryBudgetChangesAndIsBounded() {
        ConfiguredLimits limits = limits();
        assertEquals(-1, limits.memoryBudgetBytes());
        limits.modified(values("memory-budget-bytes", 8 << 20));
        assertEquals(8 << 20, limits.memoryBudgetBytes());
        long half = Runtime.getRuntime().maxMemory() / 2;
        for (long bad : new long[] {0, (8 << 20) - 1, half + 1, -2}) {
            limits.modified(values("memory-budget-bytes", bad));
            assertEquals(8 << 20, limits.memoryBudgetBytes());
            String said = assertThrows(ConfigException.class, () -> limits("memory-budget-bytes", bad))
                    .getMessage();
            assertTrue(said.contains("memory-budget-bytes"), said);
        }
    }
}
