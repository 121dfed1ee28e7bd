package im.restante.store.jdbc;

import im.restante.account.Setting;
import im.restante.account.UserRepository;
import im.restante.internal.store.jdbc.Engine;
import im.restante.internal.store.jdbc.Operation;
import im.restante.internal.store.jdbc.Users;
import im.restante.jid.Jid;
import im.restante.store.Admission;
import im.restante.store.Appended;
import im.restante.store.MessageStore;
import im.restante.store.SenderUsage;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.store.Usage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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
    public CompletionStage<Appended> append(StoredMessage message, Admission admission) {
        return engine.write(new Operation.Append(message, admission));
    }

    /** {@inheritDoc} Of more than 128 messages a commit takes 128, behind everything else. */
    @Override
    public CompletionStage<Void> appendAll(List<StoredMessage> messages) {
        List<Operation.Appends> parts = new ArrayList<>();
        for (int from = 0; from < messages.size(); from += BULK_APPENDS) {
            parts.add(new Operation.Appends(
                    List.copyOf(messages.subList(from, Math.min(messages.size(), from + BULK_APPENDS)))));
        }
        return engine.writeBulk(parts);
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes) {
        return engine.ask(session -> engine.reads().page(session, owner, afterId, rows, bytes));
    }

    /** {@inheritDoc} More than 500 ids are removed in parts, which let other changes go first; it completes with the last part. */
    @Override
    public CompletionStage<Void> remove(Jid owner, Collection<Long> ids) {
        List<Long> all = List.copyOf(ids);
        if (all.size() <= BULK) {
            return engine.write(new Operation.Removal(owner, all));
        }
        List<Operation.Removal> parts = new ArrayList<>();
        for (int from = 0; from < all.size(); from += BULK) {
            parts.add(new Operation.Removal(owner, all.subList(from, Math.min(all.size(), from + BULK))));
        }
        return engine.writeBulk(parts);
    }

    @Override
    public CompletionStage<Boolean> replace(Jid owner, long id, List<StoredMessage> successors) {
        return engine.write(new Operation.Replacement(owner, id, successors));
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
    public CompletionStage<Boolean> create(Jid user, Collection<Setting> settings) {
        return engine.write(Users.create(user, settings));
    }

    @Override
    public CompletionStage<Boolean> exists(Jid user) {
        return engine.ask(session -> Users.exists(session, user));
    }

    @Override
    public CompletionStage<Boolean> remove(Jid user) {
        return engine.write(Users.remove(user));
    }

    @Override
    public CompletionStage<List<Jid>> users(Jid after, int max) {
        return engine.ask(session -> Users.users(session, after, max));
    }

    @Override
    public CompletionStage<List<String>> nodes(Jid user) {
        return engine.ask(session -> Users.nodes(session, user));
    }

    @Override
    public CompletionStage<Map<String, String>> values(Jid user, String node) {
        return engine.ask(session -> Users.values(session, user, node));
    }

    @Override
    public CompletionStage<Boolean> write(Jid user, Collection<Setting> settings) {
        return engine.write(Users.write(user, settings));
    }
}
