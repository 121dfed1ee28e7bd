package im.restante.internal.store.sqlite;

import static im.restante.itests.contract.Stages.assertFenced;
import static im.restante.itests.contract.Stages.await;
import static im.restante.itests.contract.Stages.awaitFailure;
import static im.restante.itests.contract.Stages.awaitRecovery;
import static im.restante.itests.support.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.itests.contract.LostCommits;
import im.restante.itests.contract.OlderSchema;
import im.restante.itests.contract.Totals;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.MessageKind;
import im.restante.store.MessageStore;
import im.restante.store.Owed;
import im.restante.store.StoreException;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.SqlStore;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;

/** What happens when the file or the disk does not do its part, and how the writer groups what it is given. */
class SqliteTroubleTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final long ALL = Long.MAX_VALUE;

    @TempDir
    private Path directory;

    private SqlStore store;

    @AfterEach
    void close() {
        if (store != null) {
            store.close();
        }
    }

    private Path file() {
        return directory.resolve("spool.db");
    }

    private void start(SqlStore started) {
        store = started;
        store.start();
    }

    private void start() {
        start(new SqliteStore(file(), 100));
    }

    private static StoredMessage message(long id, int bytes) {
        return StoredMessage.of(id, ROMEO, JULIET, Instant.now(), new byte[bytes]);
    }

    private CompletionStage<Appended> append(long id) {
        return store.append(message(id, 500), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN);
    }

    private List<Long> waiting() {
        return await(store.page(ROMEO, 0, 100_000, ALL)).stream()
                .map(StoredMessage::id)
                .toList();
    }

    private static void assertSays(String part, Exception e) {
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }

    private Connection another() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file());
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = another();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    // ---- the disk

    /** Connections of which the writer's may be told how many pages the file may have. */
    private final class LimitedConnections extends SqliteConnections {
        private volatile Connection writer;
        private volatile int pages = 100_000;

        LimitedConnections() {
            super(file(), 100);
        }

        @Override
        public Connection open(Purpose purpose) throws SQLException {
            Connection connection = super.open(purpose);
            if (purpose == Purpose.WRITE) {
                writer = connection;
                pages(pages);
            }
            return connection;
        }

        final void pages(int most) throws SQLException {
            pages = most;
            try (Statement statement = writer.createStatement()) {
                statement.execute("PRAGMA max_page_count=" + most);
            }
        }
    }

    @Test
    void aFullDiskRefusesAppendsAndKeepsTheRest() throws Exception {
        LimitedConnections connections = new LimitedConnections();
        start(new SqlStore("test", new SqliteDialect(file()), connections));
        await(append(1));
        connections.pages(60);
        List<Long> taken = new ArrayList<>(List.of(1L));
        long id = 2;
        while (true) {
            CompletableFuture<Appended> answer = append(id).toCompletableFuture();
            try {
                answer.get(20, TimeUnit.SECONDS);
                taken.add(id++);
            } catch (ExecutionException e) {
                assertSays("the disk is full", (Exception) e.getCause());
                assertSays(file().toString(), (Exception) e.getCause());
                break;
            }
        }
        assertEquals(taken, waiting());
        assertEquals(taken.size(), await(store.usage(ROMEO, JULIET)).messages());

        List<Long> first = List.copyOf(taken.subList(0, 50));
        CompletionStage<Appended> tooMuch =
                store.append(message(id, 300_000), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN);
        CompletionStage<Void> removal = store.remove(ROMEO, first, Fence.HERE);
        awaitFailure(tooMuch);
        await(removal);
        taken.removeAll(first);
        assertEquals(taken, waiting(), "removing works on a full disk");

        connections.pages(100_000);
        await(append(id));
        taken.add(id);
        assertEquals(taken, waiting());
        assertEquals(taken.size(), await(store.statistics()).messages());
    }

    @Test
    void aLockedFileFailsAppendsUntilItIsFree() throws Exception {
        start();
        await(append(1));
        try (Connection other = another();
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            assertSays("another program holds it locked", awaitFailure(append(2)));
            assertEquals(List.of(1L), waiting(), "reading goes on");
            statement.execute("ROLLBACK");
        }
        await(append(3));
        assertEquals(List.of(1L, 3L), waiting());
    }

    @Test
    void aFileThatIsLockedAtTheStartIsOpenedWhenItIsFree() throws Exception {
        start();
        await(append(1));
        store.close();
        try (Connection other = another();
                Statement statement = other.createStatement()) {
            statement.execute("PRAGMA locking_mode=EXCLUSIVE");
            statement.execute("BEGIN IMMEDIATE");
            start();
            assertSays("another program holds it locked", awaitFailure(append(2)));
            assertSays("another program holds it locked", awaitFailure(store.page(ROMEO, 0, 10, ALL)));
        }
        assertInstanceOf(Appended.Stored.class, awaitRecovery(() -> append(3)));
        assertEquals(List.of(1L, 3L), waiting());
    }

    @Test
    void aFileThatIsNoDatabaseIsSaidToBeDamagedUntilItIsReplaced() throws Exception {
        byte[] garbage = new byte[20_000];
        new Random(1).nextBytes(garbage);
        Files.write(file(), garbage);
        start();
        assertSays("damaged", awaitFailure(append(1)));
        assertSays(file().toString(), awaitFailure(store.page(ROMEO, 0, 10, ALL)));
        assertSays("damaged", awaitFailure(store.statistics()));
        assertSays("damaged", awaitFailure(store.exists(ROMEO)));
        assertEquals(garbage.length, Files.size(file()), "nobody touched it");
        Files.delete(file());
        assertInstanceOf(Appended.Stored.class, awaitRecovery(() -> append(1)));
        assertEquals(List.of(1L), waiting());
    }

    @Test
    void damageInsideTheFileIsReportedAndTheStoreStaysUp() throws Exception {
        start();
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 1; id <= 2_000; id++) {
            answers.add(append(id));
        }
        answers.forEach(im.restante.itests.contract.Stages::await);
        store.close();
        byte[] garbage = new byte[4_096];
        new Random(1).nextBytes(garbage);
        try (RandomAccessFile raw = new RandomAccessFile(file().toFile(), "rw")) {
            for (long at = 40 * 4_096L; at + 4_096 < raw.length(); at += 2 * 4_096) {
                raw.seek(at);
                raw.write(garbage);
            }
        }
        start();
        assertSays("damaged", awaitFailure(store.page(ROMEO, 0, 10_000, ALL)));
        assertSays("damaged", awaitFailure(store.page(ROMEO, 0, 10_000, ALL)));
        await(store.exists(ROMEO));
    }

    @Test
    void aDirectoryInTheFilesPlaceIsSaidToBeInTheWay() throws Exception {
        Files.createDirectory(file());
        start();
        assertSays("cannot be opened", awaitFailure(append(1)));
        Files.delete(file());
        assertInstanceOf(Appended.Stored.class, awaitRecovery(() -> append(1)));
    }

    @Test
    void aNewerSchemaIsLeftAlone() throws Exception {
        start();
        await(append(1));
        store.close();
        execute("UPDATE om_version SET version=99");
        start();
        assertSays("made by a newer Restante", awaitFailure(append(2)));
        assertSays("made by a newer Restante", awaitFailure(store.page(ROMEO, 0, 10, ALL)));
        execute("UPDATE om_version SET version="
                + new SqliteDialect(file()).scripts().size());
        awaitRecovery(() -> append(3));
        assertEquals(List.of(1L, 3L), waiting());
    }

    @Test
    void onlyTheServersUserMayReadTheFile() throws Exception {
        start();
        await(append(1));
        for (String name : List.of("spool.db", "spool.db-wal")) {
            assertEquals(
                    "[OWNER_READ, OWNER_WRITE]",
                    Files.getPosixFilePermissions(directory.resolve(name)).stream()
                            .sorted()
                            .toList()
                            .toString());
        }
    }

    // ---- rows that cannot be read or written

    @Test
    void rowsThatCannotBeReadAreSetAsideAndHideNobody() throws Exception {
        start();
        for (long id = 1; id <= 6; id++) {
            await(append(id));
        }
        execute(
                "UPDATE om_message SET kind=-1 WHERE id=1",
                "UPDATE om_message SET kind=-1 WHERE id=2",
                "UPDATE om_message SET sender=x'00112233445566778899aabbccddeeff' WHERE id=4",
                "UPDATE om_counter SET n=n-1",
                "INSERT INTO om_counter SELECT rcpt, x'00112233445566778899aabbccddeeff', 1 FROM om_counter");
        assertEquals(List.of(3L), ids(await(store.page(ROMEO, 0, 1, ALL))), "a page is empty only when nothing waits");
        assertEquals(List.of(3L, 5L, 6L), waiting());
        awaitQuarantined(3);
        assertEquals(3, await(store.statistics()).messages());
        assertEquals(3, await(store.usage(ROMEO, JULIET)).messages());
        assertEquals(1, await(store.senders(ROMEO, 10)).size());
        assertEquals(List.of(3L, 5L, 6L), waiting());
        assertEquals(Usage.of(3).withBytes(1_500), Totals.of(store, ROMEO));
    }

    /**
     * Does something before the next commit, and something else before the one after it: two readers meet a damaged row, the second one
     * while it is being set aside and stored anew.
     */
    private void beforeTheNextCommits(Runnable first, Runnable second) {
        Queue<Runnable> before = new ArrayDeque<>(List.of(first, second));
        SqliteDialect dialect = new SqliteDialect(file()) {
            @Override
            public void commit(Connection writer) throws SQLException {
                if (isDamaged) {
                    before.remove().run();
                    isDamaged = !before.isEmpty();
                }
                super.commit(writer);
            }
        };
        start(new SqlStore("test", dialect, new SqliteConnections(file(), 100)));
    }

    private volatile boolean isDamaged;

    @Test
    void aMessageThatIsAddedUnderTheIdOfARowThatIsBeingSetAsideStays() throws Exception {
        List<CompletionStage<Appended>> again = new CopyOnWriteArrayList<>();
        beforeTheNextCommits(
                () -> {
                    assertEquals(List.of(), waiting());
                    again.add(append(1));
                },
                () -> assertEquals(List.of(2L), waiting()));
        await(append(1));
        execute("UPDATE om_message SET kind=-1 WHERE id=1");
        isDamaged = true;
        await(append(2));
        await(again.get(0));
        await(append(3)); // behind whatever was to be set aside
        assertEquals(List.of(1L, 2L, 3L), waiting());
        awaitQuarantined(1);
        assertEquals(3, await(store.usage(ROMEO, JULIET)).messages());
    }

    @Test
    void stanzasWhoseBytesChangedAreSetAsideAsTheyAreAndHideNobody() throws Exception {
        start();
        byte[] stanza = "<message><body>wherefore</body></message>".getBytes(StandardCharsets.UTF_8);
        for (long id = 1; id <= 5; id++) {
            await(store.append(
                    StoredMessage.of(id, ROMEO, JULIET, Instant.now(), stanza),
                    Admission.UNLIMITED,
                    Fence.HERE,
                    Claim.NEVER_WITHDRAWN));
        }
        byte[] flipped = stanza.clone();
        flipped[stanza.length / 2] ^= 1;
        changeStanza(2, flipped);
        changeStanza(5, new byte[stanza.length]);
        assertEquals(List.of(1L, 3L, 4L), waiting());
        awaitQuarantined(2);
        assertEquals(3, await(store.statistics()).messages());
        assertEquals(3, await(store.usage(ROMEO, JULIET)).messages());
        assertEquals(List.of(1L, 3L, 4L), waiting());
        try (Connection connection = another();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT stanza,crc,reason FROM om_quarantine WHERE id=2")) {
            assertTrue(row.next());
            assertArrayEquals(flipped, row.getBytes(1));
            CRC32C written = new CRC32C();
            written.update(stanza);
            assertEquals((int) written.getValue(), row.getInt(2), "what was written stays known");
            assertTrue(row.getString(3).contains("checksum"), row.getString(3));
        }
    }

    @Test
    void anExpiredStanzaWhoseBytesChangedIsSetAside() throws Exception {
        start();
        Instant now = Instant.now();
        for (long id = 1; id <= 3; id++) {
            await(store.append(
                    StoredMessage.of(id, ROMEO, JULIET, now, new byte[500]).withExpiresAt(now),
                    Admission.UNLIMITED,
                    Fence.HERE,
                    Claim.NEVER_WITHDRAWN));
        }
        byte[] flipped = new byte[500];
        flipped[499] = 1;
        changeStanza(1, flipped);
        assertEquals(List.of(2L), ids(await(store.expired(now, 2))), "the first two rows, of which one is readable");
        awaitQuarantined(1);
        assertEquals(List.of(2L, 3L), ids(await(store.expired(now, 2))));
        assertEquals(2, await(store.usage(ROMEO, JULIET)).messages());
    }

    @Test
    void aRowOfWhatIsOwedThatCannotBeReadIsSetAsideAndHidesNoOther() throws Exception {
        start();
        await(append(1));
        List<StoredMessage> notices = new ArrayList<>();
        for (long id = 11; id <= 13; id++) {
            notices.add(StoredMessage.of(id, JULIET, ROMEO, Instant.now(), new byte[500])
                    .withKind(MessageKind.NOTICE));
        }
        assertTrue(await(store.replace(ROMEO, 1, List.of(), notices, Fence.HERE)));
        byte[] flipped = new byte[500];
        flipped[499] = 1;
        changeStanza("om_out", 12, flipped);
        List<Owed> owed = await(store.owed(0, 0, 10, ALL));
        assertEquals(List.of(1L, 3L), owed.stream().map(Owed::number).toList());
        awaitQuarantined(1);
        await(store.takeOwed(0, owed, Fence.HERE));
        await(store.forgetOwed(List.of(1L, 3L), Fence.HERE));
        assertEquals(List.of(), await(store.owed(0, 0, 10, ALL)));
        assertEquals(List.of(11L, 13L), ids(await(store.page(JULIET, 0, 10, ALL))));
        try (Connection connection = another();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT stanza,reason,(SELECT count(*) FROM om_out) FROM om_quarantine WHERE id=12")) {
            assertTrue(row.next());
            assertArrayEquals(flipped, row.getBytes(1));
            assertTrue(row.getString(2).contains("checksum"), row.getString(2));
            assertEquals(0, row.getLong(3), "it is not read again");
            assertFalse(row.next());
        }
    }

    @Test
    void aNoteThatCannotBeReadIsSetAsideAndHidesNoOther() throws Exception {
        start();
        await(store.create(ROMEO, List.of(), Fence.HERE));
        List<Note> notes = List.of(new Note(ROMEO, JULIET, "1"), new Note(ROMEO, JULIET, "2"));
        assertTrue(await(store.write(ROMEO, List.of(), notes, Fence.HERE)));
        execute("UPDATE us_out SET to_jid='@' WHERE n=1");
        assertEquals(List.of(new OwedNote(2, notes.get(1))), await(store.owedNotes(0, 0, 10, ALL)));
        awaitQuarantined(1);
        try (Connection connection = another();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT stanza,reason,(SELECT count(*) FROM us_out) FROM om_quarantine WHERE id=1")) {
            assertTrue(row.next());
            assertEquals("1", row.getString(1));
            assertTrue(row.getString(2).startsWith("a note of romeo@example.org for @: "), row.getString(2));
            assertEquals(1, row.getLong(3), "it is not read again");
        }
    }

    /** The bytes of a message that waits and is archived stand once: if they change, both are set aside, and nobody else is hidden. */
    @Test
    void anArchivedStanzaWhoseBytesChangedIsSetAsideWithTheMessageThatHasItsBytesThere() throws Exception {
        start();
        MessageArchive archive = store.archive().orElseThrow();
        for (long id = 1; id <= 4; id++) {
            StoredMessage message = message(id, 100);
            await(store.append(
                    message,
                    ArchivedMessage.of(message, JULIET),
                    Admission.UNLIMITED,
                    Fence.HERE,
                    Claim.NEVER_WITHDRAWN));
        }
        await(store.remove(ROMEO, List.of(2L), Fence.HERE));
        byte[] other = "x".repeat(100).getBytes(StandardCharsets.UTF_8);
        changeStanza("ar_message", 2, other);
        changeStanza("ar_message", 3, other);
        assertEquals(List.of(1L, 4L), archived(archive));
        awaitQuarantined(2);
        assertEquals(List.of(1L, 4L), waiting());
        awaitQuarantined(3);
        assertEquals(2, await(store.usage(ROMEO, JULIET)).messages());
        assertEquals(List.of(1L, 4L), archived(archive));
        assertEquals(List.of(1L, 4L), waiting());
    }

    private static List<Long> archived(MessageArchive archive) {
        return await(archive.first(ROMEO, ArchiveQuery.ALL, 100, Long.MAX_VALUE)).stream()
                .map(ArchivedMessage::id)
                .toList();
    }

    private void changeStanza(long id, byte[] stanza) throws SQLException {
        changeStanza("om_message", id, stanza);
    }

    /** As damage to the file does: the checksum is left alone. */
    private void changeStanza(String table, long id, byte[] stanza) throws SQLException {
        try (Connection connection = another();
                PreparedStatement update =
                        connection.prepareStatement("UPDATE " + table + " SET stanza=? WHERE id=?")) {
            update.setBytes(1, stanza);
            update.setLong(2, id);
            assertEquals(1, update.executeUpdate());
        }
    }

    private void awaitQuarantined(long rows) throws Exception {
        awaitRecovery(() -> store.statistics()
                .thenCompose(now -> now.quarantined() == rows
                        ? CompletableFuture.completedFuture(now)
                        : CompletableFuture.<StoreStatistics>failedFuture(new IllegalStateException(now.toString()))));
    }

    private static List<Long> ids(List<StoredMessage> page) {
        return page.stream().map(StoredMessage::id).toList();
    }

    @Test
    void aMessageThatCannotBeWrittenFailsAlone() throws Exception {
        HeldDialect dialect = new HeldDialect(file());
        start(new SqlStore("test", dialect, purpose -> {
            Connection connection = new SqliteConnections(file(), 100).open(purpose);
            ((SQLiteConnection) connection).setLimit(SQLiteLimits.SQLITE_LIMIT_LENGTH, 100_000);
            return connection;
        }));
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        CompletionStage<Appended> held = dialect.hold(() -> append(1));
        for (long id = 2; id <= 200; id++) {
            answers.add(store.append(
                    message(id, id == 77 ? 200_000 : 100),
                    Admission.of(150, OnFull.REFUSE),
                    Fence.HERE,
                    Claim.NEVER_WITHDRAWN));
        }
        dialect.release();
        await(held);
        int stored = 0;
        for (int i = 0; i < answers.size(); i++) {
            if (i + 2 == 77) {
                awaitFailure(answers.get(i));
            } else if (await(answers.get(i)) instanceof Appended.Stored) {
                stored++;
            }
        }
        assertEquals(149, stored);
        assertEquals(150, waiting().size());
        assertEquals(150, await(store.usage(ROMEO, JULIET)).messages());
    }

    // ---- the writer

    /** Counts commits, and can hold one. */
    private static final class HeldDialect extends SqliteDialect {
        private final AtomicInteger commits = new AtomicInteger();
        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private volatile boolean hold;

        HeldDialect(Path file) {
            super(file);
        }

        @Override
        public void commit(Connection writer) throws SQLException {
            commits.incrementAndGet();
            if (hold) {
                hold = false;
                held.countDown();
                try {
                    assertTrue(released.await(20, TimeUnit.SECONDS));
                } catch (InterruptedException e) {
                    throw new SQLException(e);
                }
            }
            super.commit(writer);
        }

        /** Does {@code work}, whose commit is then held. */
        <T> T hold(Supplier<T> work) throws InterruptedException {
            hold = true;
            T result = work.get();
            assertTrue(held.await(20, TimeUnit.SECONDS));
            return result;
        }

        void release() {
            released.countDown();
        }
    }

    @Test
    void whatQueuedDuringACommitSharesTheNext() throws Exception {
        HeldDialect dialect = new HeldDialect(file());
        start(new SqlStore("test", dialect, new SqliteConnections(file(), 100)));
        List<CompletionStage<?>> answers = new ArrayList<>();
        answers.add(dialect.hold(() -> append(1)));
        for (long id = 2; id <= 400; id++) {
            answers.add(append(id));
        }
        answers.add(store.remove(ROMEO, List.of(10L), Fence.HERE));
        answers.add(store.remove(ROMEO, List.of(20L), Fence.HERE));
        answers.add(store.create(ROMEO, List.of(), Fence.HERE));
        dialect.release();
        answers.forEach(im.restante.itests.contract.Stages::await);
        assertEquals(2, dialect.commits.get());
        assertEquals(398, waiting().size());
    }

    @Test
    void whoeverComesToAFullQueueIsTurnedAwayAtOnce() throws Exception {
        HeldDialect dialect = new HeldDialect(file());
        start(new SqlStore("test", dialect, new SqliteConnections(file(), 100)));
        waiting(); // it is open
        waiting(); // it is open
        CompletionStage<Appended> first = dialect.hold(() -> append(1));
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 2; id <= 8_193; id++) {
            answers.add(append(id));
        }
        assertSays("busy", awaitFailure(append(9_000)));
        assertSays("busy", awaitFailure(store.remove(ROMEO, List.of(1L), Fence.HERE)));
        assertEquals(List.of(), waiting(), "reading goes on");
        dialect.release();
        await(first);
        answers.forEach(im.restante.itests.contract.Stages::await);
        assertEquals(8_193, waiting().size());
        await(append(9_000));
    }

    @Test
    void aFullQueueIsAlsoOneOfTooManyBytes() throws Exception {
        HeldDialect dialect = new HeldDialect(file());
        start(new SqlStore("test", dialect, new SqliteConnections(file(), 100)));
        waiting(); // it is open
        CompletionStage<Appended> first = dialect.hold(() -> append(1));
        List<CompletionStage<Appended>> answers = new ArrayList<>();
        for (long id = 2; id <= 32; id++) {
            answers.add(store.append(message(id, 1 << 20), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
        }
        assertSays(
                "busy",
                awaitFailure(
                        store.append(message(40, 1 << 20), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN)));
        dialect.release();
        await(first);
        answers.forEach(im.restante.itests.contract.Stages::await);
        assertEquals(32, waiting().size());
    }

    @Test
    void aCommitWithoutAnAnswerIsResolved() throws Exception {
        LostCommits lost = new LostCommits();
        start(new SqlStore("test", new SqliteDialect(file()), new LosingConnections(lost)));
        await(append(1));
        for (LostCommits.Fate fate : List.of(LostCommits.Fate.COMMITTED, LostCommits.Fate.ROLLED_BACK)) {
            long id = fate.ordinal() * 10L + 10;
            lost.lose(fate);
            assertEquals(Appended.stored(), await(append(id)), fate.name());
            lost.lose(fate);
            await(store.remove(ROMEO, List.of(id), Fence.HERE));
            Usage before = Totals.of(store, ROMEO);
            lost.lose(fate);
            assertEquals(
                    Appended.full(Appended.Limit.PAIR, Usage.of(1), before),
                    await(store.append(
                            message(id + 1, 10), Admission.of(1, OnFull.REFUSE), Fence.HERE, Claim.NEVER_WITHDRAWN)));
            lost.lose(fate);
            assertTrue(await(store.replace(ROMEO, 1, List.of(message(1, 20)), List.of(), Fence.HERE)));
            assertEquals(Usage.of(1).withBytes(20), Totals.of(store, ROMEO), fate.name());
            Jid user = Jid.of(fate.name().toLowerCase(Locale.ROOT) + "@example.org");
            lost.lose(fate);
            assertTrue(await(store.create(user, List.of(), Fence.HERE)), fate.name());
            lost.lose(fate);
            assertTrue(await(store.remove(user, Fence.HERE)), fate.name());
            assertTrue(lost.isDone());
        }
        lost.loseEachStepOfWhatIsOwed(store);
        lost.loseEachStepOfANote(store);
        lost.loseEachStepOfArchiving(store);
        assertEquals(List.of(1L), waiting());
        assertEquals(1, await(store.usage(ROMEO, JULIET)).messages());
        assertEquals(1, await(store.statistics()).messages());
    }

    @Test
    void aBatchWhoseCommitIsLostAgainAndAgainIsCertainlyNotStoredInTheEnd() throws Exception {
        LostCommits lost = new LostCommits();
        start(new SqlStore("test", new SqliteDialect(file()), new LosingConnections(lost)));
        await(append(1));
        for (int i = 0; i < 3; i++) {
            lost.lose(LostCommits.Fate.ROLLED_BACK);
            lost.lose(LostCommits.Fate.ANSWERED); // when its tables are looked at
            lost.lose(LostCommits.Fate.ANSWERED); // when the epoch is raised
        }
        StoreException failed = awaitFailure(append(2));
        assertEquals(StoreException.Outcome.NOTHING_CHANGED, failed.outcome());
        awaitRecovery(() -> append(3));
        assertEquals(List.of(1L, 3L), waiting());
    }

    @Test
    void whatIsUnresolvedStaysOpenWhileTheFileIsAwayAndTheRestFailsAtOnce() throws Exception {
        LostCommits lost = new LostCommits();
        LosingConnections connections = new LosingConnections(lost);
        start(new SqlStore("test", new SqliteDialect(file()), connections));
        await(append(1));
        connections.away = true;
        lost.lose(LostCommits.Fate.COMMITTED);
        CompletionStage<Appended> open = append(2);
        eventually(lost::isDone);
        StoreException refused = awaitFailure(append(3));
        assertEquals(StoreException.Outcome.NOTHING_CHANGED, refused.outcome());
        awaitFailure(append(4));
        assertFalse(open.toCompletableFuture().isDone());
        connections.away = false;
        assertEquals(Appended.stored(), await(open));
        awaitRecovery(() -> append(5));
        assertEquals(List.of(1L, 2L, 5L), waiting());
    }

    @Test
    void whatIsStillUnresolvedWhenItIsClosedIsUnknown() throws Exception {
        LostCommits lost = new LostCommits();
        LosingConnections connections = new LosingConnections(lost);
        start(new SqlStore("test", new SqliteDialect(file()), connections));
        await(append(1));
        connections.away = true;
        lost.lose(LostCommits.Fate.COMMITTED);
        CompletionStage<Appended> open = append(2);
        store.close();
        assertEquals(StoreException.Outcome.UNKNOWN, awaitFailure(open).outcome());
    }

    /** Connections that lose commits, and that are not to be had at times. */
    private class LosingConnections extends SqliteConnections {
        private final LostCommits lost;
        volatile boolean away;

        LosingConnections(LostCommits lost) {
            super(file(), 100);
            this.lost = lost;
        }

        @Override
        public Connection open(Purpose purpose) throws SQLException {
            if (away) {
                throw new SQLException("away");
            }
            Connection connection = super.open(purpose);
            return purpose == Purpose.WRITE ? lost.around(connection) : connection;
        }
    }

    @Test
    void whoGaveUpBehindAnotherProgramsLockIsNotStoredWhenItIsFree() throws Exception {
        start(new SqliteStore(file(), 10_000));
        await(append(1));
        Claim impatient = new Claim();
        CompletionStage<Appended> withdrawn;
        CompletionStage<Appended> queued;
        try (Connection connection = another();
                Statement statement = connection.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            withdrawn = store.append(message(2, 10), Admission.UNLIMITED, Fence.HERE, impatient);
            queued = append(3);
            assertTrue(impatient.withdraw(), "nobody can have begun with it");
            statement.execute("COMMIT");
        }
        assertEquals(Appended.WITHDRAWN, await(withdrawn));
        await(queued);
        assertEquals(List.of(1L, 3L), waiting());
    }

    // ---- an older schema

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void aFileOfAnOlderVersionIsBroughtUpToDateInPlace(int version) throws Exception {
        try (Connection connection = another()) {
            OlderSchema.make(connection, new SqliteDialect(file()).scripts(), version);
        }
        start();
        OlderSchema.check(store);
        store.close();
        start();
        assertEquals(List.of(9L), waiting());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void anUpdateThatWasCutIsMadeAgain(int version) throws Exception {
        SqliteDialect whole = new SqliteDialect(file());
        try (Connection connection = another()) {
            OlderSchema.make(connection, whole.scripts(), version);
        }
        for (int script = version; script < whole.scripts().size(); script++) {
            List<String> scripts = new ArrayList<>(whole.scripts());
            scripts.set(script, scripts.get(script) + "\nSELECT cut;\n");
            start(new SqlStore(
                    "test",
                    new SqliteDialect(file()) {
                        @Override
                        public List<String> scripts() {
                            return scripts;
                        }
                    },
                    new SqliteConnections(file(), 100)));
            awaitFailure(append(50));
            store.close();
        }
        start();
        OlderSchema.check(store);
    }

    // ---- two servers

    @Test
    void aSecondServerOnTheFileIsRefusedUntilTheFirstIsGone() throws Exception {
        start();
        await(append(1));
        SqlStore first = store;
        SqlStore second = new SqliteStore(file(), 100);
        second.start();
        try {
            StoreException refused =
                    awaitFailure(second.append(message(2, 10), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
            assertSays(
                    "another server uses it (process " + ProcessHandle.current().pid(), refused);
            assertEquals(StoreException.Outcome.NOTHING_CHANGED, refused.outcome());
            await(append(3));
            first.close();
            store = second;
            awaitRecovery(() -> append(4));
            assertEquals(List.of(1L, 3L, 4L), waiting());
        } finally {
            second.close();
        }
    }

    /** As if the lock beside the file were not there. */
    @Test
    void twoServersOnOneFileFenceEachOther() throws Exception {
        start(new SqlStore("first", new SqliteDialect(file()), new UnlockedConnections()));
        await(append(1));
        SqlStore first = store;
        SqlStore second = new SqlStore("second", new SqliteDialect(file()), new UnlockedConnections());
        second.start();
        try {
            await(second.append(message(2, 10), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
            CompletionStage<Appended> late = append(3);
            CompletionStage<Void> removal = first.remove(ROMEO, List.of(1L), Fence.HERE);
            assertFenced(late);
            assertFenced(removal);
            await(second.append(message(4, 10), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
            assertEquals(
                    List.of(1L, 2L, 4L),
                    await(second.page(ROMEO, 0, 10, ALL)).stream()
                            .map(StoredMessage::id)
                            .toList());
        } finally {
            second.close();
        }
    }

    @Test
    void whatAnotherServerFoundIsStoredAndWhatItMayHaveDeliveredIsUnknown() throws Exception {
        for (LostCommits.Fate fate : List.of(LostCommits.Fate.COMMITTED, LostCommits.Fate.ROLLED_BACK)) {
            LostCommits lost = new LostCommits();
            LosingConnections ofFirst = new LosingConnections(lost) {
                @Override
                public Connection open(Purpose purpose) throws SQLException {
                    Connection connection = super.open(purpose);
                    super.close(); // the lock
                    return connection;
                }
            };
            SqlStore first = new SqlStore("first", new SqliteDialect(file()), ofFirst);
            first.start();
            await(first.append(message(1, 10), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
            ofFirst.away = true;
            lost.lose(fate);
            long id = 10 + fate.ordinal();
            CompletionStage<Appended> open =
                    first.append(message(id, 10), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN);
            eventually(lost::isDone);
            start();
            await(append(20 + id));
            store.close();
            ofFirst.away = false;
            if (fate == LostCommits.Fate.COMMITTED) {
                assertEquals(Appended.stored(), await(open));
            } else {
                assertEquals(StoreException.Outcome.UNKNOWN, awaitFailure(open).outcome());
            }
            first.close();
        }
    }

    /** One that writes, and no second one. */
    private final class UnlockedConnections implements ConnectionSource {
        private boolean opened;

        @Override
        public Connection open(Purpose purpose) throws SQLException {
            if (purpose == Purpose.WRITE && opened) {
                throw new SQLException("away");
            }
            opened |= purpose == Purpose.WRITE;
            SqliteConnections fresh = new SqliteConnections(file(), 10_000); // they meet, and wait for each other
            try {
                return fresh.open(purpose);
            } finally {
                fresh.close();
            }
        }

        @Override
        public boolean excludesOthers() {
            return true; // it lies
        }
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
        answers.forEach(answer -> assertTrue(answer.toCompletableFuture().isDone()));
        answers.forEach(im.restante.itests.contract.Stages::await);
        assertSays("closed", awaitFailure(append(3_000)));
        assertSays("closed", awaitFailure(store.page(ROMEO, 0, 1, ALL)));
        MessageStore closed = store;
        start();
        assertTrue(closed != store);
        assertEquals(2_000, waiting().size());
    }
}
