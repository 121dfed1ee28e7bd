package im.restante.itests.database;

import static im.restante.itests.contract.Stages.await;
import static im.restante.itests.contract.Stages.awaitFailure;
import static im.restante.itests.contract.Stages.awaitRecovery;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.itests.contract.LostCommits;
import im.restante.itests.contract.Stages;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageKind;
import im.restante.store.Owed;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.Dialect;
import im.restante.store.jdbc.SqlStore;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What happens to a store on a database server when the server, its network or another program does not do its part. */
public abstract class ServerTroubleContract {
    protected static final Jid ROMEO = Jid.of("romeo@example.org");
    protected static final Jid JULIET = Jid.of("juliet@example.org");

    private static final long ALL = Long.MAX_VALUE;

    private final List<SqlStore> opened = new ArrayList<>();
    /** Empty at the start of each test. */
    protected Database database;

    /** The store under test, once it was opened. */
    protected SqlStore store;

    private DatabaseServer server;

    /** It runs; started before the first test and closed after the last. */
    protected abstract DatabaseServer server();

    /** How the dialect begins a place: {@code PLACE database NAME at HOST:PORT}. */
    protected abstract String product();

    /** As an operator would configure it, not yet started. */
    protected abstract SqlStore store(Database where);

    protected abstract Dialect dialect(Database where);

    /** @param locked whether the one that writes takes the lock that keeps a second server away */
    protected abstract ConnectionSource connections(Database where, boolean locked);

    /** Of {@code where} behind another port, and so that each COMMIT goes over the wire as {@link #commitOnTheWire()}. */
    protected abstract String urlBehind(int port, Database where);

    protected abstract byte[] commitOnTheWire();

    /** In SQL: the bytes of 500 letters x. */
    protected abstract String anotherStanza();

    /** Of {@link #JULIET} to {@link #ROMEO}. */
    protected static StoredMessage message(long id, int bytes) {
        return StoredMessage.of(id, ROMEO, JULIET, Instant.now(), new byte[bytes]);
    }

    @BeforeEach
    final void makeDatabase() throws Exception {
        server = server();
        database = server.newDatabase();
    }

    @AfterEach
    final void close() {
        opened.forEach(SqlStore::close);
    }

    private SqlStore open(Database where) {
        return started(store(where));
    }

    /** Opens {@link #store} on {@link #database}. */
    protected final void start() {
        store = open(database);
    }

    /** How long a start watches a server that holds the database and may be alive. */
    private static final Duration LEASE = Duration.ofSeconds(5);

    protected final CompletionStage<Appended> append(long id) {
        return store.append(message(id, 500), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN);
    }

    protected final List<Long> waiting() {
        return await(store.page(ROMEO, 0, 100_000, ALL)).stream()
                .map(StoredMessage::id)
                .toList();
    }

    /** Waits, and the counters and totals are right. */
    protected final void assertWaiting(List<Long> ids) {
        assertEquals(ids, waiting());
        assertEquals(ids.size(), await(store.usage(ROMEO, JULIET)).messages());
        assertEquals(ids.size(), await(store.statistics()).messages());
    }

    /** The failure has that part, and says of which database it is. */
    protected final void assertSays(String part, Exception e) {
        assertTrue(e.getMessage().contains(part), e.getMessage());
        assertTrue(
                e.getMessage().contains(product() + " database " + database.name() + " at 127.0.0.1"), e.getMessage());
    }

    /** Waits until it is so. */
    protected static void awaitTrue(BooleanSupplier condition) throws Exception {
        awaitTrue(condition, 10);
    }

