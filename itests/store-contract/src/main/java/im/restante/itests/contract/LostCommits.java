package im.restante.itests.contract;

import static im.restante.itests.contract.Stages.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.ArchiveQuery;
import im.restante.store.ArchivedMessage;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import im.restante.store.Owed;
import im.restante.store.StoredMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A fault point: connections around those of a driver that lose the answer to a COMMIT. For stores in SQL, which write through the
 * connections that {@link #around} made.
 */
public final class LostCommits {
    /** What became of the transaction whose answer is lost. */
    public enum Fate {
        /** Nothing is lost. */
        ANSWERED,
        /** The database has committed it. */
        COMMITTED,
        /** The database has never seen the COMMIT, and has rolled it back. */
        ROLLED_BACK,
        /** It is still under way: its connection stays open, and is handed out by {@link LostCommits#ghost()}. */
        UNDER_WAY
    }

    private final BlockingQueue<Fate> next = new LinkedBlockingQueue<>();
    /** Their stores have lost sight of them, so that closing them does nothing. */
    private final Set<Connection> lost = ConcurrentHashMap.newKeySet();

    private final BlockingQueue<Connection> ghosts = new LinkedBlockingQueue<>();

    /** The next COMMIT, of those not yet spoken for, is lost in this way. */
    public void lose(Fate fate) {
        next.add(fate);
    }

    /** Whether everything asked for has happened. */
    public boolean isDone() {
        return next.isEmpty();
    }

    /** The connection of a transaction that is {@link Fate#UNDER_WAY}; waits for one. */
    public Connection ghost() throws InterruptedException {
        return ghosts.take();
    }

    /**
     * Notes what is owed, takes it and forgets it, with the COMMIT of each step lost, and checks that it is stored once.
     *
     * @param store an open one that writes through these connections; its messages with ids up to 1,000 are not touched
     */
    public void loseEachStepOfWhatIsOwed(MessageStore store) {
        long id = 2_000;
        for (Fate fate : List.of(Fate.COMMITTED, Fate.ROLLED_BACK)) {
            StoredMessage replaced = StoreTests.message(++id);
            StoredMessage notice = StoreTests.message(++id, StoreTests.NURSE, StoreTests.ROMEO);
            await(store.append(replaced, Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
            lose(fate);
            assertTrue(
                    await(store.replace(replaced.owner(), replaced.id(), List.of(), List.of(notice), Fence.HERE)),
                    fate.name());
            List<Owed> owed = await(store.owed(0, 0, 10, Long.MAX_VALUE));
            assertEquals(1, owed.size(), fate.name());
            lose(fate);
            await(store.takeOwed(0, owed, Fence.HERE));
            assertEquals(1, await(store.usage(notice.owner())).messages(), fate.name());
            await(store.remove(notice.owner(), List.of(notice.id()), Fence.HERE));
            lose(fate);
            await(store.takeOwed(0, owed, Fence.HERE));
            assertEquals(0, await(store.usage(notice.owner())).messages(), "delivered, and taken again: " + fate);
            lose(fate);
            await(store.forgetOwed(List.of(owed.get(0).number()), Fence.HERE));
            assertEquals(List.of(), await(store.owed(0, 0, 10, Long.MAX_VALUE)), fate.name());
            assertTrue(isDone());
        }
    }

    /**
     * Stores a message with its copy, keeps another in the archive and removes them, with the COMMIT of each step lost.
     *
     * @param store an open one that writes through these connections and keeps archives; its messages with ids up to 3,000 are not touched
     */
    public void loseEachStepOfArchiving(MessageStore store) {
        MessageArchive archive = store.archive().orElseThrow();
        Jid owner = StoreTests.NURSE;
        long id = 3_000;
        for (Fate fate : List.of(Fate.COMMITTED, Fate.ROLLED_BACK)) {
            StoredMessage message = StoreTests.message(++id, owner, StoreTests.ROMEO);
            ArchivedMessage copy = ArchivedMessage.of(message, StoreTests.ROMEO);
            lose(fate);
            await(store.append(message, copy, Admission.UNLIMITED, Fence.HERE, Claim.NEVER_WITHDRAWN));
            StoredMessage sent = StoreTests.message(++id, owner, StoreTests.ROMEO);
            lose(fate);
            await(archive.add(List.of(ArchivedMessage.of(sent, StoreTests.ROMEO)), Fence.HERE));
            assertEquals(2, await(archive.usage(owner, ArchiveQuery.ALL)).messages(), fate.name());
            lose(fate);
            assertEquals(2L, await(archive.remove(owner, ArchiveQuery.ALL, Fence.HERE)), fate.name());
            assertArrayEquals(
                    message.stanza(),
                    await(store.page(owner, 0, 10, Long.MAX_VALUE)).get(0).stanza(),
                    fate.name());
            await(store.remove(owner, List.of(message.id()), Fence.HERE));
            assertEquals(List.of(), await(archive.owners(null, 10)), fate.name());
            assertTrue(isDone());
        }
    }

    /**
     * Leaves a note, carries it out and forgets it, with the COMMIT of each step lost, and checks that it is done once.
     *
     * @param users an open one that writes through these connections, without these two users
     */
    public void loseEachStepOfANote(UserRepository users) {
        Jid payer = UserTests.ROMEO;
        Jid other = UserTests.JULIET;
        for (Fate fate : List.of(Fate.COMMITTED, Fate.ROLLED_BACK)) {
            await(users.create(payer, List.of(), Fence.HERE));
            await(users.create(other, List.of(), Fence.HERE));
            lose(fate);
            assertTrue(await(users.write(payer, List.of(), List.of(new Note(payer, other, "1")), Fence.HERE)));
            lose(fate);
            assertTrue(await(users.remove(payer, List.of(new Note(payer, other, "2")), Fence.HERE)));
            List<OwedNote> owed = await(users.owedNotes(0, 0, 10, Long.MAX_VALUE));
            assertEquals(
                    List.of("1", "2"),
                    owed.stream().map(row -> row.note().text()).toList(),
                    fate.name());
            for (OwedNote row : owed) {
                Setting got = UserTests.root("got", row.note().text());
                lose(fate);
                assertTrue(await(users.takeNote(0, row.number(), other, List.of(got), List.of(), Fence.HERE)));
                assertEquals(Map.of("got", row.note().text()), await(users.values(other, UserRepository.ROOT)));
                Setting again = UserTests.root("again", "");
                lose(fate);
                assertFalse(await(users.takeNote(0, row.number(), other, List.of(again), List.of(), Fence.HERE)));
            }
            assertEquals(Map.of("got", "2"), await(users.values(other, UserRepository.ROOT)), fate.name());
            lose(fate);
            await(users.forgetNotes(owed.stream().map(OwedNote::number).toList(), Fence.HERE));
            assertEquals(List.of(), await(users.owedNotes(0, 0, 10, Long.MAX_VALUE)), fate.name());
            await(users.remove(other, Fence.HERE));
            assertTrue(isDone());
        }
    }

    public Connection around(Connection real) {
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close") && lost.contains(real)) {
                        return null; // the server has not noticed yet
                    }
                    Fate fate = method.getName().equals("commit") ? next.poll() : null;
                    if (fate != null) {
                        lose(real, fate);
                        return null;
                    }
                    if (method.getName().equals("rollback") && lost.contains(real)) {
                        throw new SQLException("the connection is lost", "08S01");
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void lose(Connection real, Fate fate) throws SQLException {
        switch (fate) {
            case ANSWERED -> {
                real.commit();
                return;
            }
            case COMMITTED -> {
                real.commit();
                real.close();
            }
            case ROLLED_BACK -> {
                real.rollback();
                real.close();
            }
            case UNDER_WAY -> {
                lost.add(real);
                ghosts.add(real);
            }
        }
        throw new SQLException("the connection was lost during the commit", "08S01");
    }
}
