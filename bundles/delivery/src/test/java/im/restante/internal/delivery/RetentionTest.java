package im.restante.internal.delivery;

import static im.restante.internal.delivery.Fixture.JULIET;
import static im.restante.internal.delivery.Fixture.NOW;
import static im.restante.internal.delivery.Fixture.ROMEO;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.amp.AmpAction;
import im.restante.amp.MessageRules;
import im.restante.itests.support.CrashingStore;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.session.Spools;
import im.restante.stanza.Message;
import im.restante.store.Admission;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageKind;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RetentionTest {
    static { // before its logger is made
        System.setProperty("org.slf4j.simpleLogger.log." + Retention.class.getName(), "info");
    }

    private static final Jid GONE = Jid.of("gone@x.org");

    private final PrintStream errors = System.err;
    private final AtomicLong nanos = new AtomicLong();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final MemoryStore store = new MemoryStore();
    private final Set<Long> onTheirWay = new HashSet<>();
    private final Set<Jid> arrivals = new HashSet<>();
    private final OwedMessages owed = Fixture.owed();
    private final Retention retention = retention(Map.of());
    private final Spools spools = new Spools() {
        private long next = 1000;

        @Override
        public CompletionStage<Set<Long>> onTheirWay(Jid owner, Collection<Long> ids) {
            return CompletableFuture.completedFuture(ids.stream()
                    .filter(id -> owner.equals(ROMEO) && onTheirWay.contains(id))
                    .collect(Collectors.toSet()));
        }

        @Override
        public CompletionStage<Optional<StoredMessage>> notice(Message message) {
            Jid owner = message.to().bare();
            return CompletableFuture.completedFuture(
                    owner.equals(GONE)
                            ? Optional.empty()
                            : Optional.of(StoredMessage.of(++next, owner, Jid.of("x.org"), NOW, new byte[] {2})
                                    .withKind(MessageKind.NOTICE)));
        }

        @Override
        public CompletionStage<Boolean> hasAccount(Jid owner) {
            return CompletableFuture.completedFuture(!owner.equals(GONE));
        }

        @Override
        public void arrived(Jid owner) {
            arrivals.add(owner);
        }

        @Override
        public void arrived() {
            throw new AssertionError("no store has come");
        }
    };

    private Retention retention(Map<String, String> values) {
        return retention(values, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private Retention retention(Map<String, String> values, Clock clock) {
        return new Retention(values, new OwnerGate(), owed, owner -> Fence.HERE, clock, nanos::get, Runnable::run);
    }

    RetentionTest() {
        owed.bindStore(Fixture.reference("memory", 0), store);
        owed.bindSpools(FakeSpools.service(spools));
        retention.bindStore(Fixture.reference("memory", 0), store);
        retention.spools = spools;
    }

    @BeforeEach
    void listen() {
        System.setErr(new PrintStream(log, true, UTF_8));
    }

    @AfterEach
    void listenNoMore() {
        System.setErr(errors);
    }

    @Test
    void aClockThatJumpsAheadForAMomentEndsNothing() {
        AtomicReference<Instant> shown = new AtomicReference<>(NOW);
        Retention jumping = retention(Map.of(), new Clock() {
            @Override
            public Instant instant() {
                return shown.get();
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }
        });
        jumping.bindStore(Fixture.reference("memory", 0), store);
        jumping.spools = spools;
        put(1, ROMEO, NOW.plus(Duration.ofDays(7)));
        jumping.pass();
        shown.set(NOW.plus(Duration.ofDays(30)));
        jumping.pass();
        shown.set(NOW);
        jumping.pass();
        assertEquals(1, store.rows.size());
    }

    @Test
    void removesWhatIsPastItsEndAndNothingElse() {
        put(1, ROMEO, NOW.minusSeconds(1));
        put(2, ROMEO, NOW);
        put(3, ROMEO, NOW.plusSeconds(1));
        put(4, ROMEO, null);
        put(5, JULIET, NOW.minusSeconds(9));
        retention.pass();
        assertEquals(List.of(3L, 4L), store.ids());
    }

    @Test
    void saysInTheLogWhatItRemoved() {
        put(1, ROMEO, NOW);
        put(2, ROMEO, NOW);
        put(3, JULIET, NOW);
        put(4, JULIET, NOW.plusSeconds(1));
        retention.pass();
        String said = log.toString(UTF_8);
        assertTrue(said.contains("INFO"), said);
        assertTrue(said.contains("3 messages for 2 owners in memory had waited as long as they may"), said);
        log.reset();
        retention.pass();
        assertEquals("", log.toString(UTF_8), "nothing removed");
    }

    @Test
    void tellsListenersWhatItRemoved() {
        Told told = new Told();
        retention.addMessageListener(told);
        put(1, ROMEO, NOW);
        put(2, ROMEO, NOW.plusSeconds(1));
        retention.pass();
        assertEquals(List.of(ROMEO + " from " + JULIET + " [1] EXPIRED"), told.lines);
    }

    @Test
    void sparesWhatIsOnItsWayToASessionUntilThatHasEnded() {
        long id = 0;
        while (id < 3 * Retention.CHUNK) { // they come first, and must not hide the others
            put(++id, ROMEO, NOW.minusSeconds(100));
            onTheirWay.add(id);
        }
        put(++id, ROMEO, NOW);
        retention.pass();
        assertEquals(3 * Retention.CHUNK, store.ids().size());
        onTheirWay.clear();
        retention.pass();
        assertEquals(List.of(), store.ids());
    }

    @Test
    void sparesNobodyElsesMessageOfTheSameId() {
        put(1, ROMEO, NOW.minusSeconds(1));
        put(1, JULIET, NOW);
        onTheirWay.add(1L);
        retention.pass();
        assertEquals(
                List.of(ROMEO), store.rows.stream().map(StoredMessage::owner).toList());
    }

    @Test
    void putsWhatTheSenderIsToldIntoThePlaceOfTheMessage() {
        retention.bindRules(rules(false, JULIET));
        ruled(1, NOW);
        retention.pass();
        assertEquals(List.of(1001L), store.ids());
        assertEquals(MessageKind.NOTICE, store.rows.get(0).kind());
        assertEquals(Set.of(JULIET), arrivals);
        retention.pass();
        assertEquals(List.of(1001L), store.ids());
    }

    /** Whatever step the process dies behind, the next one tells every sender once. */
    @Test
    void whateverCallAProcessDiesAtEachSenderIsToldOnce() {
        int crashes = 0;
        for (boolean afterItsEffect : new boolean[] {false, true}) {
            boolean crashed = true;
            for (int fatal = 1; crashed; fatal++) {
                store.rows.clear();
                for (long id = 1; id <= 3; id++) {
                    ruled(id, NOW);
                }
                CrashingStore crash = new CrashingStore(fatal, afterItsEffect);
                process(crash.around(store)).pass();
                crashed = crash.crashed();
                String when = "death at call " + fatal + (afterItsEffect ? ", done" : ", not done");
                List<StoredMessage> delivered = store.rows.stream()
                        .filter(row -> row.owner().equals(JULIET))
                        .toList();
                store.rows.removeAll(delivered); // meanwhile
                process(store).pass();
                assertEquals(List.of(), store.owed, when);
                assertEquals(3, delivered.size() + store.rows.size(), when);
                assertTrue(store.rows.stream().allMatch(row -> row.owner().equals(JULIET)), when);
                crashes += crashed ? 1 : 0;
            }
        }
        assertTrue(crashes >= 14, "it died at " + crashes + " calls");
    }

    /** A server that has just started. */
    private Retention process(MessageStore on) {
        OwedMessages carrier = Fixture.owed();
        carrier.bindStore(Fixture.reference("memory", 0), on);
        carrier.bindSpools(FakeSpools.service(spools));
        Retention fresh = new Retention(
                Map.of(),
                new OwnerGate(),
                carrier,
                owner -> Fence.HERE,
                Clock.fixed(NOW, ZoneOffset.UTC),
                nanos::get,
                Runnable::run);
        fresh.bindStore(Fixture.reference("memory", 0), on);
        fresh.spools = spools;
        fresh.bindRules(rules(false, JULIET));
        return fresh;
    }

    @Test
    void aSenderWhoIsTheOwnerIsOwedNothing() {
        retention.bindRules(rules(false, ROMEO));
        ruled(1, NOW);
        retention.pass();
        assertEquals(List.of(1001L), store.ids());
        assertEquals(Set.of(ROMEO), arrivals);
    }

    @Test
    void keepsAMessageWhoseSenderOnlyWantedToBeTold() {
        retention.bindRules(rules(true, JULIET));
        ruled(1, NOW);
        retention.pass();
        assertEquals(List.of(1L, 1001L), store.ids());
        assertNull(store.rows.get(0).expiresAt());
        assertEquals(Set.of(JULIET, ROMEO), arrivals);
    }

    @Test
    void givesAMessageThatGoesOnWaitingTheEndOfAllMessages() {
        Retention limited = retention(Map.of("retention-days", "1"));
        limited.bindStore(Fixture.reference("memory", 0), store);
        limited.spools = spools;
        limited.bindRules(rules(true, JULIET));
        ruled(1, NOW);
        limited.pass();
        assertEquals(
                NOW.minusSeconds(1000).plus(Duration.ofDays(1)),
                store.rows.get(0).expiresAt());
    }

    @Test
    void tellsNobodyOfAMessageThatWasProvedMeanwhile() {
        retention.bindRules(new FakeRules() {
            @Override
            public Optional<AmpAction> expired(StoredMessage row, Instant now) {
                store.rows.clear();
                return Optional.of(new AmpAction(false, reply(JULIET)));
            }
        });
        ruled(1, NOW);
        retention.pass();
        assertEquals(List.of(), store.ids());
        assertEquals(Set.of(), arrivals);
    }

    @Test
    void leavesNothingForASenderWithoutAnAccount() {
        retention.bindRules(rules(false, GONE));
        ruled(1, NOW);
        retention.pass();
        assertEquals(List.of(), store.ids());
    }

    @Test
    void sparesMessagesWithRulesWhileNobodyReadsThose() {
        ruled(1, NOW);
        put(2, ROMEO, NOW);
        retention.pass();
        assertEquals(List.of(1L), store.ids());
        retention.bindRules(new FakeRules());
        retention.pass();
        assertEquals(List.of(), store.ids());
    }

    @Test
    void goesInChunksThroughAnyNumber() {
        for (long id = 1; id <= 10 * Retention.CHUNK + 7; id++) {
            put(id, id % 2 == 0 ? ROMEO : JULIET, NOW);
        }
        retention.pass();
        assertEquals(List.of(), store.ids());
    }

    @Test
    void goesOnAfterAFailureAndLooksIntoTheOtherStores() {
        MemoryStore broken = new MemoryStore();
        broken.failure = new StoreException("disk full");
        retention.bindStore(Fixture.reference("broken", 10), broken);
        put(1, ROMEO, NOW);
        retention.pass();
        assertEquals(List.of(), store.ids());
        broken.failure = null;
        broken.append(row(2, ROMEO, NOW), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        retention.pass();
        assertEquals(List.of(), broken.ids());
    }

    @Test
    void asksAStoreThatFailsLessAndLessOftenAndSaysSoOnceAMinute() {
        retention.pass();
        store.failure = new StoreException("disk full");
        int before = store.questions.get();
        for (int second = 0; second < 600; second++) {
            retention.tick();
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        }
        int asked = store.questions.get() - before;
        assertTrue(asked <= 35, "asked " + asked + " times in ten minutes");
        int lines = log.toString(UTF_8).split("messages past their end are still in memory: disk full", -1).length - 1;
        assertTrue(lines >= 1 && lines <= 10, log.toString(UTF_8));
        store.failure = null;
        put(1, ROMEO, NOW);
        for (int second = 0; second < 40; second++) {
            retention.tick();
            nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        }
        assertEquals(List.of(), store.ids());
    }

    @Test
    void removesNothingWhileNobodyCanSayWhatIsOnItsWay() {
        put(1, ROMEO, NOW);
        retention.spools = null;
        retention.pass();
        assertEquals(List.of(1L), store.ids());
    }

    @Test
    void startsNoSecondPassWhileOneIsRunning() {
        CompletableFuture<Void> removing = new CompletableFuture<>();
        store.beforeRemove = removing;
        put(1, ROMEO, NOW);
        retention.pass();
        store.beforeRemove = CompletableFuture.completedFuture(null);
        retention.pass();
        assertEquals(List.of(1L), store.ids());
        removing.complete(null);
        put(2, ROMEO, NOW);
        retention.pass();
        assertEquals(List.of(), store.ids());
    }

    private static Message reply(Jid to) {
        return Message.of(Element.builder("jabber:client", "message")
                .attribute("to", to.toString())
                .build());
    }

    private static FakeRules rules(boolean proceeds, Jid sender) {
        return new FakeRules() {
            @Override
            public Optional<AmpAction> expired(StoredMessage row, Instant now) {
                return Optional.of(new AmpAction(proceeds, reply(sender)));
            }
        };
    }

    private void ruled(long id, Instant end) {
        byte[] stanza = ("<message><amp xmlns='" + MessageRules.NAMESPACE + "'/></message>").getBytes(UTF_8);
        store.append(
                StoredMessage.of(id, ROMEO, JULIET, NOW.minusSeconds(1000), stanza)
                        .withExpiresAt(end),
                Admission.UNLIMITED,
                Fence.HERE,
                Claim.NEVER_WITHDRAWN);
    }

    private void put(long id, Jid owner, Instant end) {
        store.append(row(id, owner, end), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN);
    }

    private static StoredMessage row(long id, Jid owner, Instant end) {
        return StoredMessage.of(id, owner, JULIET, NOW.minusSeconds(1000), new byte[] {1})
                .withExpiresAt(end);
    }
}
