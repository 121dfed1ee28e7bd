package im.restante.store.jdbc;

import im.restante.account.Note;
import im.restante.account.OwedNote;
import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.internal.store.jdbc.Engine;
import im.restante.internal.store.jdbc.Operation;
import im.restante.internal.store.jdbc.OwedTable;
import im.restante.internal.store.jdbc.SqlArchive;
import im.restante.internal.store.jdbc.UserTables;
import im.restante.internal.store.jdbc.WriterReport;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.ArchivedMessage;
import im.restante.store.Claim;
import im.restante.store.Fence;
import im.restante.store.MessageArchive;
import im.restante.store.MessageStore;
import im.restante.store.Owed;
import im.restante.store.SenderUsage;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Message store and user repository over one SQL database. One thread writes: it takes what waits, commits it with one sync and
 * completes it all. Others read, four unless an engine says otherwise; each thread keeps a connection of its own. Between {@link #start()} and {@link #close()} the database may come and go: while it
 * cannot be used everything fails with a text for the operator, and it is tried again every second.
 *
 * <p>No call blocks; beyond 8,192 waiting changes, or 32 MiB of them, a call fails at once as busy. Stages complete on the
 * threads of the store.
 *
 * <p>An engine extends this class with a component that hands in its dialect and its connections.
 */
@ProviderType
public class SqlStore implements MessageStore, UserRepository, AutoCloseable {
    /** Ids removed in one step. */
    private static final int BULK = 500;

    /** Messages stored in one step of many. */
    private static final int BULK_APPENDS = 128;

    private static final int READERS = 4;

    private final Engine engine;
    private final MessageArchive archive;

    /** @param id the {@code store.id}; here it names the threads */
    public SqlStore(String id, Dialect dialect, ConnectionSource source) {
        this(id, dialect, source, READERS);
    }

    /**
     * @param id      the {@code store.id}; here it names the threads
     * @param readers how many threads read, 1 or more
     */
    public SqlStore(String id, Dialect dialect, ConnectionSource source, int readers) {
        engine = new Engine(id, dialect, source, readers);
        archive = new SqlArchive(engine);
    }

    /** What it tells those who watch it. */
    final WriterReport report() {
        return engine.report();
    }

    /** Starts the threads; returns before the database is open. */
    public final void start() {
        engine.start();
    }

    /** Takes nothing more, writes what waits, closes the database. Blocks for that, 20 seconds at most. */
    @Override
    public final void close() {
        engine.close();
    }

    @Override
    public CompletionStage<Appended> append(StoredMessage message, Admission admission, Fence fence, Claim claim) {
        return engine.write(new Operation.Append(message, admission, fence, claim));
    }

    @Override
    public Optional<MessageArchive> archive() {
        return Optional.of(archive);
    }

    /** {@inheritDoc} The bytes of the two are in the row of the copy alone, until that is removed. */
    @Override
    public CompletionStage<Appended> append(
            StoredMessage message, ArchivedMessage copy, Admission admission, Fence fence, Claim claim) {
        return engine.write(new Operation.Append(message, copy, admission, fence, claim));
    }

    /** {@inheritDoc} Of more than 128 messages a commit takes 128, behind everything else. */
    @Override
    public CompletionStage<Void> appendAll(List<StoredMessage> messages, Fence fence) {
        List<Operation.Appends> parts = new ArrayList<>();
        for (int from = 0; from < messages.size(); from += BULK_APPENDS) {
            parts.add(new Operation.Appends(
                    List.copyOf(messages.subList(from, Math.min(messages.size(), from + BULK_APPENDS))), fence));
        }
        return engine.writeBulk(parts);
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes) {
        return engine.ask(session -> engine.reads().page(session, owner, afterId, rows, bytes));
    }

    /** {@inheritDoc} More than 500 ids are removed in parts, which let other changes go first; it completes with the last part. */
    @Override
    public CompletionStage<Void> remove(Jid owner, Collection<Long> ids, Fence fence) {
        List<Long> all = List.copyOf(ids);
        if (all.size() <= BULK) {
            return engine.write(new Operation.Removal(owner, all, fence));
        }
        List<Operation.Removal> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += BULK) {
            parts.add(new Operation.Removal(owner, all.subList(from, Math.min(all.size(), from + BULK)), fence));
        }
        return engine.writeBulk(parts);
    }

    @Override
    public CompletionStage<Boolean> replace(
            Jid owner, long id, List<StoredMessage> successors, List<StoredMessage> owed, Fence fence) {
        return engine.write(new Operation.Replacement(owner, id, successors, owed, fence));
    }

    @Override
    public CompletionStage<List<Owed>> owed(int part, long afterNumber, int rows, long bytes) {
        return engine.ask(session -> engine.reads().owed(session, part, afterNumber, rows, bytes));
    }

    @Override
    public CompletionStage<Void> takeOwed(int from, List<Owed> rows, Fence fence) {
        return engine.write(new Operation.TakeOwed(from, rows, fence));
    }

    @Override
    public CompletionStage<Void> forgetOwed(Collection<Long> numbers, Fence fence) {
        return engine.write(Operation.forget(OwedTable.MESSAGES, numbers, fence));
    }

    @Override
    public CompletionStage<Long> reserveIds(long upTo) {
        return engine.write(Operation.reserve(upTo));
    }

    @Override
    public CompletionStage<Usage> usage(Jid owner) {
        return engine.ask(session -> engine.reads().usage(session, owner));
    }

    @Override
    public CompletionStage<Usage> usage(Jid owner, Jid sender) {
        return engine.ask(session -> engine.reads().usage(session, owner, sender));
    }

    @Override
    public CompletionStage<List<SenderUsage>> senders(Jid owner, int max) {
        return engine.ask(session -> engine.reads().senders(session, owner, max));
    }

    @Override
    public CompletionStage<List<Jid>> owners(Jid after, int max) {
        return engine.ask(session -> engine.reads().owners(session, after, max));
    }

    @Override
    public CompletionStage<List<StoredMessage>> expired(Instant now, int max) {
        return engine.ask(session -> engine.reads().expired(session, now, max));
    }

    @Override
    public CompletionStage<StoreStatistics> statistics() {
        return engine.ask(engine.reads()::statistics);
    }

    @Override
    public CompletionStage<Boolean> create(Jid user, Collection<Setting> settings, Fence fence) {
        return engine.write(UserTables.create(user, settings, fence));
    }

    @Override
    public CompletionStage<Boolean> exists(Jid user) {
        return engine.ask(session -> UserTables.exists(session, user));
    }

    @Override
    public CompletionStage<Boolean> remove(Jid user, List<Note> owed, Fence fence) {
        return engine.write(UserTables.remove(user, owed, fence));
    }

    @Override
    public CompletionStage<List<Jid>> users(Jid after, int max) {
        return engine.ask(session -> UserTables.users(session, after, max));
    }

    @Override
    public CompletionStage<List<String>> nodes(Jid user) {
        return engine.ask(session -> UserTables.nodes(session, user));
    }

    @Override
    public CompletionStage<Map<String, String>> values(Jid user, String node) {
        return engine.ask(session -> UserTables.values(session, user, node));
    }

    @Override
    public CompletionStage<Boolean> write(Jid user, Collection<Setting> settings, List<Note> owed, Fence fence) {
        return engine.write(UserTables.write(user, settings, owed, fence));
    }

    @Override
    public CompletionStage<List<OwedNote>> owedNotes(int part, long afterNumber, int rows, long bytes) {
        return engine.ask(session -> engine.reads().notes(session, part, afterNumber, rows, bytes));
    }

    @Override
    public CompletionStage<Boolean> takeNote(
            int from, long number, Jid user, Collection<Setting> settings, List<Note> owed, Fence fence) {
        return engine.write(UserTables.takeNote(from, number, user, settings, owed, fence));
    }

    @Override
    public CompletionStage<Void> forgetNotes(Collection<Long> numbers, Fence fence) {
        return engine.write(Operation.forget(OwedTable.NOTES, numbers, fence));
    }
}
