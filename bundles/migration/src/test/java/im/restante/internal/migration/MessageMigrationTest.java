package im.restante.internal.migration;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.internal.support.RetryPolicy;
import im.restante.itests.support.CallingStore;
import im.restante.itests.support.CrashingStore;
import im.restante.itests.support.Eventually;
import im.restante.itests.support.MemoryStore;
import im.restante.jid.Jid;
import im.restante.migration.Job;
import im.restante.store.Appended;
import im.restante.store.Fence;
import im.restante.store.MessageKind;
import im.restante.store.MessageStore;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MessageMigrationTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Jid NURSE = Jid.of("nurse@example.org");
    private static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");

    private static final MessageMigrations.Patience ONCE = new MessageMigrations.Patience(1, RetryPolicy.PROMPT);

    private final FakeStores stores = new FakeStores("to");
    private final MemoryStore old = new MemoryStore();
    private final MemoryStore young = new MemoryStore();

    private static StoredMessage row(long id, Jid owner) {
        return StoredMessage.of(
                        id,
                        owner,
                        id % 2 == 0 ? JULIET : NURSE,
                        NOW.plusMillis(id),
                        ("<message id='" + id + "'/>").getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .withExpiresAt(id % 3 == 0 ? NOW.plusSeconds(id) : null)
                .withKind(MessageKind.of((int) (id % 4)));
    }

    /** More than a chunk, of more owners than a chunk takes, some of them with one row. */
    private static List<StoredMessage> rows(int count) {
        List<StoredMessage> rows = new ArrayList<>();
        for (long id = 1; id <= count; id++) {
            rows.add(row(id, id % 3 == 0 ? ROMEO : Jid.of("user" + id % 40 + "@example.org")));
        }
        return rows;
    }

    private static List<String> inFull(List<StoredMessage> rows) {
        return rows.stream()
                .sorted(Comparator.comparingLong(StoredMessage::id))
                .map(row -> row.id() + " " + java.util.HexFormat.of().formatHex(Fingerprint.of(row)))
                .toList();
    }

    private MessageMigration move(MessageStore from, MessageStore to) {
        return move(stores, from, to);
    }

    private static MessageMigration move(FakeStores stores, MessageStore from, MessageStore to) {
        stores.present.put("from", from);
        stores.present.put("to", to);
        return new MessageMigration("from", "to", stores, owner -> Fence.HERE, ONCE);
    }

    private static String line(MessageMigration move, String part) {
        return move.report().stream()
                .filter(line -> line.contains(part))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no line with '" + part + "' in " + move.report()));
    }

    @Test
    void allThatWaitsIsInTheOtherStoreAsItWas() throws Exception {
        List<StoredMessage> rows = rows(2_000);
        old.rows.addAll(rows);
        young.rows.add(row(5_000, ROMEO));
        MessageMigration move = move(old, young);
        move.run();
        move.end().get();
        assertEquals(List.of(), old.rows);
        rows.add(row(5_000, ROMEO));
        assertEquals(inFull(rows), inFull(young.rows));
        assertTrue(line(move, "moved").startsWith("2000 messages moved from from to to in "), move.report()::toString);
        assertTrue(line(move, "hash").endsWith(", equal"), move.report()::toString);
        assertEquals("0 messages wait in from now", line(move, "wait in from"));
        assertTrue(young.admissions.stream().allMatch(admission -> admission.limit() < 0), "limits do not apply");
        assertEquals(Set.of(), stores.held);
    }

    /** Those to be moved, of which the first are owed to their owners, and the rest wait. */
    private static MemoryStore owing(List<StoredMessage> rows, int owed) {
        MemoryStore store = new MemoryStore();
        store.owe(rows.subList(0, owed));
        store.rows.addAll(rows.subList(owed, rows.size()));
        return store;
    }

    @Test
    void whatOwnersOweOthersIsCarriedFirstAndMovedLikeTheRest() throws Exception {
        List<StoredMessage> rows = rows(300);
        MemoryStore from = owing(rows, 250);
        MessageMigration move = move(from, young);
        move.run();
        move.end().get();
        assertEquals(List.of(), from.rows);
        assertEquals(List.of(), from.owed);
        assertEquals(inFull(rows), inFull(young.rows));
    }

    @Test
    void whatOwnersComeToOweDuringTheMoveIsMovedToo() throws Exception {
        List<StoredMessage> rows = rows(100);
        MemoryStore from = owing(rows, 50);
        List<StoredMessage> late = new ArrayList<>(List.of(row(901, NURSE), row(902, JULIET)));
        MessageMigration move = move(
                CallingStore.before(from, "owners", () -> {
                    if (from.rows.isEmpty() && !late.isEmpty()) { // the last look
                        from.owe(List.of(late.remove(0)));
                    }
                }),
                young);
        move.run();
        move.end().get();
        assertEquals(List.of(), late);
        assertEquals(List.of(), from.rows);
        assertEquals(List.of(), from.owed);
        assertEquals(102, young.rows.size());
    }

    @Test
    void aMoveBreaksOffWhileWhatIsOwedCannotBeCarried() {
        MemoryStore from = owing(rows(10), 5);
        stores.nobodyKnows = new StoreException("no user repository is present");
        MessageMigration move = move(from, young);
        move.run();
        ExecutionException problem =
                assertThrows(ExecutionException.class, () -> move.end().get());
        assertTrue(problem.getMessage().contains("no user repository"), problem::getMessage);
        assertEquals(5, from.owed.size());
    }

    @Test
    void aCrashAtAnyCallLosesAndDoublesNothingAndTheNextMoveFinishes() throws Exception {
        List<StoredMessage> rows = rows(60);
        int crashes = 0;
        for (boolean afterItsEffect : new boolean[] {false, true}) {
            boolean crashed = true;
            for (int fatal = 1; crashed; fatal++) {
                MemoryStore from = new MemoryStore();
                MemoryStore to = new MemoryStore();
                from.owe(rows.subList(0, 5));
                from.rows.addAll(rows.subList(5, rows.size()));
                CrashingStore crash = new CrashingStore(fatal, afterItsEffect);
                MessageMigration first = move(crash.around(from), crash.around(to));
                first.run();
                crashed = crash.crashed();
                String when = "crash at call " + fatal + (afterItsEffect ? ", done" : ", not done");
                for (StoredMessage row : rows) {
                    assertTrue(
                            from.ids().contains(row.id())
                                    || to.ids().contains(row.id())
                                    || from.owed.stream()
                                            .anyMatch(owed -> owed.message().equals(row)),
                            when + ": lost " + row.id());
                }
                MessageMigration second = move(from, to);
                second.run();
                second.end().get();
                assertEquals(List.of(), from.rows, when);
                assertEquals(inFull(rows), inFull(to.rows), when);
                assertTrue(line(second, "hash").endsWith(", equal"), when);
                crashes += crashed ? 1 : 0;
            }
        }
        assertTrue(crashes > 200, "the crash was tried at " + crashes + " calls");
        assertEquals(Set.of(), stores.held);
    }

    /** Appends to the other store wait here. */
    private CountDownLatch hold(CompletableFuture<Void> release) {
        CountDownLatch asked = new CountDownLatch(1);
        young.onAppend = row -> {
            asked.countDown();
            return release.thenCompose(go -> {
                synchronized (young) {
                    young.rows.add(row);
                }
                return CompletableFuture.completedFuture(Appended.stored());
            });
        };
        return asked;
    }

    @Test
    void anOwnerIsHeldUntilWhatWasStoredThereIsRemovedHere() throws Exception {
        old.rows.add(row(1, ROMEO));
        CompletableFuture<Void> release = new CompletableFuture<>();
        CountDownLatch carried = hold(release);
        MessageMigration move = move(
                CallingStore.before(old, "remove", () -> assertTrue(stores.isHeld(ROMEO), "until it is removed")),
                young);
        Thread carrier = new Thread(move::run);
        carrier.start();
        assertTrue(carried.await(30, TimeUnit.SECONDS));
        assertTrue(stores.isHeld(ROMEO), "while it is carried");
        assertFalse(stores.isHeld(NURSE), "others pass");
        release.complete(null);
        move.end().get(30, TimeUnit.SECONDS);
        carrier.join();
        assertEquals(List.of(), old.ids());
        assertEquals(Set.of(), stores.held);
    }

    @Test
    void aMoveReadsNothingBeforeARemovalThatIsUnderWayHasEnded() throws Exception {
        old.rows.add(row(1, ROMEO));
        stores.inside = new CompletableFuture<>();
        CountDownLatch held = new CountDownLatch(1);
        MessageMigration move = move(CallingStore.after(old, "owners", held::countDown), young);
        Thread carrier = new Thread(move::run);
        carrier.start();
        assertTrue(held.await(30, TimeUnit.SECONDS));
        old.remove(ROMEO, List.of(1L), Fence.HERE);
        stores.inside.complete(null);
        carrier.join();
        move.end().get();
        assertEquals(List.of(), young.ids(), "it would be back");
    }

    @Test
    void aMoveReadsNothingBeforeAStoreThatCameBackWasAskedForWhatItMissed() throws Exception {
        old.rows.add(row(1, ROMEO));
        stores.settled = new CompletableFuture<>();
        CountDownLatch held = new CountDownLatch(1);
        MessageMigration move = move(CallingStore.after(old, "owners", held::countDown), young);
        Thread carrier = new Thread(move::run);
        carrier.start();
        assertTrue(held.await(30, TimeUnit.SECONDS));
        old.remove(ROMEO, List.of(1L), Fence.HERE);
        stores.settled.complete(null);
        carrier.join();
        move.end().get();
        assertEquals(List.of(), young.ids(), "it would be back");
    }

    @Test
    void whatAStoreOwesTheRemovalOfIsNotCarried() throws Exception {
        old.rows.addAll(rows(10));
        stores.unremoved.put("from", Set.of(4L));
        MessageMigration move = move(old, young);
        move.run();
        move.end().get();
        assertEquals(List.of(4L), old.ids());
        assertFalse(young.ids().contains(4L), "it would live on there");
    }

    @Test
    void aMessageTheOtherStoreRefusesStaysAndIsNamed() {
        old.rows.addAll(rows(100));
        young.onAppend = row -> row.id() == 7
                ? CompletableFuture.failedFuture(new StoreException("too large for max_allowed_packet"))
                : null;
        MessageMigration move = move(old, young);
        move.run();
        assertEquals(List.of(7L), old.ids());
        assertEquals(99, young.rows.size());
        assertEquals("1 messages could not be moved and stay in from:", line(move, "could not"));
        assertEquals("    message 7 for user7@example.org: too large for max_allowed_packet", line(move, "message 7"));
    }

    @Test
    void anotherMessageOfTheSameIdIsNotOverwrittenAndNotLost() {
        old.rows.add(row(1, ROMEO));
        old.rows.add(row(2, ROMEO));
        StoredMessage other = row(1, NURSE);
        other = new StoredMessage(1, ROMEO, other.sender(), NOW, null, other.kind(), other.stanza());
        young.rows.add(other);
        MessageMigration move = move(old, young);
        move.run();
        assertEquals(List.of(1L), old.ids());
        assertEquals(List.of(other, young.rows.get(1)), young.rows);
        assertTrue(line(move, "message 1").endsWith("one of this id, but another, is there"));
    }

    @Test
    void aStoreThatFailsForGoodBreaksItOffWithItsReason() {
        old.rows.addAll(rows(10));
        young.failure = new StoreException("no room on the disk");
        young.onAppend = row -> CompletableFuture.failedFuture(young.failure);
        MessageMigration move = move(old, young);
        move.run();
        ExecutionException e =
                assertThrows(ExecutionException.class, () -> move.end().get());
        assertEquals("no room on the disk", e.getCause().getMessage());
        assertEquals(10, old.rows.size());
    }

    @Test
    void aStoppedMoveBreaksOff() {
        old.rows.addAll(rows(10));
        MessageMigration move = move(old, young);
        move.stop();
        move.run();
        ExecutionException e =
                assertThrows(ExecutionException.class, () -> move.end().get());
        assertEquals("stopped; start it again to move the rest", e.getCause().getMessage());
        assertEquals(10, old.rows.size());
    }

    @Test
    void aSourceThatStillTakesNewMessagesIsGoneThroughOnceAndItSaysSo() {
        old.rows.addAll(rows(10));
        MessageMigration move = move(new FakeStores("from"), old, young);
        move.run();
        assertEquals(10, young.rows.size());
        assertEquals(
                "new messages still go to from: set store=to in im.restante.offline, then move once more",
                line(move, "new messages"));
    }

    @Test
    void aWrongNameIsNamedBeforeAnythingMoves() {
        stores.present.put("sqlite", old);
        stores.present.put("mariadb", young);
        MessageMigrations migrations = new MessageMigrations(stores, owner -> Fence.HERE);
        assertEquals(
                "there is no message store maria; present: sqlite, mariadb",
                assertThrows(IllegalArgumentException.class, () -> migrations.start("sqlite", "maria"))
                        .getMessage());
        assertEquals(
                "from and to are both sqlite",
                assertThrows(IllegalArgumentException.class, () -> migrations.start("sqlite", "sqlite"))
                        .getMessage());
        assertTrue(migrations.latest().isEmpty());
    }

    private MessageMigrations migrations() {
        stores.present.put("from", old);
        stores.present.put("to", young);
        return new MessageMigrations(stores, owner -> Fence.HERE);
    }

    @Test
    void oneMoveAtATime() throws Exception {
        MessageMigrations migrations = migrations();
        old.rows.add(row(1, ROMEO));
        CompletableFuture<Void> release = new CompletableFuture<>();
        CountDownLatch carried = hold(release);
        Job move = migrations.start("from", "to");
        assertTrue(carried.await(30, TimeUnit.SECONDS));
        IllegalStateException e = assertThrows(IllegalStateException.class, () -> migrations.start("from", "to"));
        assertTrue(e.getMessage().startsWith("a move is under way: messages from from to to, 0 of 1 messages moved"));
        release.complete(null);
        move.end().toCompletableFuture().get(30, TimeUnit.SECONDS);
        assertEquals(
                Map.of(1L, 1L), Map.of(young.ids().get(0), (long) young.ids().size()));
    }

    @Test
    void aMoveBreaksOffBehindItsChunkWhenTheBundleGoes() throws Exception {
        MessageMigrations migrations = migrations();
        old.rows.addAll(rows(2_000));
        CompletableFuture<Void> release = new CompletableFuture<>();
        CountDownLatch carried = hold(release);
        Job move = migrations.start("from", "to");
        assertTrue(carried.await(30, TimeUnit.SECONDS));
        Thread closing = new Thread(migrations::close);
        closing.start();
        Eventually.eventually(() -> closing.getState() == Thread.State.TIMED_WAITING);
        release.complete(null);
        closing.join();
        ExecutionException e = assertThrows(
                ExecutionException.class, () -> move.end().toCompletableFuture().get(30, TimeUnit.SECONDS));
        assertEquals("stopped; start it again to move the rest", e.getCause().getMessage());
        assertEquals(2_000, old.rows.size() + young.rows.size());
        assertEquals(Set.of(), stores.held);
    }
}
