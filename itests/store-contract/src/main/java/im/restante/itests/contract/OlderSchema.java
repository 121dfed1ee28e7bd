package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Admission.OnFull;
import im.restante.store.Appended;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import im.restante.store.Owed;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A database as an older version of the SQL schema left it, for engines that bring it up to date. */
public final class OlderSchema {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Jid NURSE = Jid.of("nurse@example.org");

    private OlderSchema() {}

    /**
     * Makes it.
     *
     * @param scripts the engine's
     * @param version how many of them were run, 1 or more; what is in it was there at version 1
     */
    public static void make(Connection connection, List<String> scripts, int version) throws SQLException, IOException {
        make(connection, scripts, version, rows -> rows);
    }

    /** The same. @param spelling makes the rows of version 1 what the engine's SQL and its version 1 want */
    public static void make(Connection connection, List<String> scripts, int version, UnaryOperator<String> spelling)
            throws SQLException, IOException {
        try (InputStream in = OlderSchema.class.getResourceAsStream("version-1.sql");
                Statement statement = connection.createStatement()) {
            run(statement, scripts.get(0) + spelling.apply(new String(in.readAllBytes(), UTF_8)));
            for (String script : scripts.subList(1, version)) {
                run(statement, script);
            }
            statement.executeUpdate("UPDATE om_version SET version=" + version);
        }
    }

    private static void run(Statement statement, String script) throws SQLException {
        for (String sql : script.split(";\\s*\n")) {
            if (!sql.isBlank()) {
                statement.executeUpdate(sql);
            }
        }
    }

    /** Everything in it is there, and it is used as ever. */
    public static <S extends MessageStore & UserRepository> void check(S store) {
        assertEquals(List.of(5L, 6L, 9L), waiting(store, ROMEO));
        assertEquals(List.of(7L), waiting(store, JULIET));
        StoredMessage first = await(store.page(ROMEO, 0, 10, Long.MAX_VALUE)).get(0);
        assertEquals("<message><body>5</body></message>", new String(first.stanza(), UTF_8));
        assertEquals(JULIET, first.sender());
        assertEquals(Instant.ofEpochMilli(1_763_999_999_000L), first.receivedAt());
        assertEquals(2, await(store.usage(ROMEO, JULIET)).messages());
        assertEquals(Usage.of(3).withBytes(99), Totals.of(store, ROMEO));
        assertEquals(Usage.of(1).withBytes(33), Totals.of(store, JULIET));
        assertEquals(Usage.of(0).withBytes(0), Totals.of(store, NURSE));
        assertEquals(4, await(store.statistics()).messages());
        assertEquals(40, await(store.statistics()).largestId());
        assertEquals(0, await(store.statistics()).quarantined());
        assertEquals(
                List.of(6L),
                await(store.expired(Instant.ofEpochMilli(1_764_000_000_000L), 10)).stream()
                        .map(StoredMessage::id)
                        .toList());
        assertEquals(Map.of("k", "of " + JULIET), await(store.values(JULIET, UserRepository.ROOT)));
        assertInstanceOf(Appended.Stored.class, append(store, message(5, ROMEO)), "known");
        assertInstanceOf(Appended.Stored.class, append(store, message(5, JULIET)), "not known, for another owner");
        assertInstanceOf(Appended.Full.class, append(store, message(41, ROMEO)));
        await(store.remove(ROMEO, List.of(5L, 6L), Fence.HERE));
        assertEquals(List.of(9L), waiting(store, ROMEO));
        assertEquals(List.of(5L, 7L), waiting(store, JULIET));
        assertEquals(3, await(store.statistics()).messages());
        checkWhatIsOwed(store);
        checkNotes(store);
        checkArchive(store);
    }

    private static void checkArchive(MessageStore store) {
        MessageArchive archive = store.archive().orElseThrow();
        StoredMessage message = message(70, JULIET);
        Appended answer = await(store.append(
                message, ArchivedMessage.of(message, NURSE), Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
        assertInstanceOf(Appended.Stored.class, answer);
        assertEquals(List.of(7L, 60L, 70L), waiting(store, JULIET));
        await(store.remove(JULIET, List.of(70L), Fence.HERE));
        assertEquals(1L, await(archive.remove(JULIET, ArchiveQuery.ALL, Fence.HERE)));
    }

    private static void checkNotes(UserRepository users) {
        Note note = new Note(ROMEO, JULIET, "text");
        assertTrue(await(users.write(ROMEO, List.of(), List.of(note), Fence.HERE)));
        List<OwedNote> owed = await(users.owedNotes(0, 0, 10, Long.MAX_VALUE));
        assertEquals(List.of(new OwedNote(3, note)), owed, "numbered behind the messages that were owed");
        List<Setting> got = List.of(new Setting(UserRepository.ROOT, "k", "got"));
        assertTrue(await(users.takeNote(0, 3, JULIET, got, List.of(), Fence.HERE)));
        assertFalse(await(users.takeNote(0, 3, JULIET, got, List.of(), Fence.HERE)));
        await(users.forgetNotes(List.of(3L), Fence.HERE));
        assertEquals(List.of(), await(users.owedNotes(0, 0, 10, Long.MAX_VALUE)));
        assertEquals(Map.of("k", "got"), await(users.values(JULIET, UserRepository.ROOT)));
    }

    private static void checkWhatIsOwed(MessageStore store) {
        StoredMessage notice = message(60, JULIET);
        assertTrue(await(store.replace(JULIET, 5, List.of(), List.of(message(50, ROMEO), notice), Fence.HERE)));
        List<Owed> owed = await(store.owed(0, 0, 10, Long.MAX_VALUE));
        assertEquals(List.of(1L, 2L), owed.stream().map(Owed::number).toList());
        await(store.takeOwed(0, owed, Fence.HERE));
        await(store.forgetOwed(List.of(1L, 2L), Fence.HERE));
        assertEquals(List.of(9L, 50L), waiting(store, ROMEO));
        assertEquals(List.of(7L, 60L), waiting(store, JULIET));
        await(store.remove(ROMEO, List.of(50L), Fence.HERE));
    }

    private static Appended append(MessageStore store, StoredMessage message) {
        return await(store.append(message, Admission.of(2, OnFull.REFUSE), Fence.HERE, Claim.NEVER_WITHDRAWN));
    }

    private static StoredMessage message(long id, Jid owner) {
        return StoreTests.message(id, owner, owner.equals(ROMEO) ? JULIET : NURSE);
    }

    private static List<Long> waiting(MessageStore store, Jid owner) {
        return await(store.page(owner, 0, 100, Long.MAX_VALUE)).stream()
                .map(StoredMessage::id)
                .toList();
    }
}