    /** Waits until it is so, looking so often. */
    protected static void awaitTrue(BooleanSupplier condition, long everyMillis) throws Exception {
        Instant deadline = Instant.now().plusSeconds(60);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(deadline), "not in time");
            TimeUnit.MILLISECONDS.sleep(everyMillis);
        }
    }

    @Test
    void connectionsThatWereCutWhileNobodyAskedAreMadeAgainUnseen() throws Exception {
        start();
        await(append(1));
        for (int i = 0; i < 8; i++) { // every reader has a connection
            waiting();
        }
        server.cutConnections(database);
        await(append(2));
        for (int i = 0; i < 8; i++) {
            assertWaiting(List.of(1L, 2L));
        }
    }

    @Test
    void aServerThatIsNotYetUpIsFoundWhenItIs() throws Exception {
        server.stop();
        try {
            start();
            assertSays("cannot be reached", awaitFailure(append(1)));
            assertSays("cannot be reached", awaitFailure(store.page(ROMEO, 0, 10, ALL)));
            assertSays("cannot be reached", awaitFailure(store.exists(ROMEO)));
        } finally {
            server.start();
        }
        awaitRecovery(() -> append(2));
        assertWaiting(List.of(2L));
    }

    @Test
    void aServerThatIsKilledLosesNothingAcknowledgedKeepsNothingRefusedAndIsUsedAgain() throws Exception {
        start();
        Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
        Set<Long> refused = ConcurrentHashMap.newKeySet();
        AtomicLong failed = new AtomicLong();
        AtomicLong next = new AtomicLong();
        AtomicBoolean done = new AtomicBoolean();
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread sender = new Thread(() -> {
                while (!done.get()) {
                    long id = next.incrementAndGet();
                    try {
                        append(id).toCompletableFuture().get(120, TimeUnit.SECONDS); // a start may take long
                        acknowledged.add(id);
                    } catch (ExecutionException e) {
                        if (((StoreException) e.getCause()).outcome() == StoreException.Outcome.NOTHING_CHANGED) {
                            refused.add(id);
                        }
                        failed.incrementAndGet();
                        pause();
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            senders.add(sender);
            sender.start();
        }
        for (int kills = 0; kills < 2; kills++) {
            int before = acknowledged.size();
            awaitTrue(() -> acknowledged.size() > before + 300);
            server.kill();
            long id = next.incrementAndGet(); // of the senders all may wait to know what became of one commit
            StoreException told = awaitFailure(append(id));
            assertEquals(StoreException.Outcome.NOTHING_CHANGED, told.outcome());
            refused.add(id);
            failed.incrementAndGet();
            server.start();
        }
        int before = acknowledged.size();
        awaitTrue(() -> acknowledged.size() > before + 100);
        done.set(true);
        for (Thread sender : senders) {
            sender.join();
        }
        List<Long> there = waiting();
        assertTrue(new HashSet<>(there).containsAll(acknowledged), "lost");
        assertEquals(failed.get(), refused.size(), "nobody is left without knowing");
        there.forEach(id -> assertFalse(refused.contains(id), "refused, and stored all the same: " + id));
        assertWaiting(there);
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aCommitThatWasCutIsResolved() throws Exception {
        try (Cutter cutter = new Cutter(server.port(), commitOnTheWire())) {
            Database behind = new Database(
                    database.name(), urlBehind(cutter.port(), database), database.user(), database.password());
            store = open(behind);
            await(append(1));
            for (long id = 2; id < 6; id++) {
                cutter.cutNextCommit();
                assertEquals(Appended.stored(), await(append(id)));
                assertTrue(cutter.hasCut());
            }
            assertWaiting(List.of(1L, 2L, 3L, 4L, 5L));
            store.close();
        }
    }

    /** Connections that lose commits, without the lock that keeps a second server away if {@code locked} is false. */
    private final class LosingConnections implements ConnectionSource {
        private final LostCommits lost = new LostCommits();
        private final ConnectionSource real;
        private final boolean locked;
        private volatile boolean away;

        LosingConnections(boolean locked) {
            this.locked = locked;
            this.real = connections(database, locked);
        }

        @Override
        public boolean excludesOthers() {
            return locked;
        }

        @Override
        public Connection open(Purpose purpose) throws SQLException {
            if (away) {
                throw new SQLNonTransientConnectionException("away", "08000");
            }
            Connection connection = real.open(purpose);
            return purpose == Purpose.WRITE ? lost.around(connection) : connection;
        }
    }

    /** Started, over connections of the test. */
    protected final SqlStore open(ConnectionSource connections) {
        return started(new SqlStore("test", dialect(database), connections));
    }

    private SqlStore started(SqlStore one) {
        opened.add(one);
        one.start();
        return one;
    }

    @Test
    void aCommitWithoutAnAnswerIsResolved() throws Exception {
        LosingConnections connections = new LosingConnections(true);
        store = open(connections);
        await(append(1));
        for (LostCommits.Fate fate : List.of(LostCommits.Fate.COMMITTED, LostCommits.Fate.ROLLED_BACK)) {
            long id = fate.ordinal() * 10L + 10;
            connections.lost.lose(fate);
            assertEquals(Appended.stored(), await(append(id)), fate.name());
            connections.lost.lose(fate);
            await(store.remove(ROMEO, List.of(id), Fence.HERE));
            connections.lost.lose(fate);
            assertTrue(await(store.replace(ROMEO, 1, List.of(message(1, 20)), List.of(), Fence.HERE)), fate.name());
            connections.lost.lose(fate);
            assertTrue(await(store.create(ROMEO, List.of(), Fence.HERE)), fate.name());
            connections.lost.lose(fate);
            assertTrue(await(store.remove(ROMEO, Fence.HERE)), fate.name());
            assertTrue(connections.lost.isDone());
        }
        connections.lost.loseEachStepOfWhatIsOwed(store);
        connections.lost.loseEachStepOfANote(store);
        connections.lost.loseEachStepOfArchiving(store);
        assertWaiting(List.of(1L));
    }

    /** The server has the COMMIT and has not done it yet, when the store is back already. */
    @Test
    void aCommitThatIsStillUnderWayIsWaitedFor() throws Exception {
        LosingConnections connections = new LosingConnections(false);
        store = open(connections);
        await(append(1));
        connections.lost.lose(LostCommits.Fate.UNDER_WAY);
        CompletionStage<Appended> doubtful = append(2);
        Connection ghost = connections.lost.ghost();
        TimeUnit.MILLISECONDS.sleep(300);
        assertFalse(doubtful.toCompletableFuture().isDone());
        ghost.commit();
        ghost.close();
        assertEquals(Appended.stored(), await(doubtful));
        await(append(3));
        assertWaiting(List.of(1L, 2L, 3L));

        connections.lost.lose(LostCommits.Fate.UNDER_WAY);
        doubtful = append(4);
        ghost = connections.lost.ghost();
        ghost.rollback();
        ghost.close();
        assertEquals(Appended.stored(), await(doubtful), "made again");
        assertWaiting(List.of(1L, 2L, 3L, 4L));
    }

    /** Raised by the store itself, the epoch keeps out what comes too late. */
    @Test
    void aGhostCanCommitNothingOnceItsEpochIsOver() throws Exception {
        store = open(new LosingConnections(false));
        await(append(1));
        try (Connection ghost = server.admin(database.name());
                Statement statement = ghost.createStatement()) {
            ghost.setAutoCommit(false);
            long epoch = count(statement, "SELECT epoch FROM om_partition WHERE part=0");
            ghost.rollback();
            server.cutConnections(database); // the store comes back, and raises it
            await(append(2));
            assertEquals(0, statement.executeUpdate("UPDATE om_partition SET n=n+1 WHERE part=0 AND epoch=" + epoch));
            ghost.rollback();
        }
    }

    @Test
    void aSecondServerIsRefusedWhileTheLeaseOfTheFirstMovesAndTakesOverWhenItStandsStill() throws Exception {
        LosingConnections ofFirst = new LosingConnections(false);
        store = open(ofFirst);
        await(append(1));
        SqlStore second = open(new LosingConnections(false));
        Instant end = Instant.now().plus(LEASE.plusSeconds(2));
        while (Instant.now().isBefore(end)) {
            StoreException refused = awaitFailure(
                    second.append(message(2, 500), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
            assertSays(
                    "another server uses it (process " + ProcessHandle.current().pid() + " on ", refused);
            assertEquals(StoreException.Outcome.NOTHING_CHANGED, refused.outcome());
            TimeUnit.MILLISECONDS.sleep(100);
        }
        await(append(3));
        ofFirst.away = true;
        ofFirst.lost.lose(LostCommits.Fate.ROLLED_BACK); // by its next renewal at the latest it has lost its connection
        awaitRecovery(() -> second.append(message(4, 500), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
        ofFirst.away = false;
        SqlStore first = store;
        awaitTrue(() -> awaitFailure(append(5)).getMessage().contains("another server uses it"));
        awaitFailure(first.remove(ROMEO, List.of(1L), Fence.HERE));
        store = second;
        assertWaiting(List.of(1L, 3L, 4L));
        second.close();
        store = first;
        awaitRecovery(() -> append(6));
        assertWaiting(List.of(1L, 3L, 4L, 6L));
    }

    @Test
    void aServerThatWasTakenOverWritesNothing() throws Exception {
        store = open(new LosingConnections(false));
        await(append(1));
        server.execute(
                database.name(),
                "UPDATE om_node SET incarnation=7, address='process 1 on elsewhere', renewed=renewed+1",
                "UPDATE om_partition SET incarnation=7, epoch=epoch+1");
        List<CompletionStage<?>> late = List.of(
                append(2), store.remove(ROMEO, List.of(1L), Fence.HERE), store.create(ROMEO, List.of(), Fence.HERE));
        late.forEach(Stages::assertFenced);
        awaitTrue(
                () -> awaitFailure(append(3)).getMessage().contains("another server uses it (process 1 on elsewhere)"));
        awaitRecovery(() -> append(4)); // that one shows no life
        assertWaiting(List.of(1L, 4L));
        assertFalse(await(store.exists(ROMEO)));
    }

    /** The number that a query answers. */
    protected static long count(Statement statement, String sql) {
        try (ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void twoServersOnOneDatabaseRefuseEachOther() throws Exception {
        start();
        await(append(1));
        SqlStore second = open(database);
        Exception refused =
                awaitFailure(second.append(message(2, 500), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
        assertSays("another server uses it (connection ", refused);
        assertSays(" from 127.0.0.1:", refused);
        awaitFailure(second.page(ROMEO, 0, 1, ALL));
        await(append(3));
        SqlStore elsewhere = open(server.newDatabase());
        await(elsewhere.append(message(1, 500), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
        store.close();
        store = second;
        awaitRecovery(() -> append(4));
        assertWaiting(List.of(1L, 3L, 4L));
    }

    @Test
    void aNewerSchemaIsLeftAlone() throws Exception {
        start();
        await(append(1));
        store.close();
        server.execute(database.name(), "UPDATE om_version SET version=99");
        start();
        assertSays("made by a newer Restante", awaitFailure(append(2)));
        server.execute(
                database.name(),
                "UPDATE om_version SET version=" + dialect(database).scripts().size());
        awaitRecovery(() -> append(3));
        assertWaiting(List.of(1L, 3L));
    }

    @Test
    void rowsLockedByAnotherFailAppendsUntilTheyAreFree() throws Exception {
        start();
        await(append(1));
        try (Connection other = server.admin(database.name());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT * FROM om_partition FOR UPDATE");
            assertSays("another program holds its rows or tables locked", awaitFailure(append(2)));
            assertEquals(List.of(1L), waiting(), "reading goes on");
            other.rollback();
        }
        await(append(3));
        assertWaiting(List.of(1L, 3L));
    }

    @Test
    void rowsThatCannotBeReadAreSetAside() throws Exception {
        start();
        for (long id = 1; id <= 3; id++) {
            await(append(id));
        }
        server.execute(
                database.name(),
                "UPDATE om_message SET kind=-1 WHERE id=1",
                "UPDATE om_message SET stanza=" + anotherStanza() + " WHERE id=2");
        assertEquals(List.of(3L), waiting());
        awaitTrue(() -> await(store.statistics()).quarantined() == 2);
        assertWaiting(List.of(3L));
        List<StoredMessage> owed = LongStream.of(11, 12)
                .mapToObj(id -> StoredMessage.of(id, JULIET, ROMEO, Instant.now(), new byte[500])
                        .withKind(MessageKind.NOTICE))
                .toList();
        assertTrue(await(store.replace(ROMEO, 3, List.of(message(3, 500)), owed, Fence.HERE)));
        server.execute(database.name(), "UPDATE om_out SET kind=-1 WHERE n=1");
        assertEquals(
                List.of(2L),
                await(store.owed(0, 0, 10, Long.MAX_VALUE)).stream()
                        .map(Owed::number)
                        .toList());
        awaitTrue(() -> await(store.statistics()).quarantined() == 3);
        assertWaiting(List.of(3L));
        await(store.create(ROMEO, List.of(), Fence.HERE));
        List<Note> notes = List.of(new Note(ROMEO, JULIET, "1"), new Note(ROMEO, JULIET, "2"));
        assertTrue(await(store.write(ROMEO, List.of(), notes, Fence.HERE)));
        server.execute(database.name(), "UPDATE us_out SET to_jid='@' WHERE n=3");
        assertEquals(List.of(new OwedNote(4, notes.get(1))), await(store.owedNotes(0, 0, 10, Long.MAX_VALUE)));
        awaitTrue(() -> await(store.statistics()).quarantined() == 4);
    }

    @Test
    void closingWritesWhatWaits() {
        start();
        assertEquals(0, waiting().size()); // it is open
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 1; id <= 2_000; id++) {
            answers.add(append(id));
        }
        store.close();
        answers.forEach(Stages::await);
        start();
        assertEquals(2_000, waiting().size());
    }
}
