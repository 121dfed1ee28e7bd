package im.restante.internal.roster;

import im.restante.account.Accounts;
import im.restante.account.Note;
import im.restante.account.Setting;
import im.restante.home.AccountNotes;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Printable;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.stanza.Presence.Type;
import im.restante.xml.Element;
import im.restante.xml.XmlCodec;
import im.restante.xml.XmlStreamException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rosters and block lists in memory: of everybody who is online, and for a short while of those who are not. Loads and saves
 * them, and puts the changes of an account in a row. Safe for concurrent use; does not block.
 */
final class RosterCache {
    /** Node of the user repository: key is a contact's bare JID, value what {@link Contact#stored} makes. */
    static final String ROSTER_NODE = "roster";

    /** Node of the user repository: key is the blocked address; the value says nothing. */
    static final String BLOCKING_NODE = "blocking";

    /** How many of those who are not online are kept. */
    static final int IDLE_MAX = 1_000;

    /** Bytes of heap of those together. */
    static final int IDLE_MAX_HEAP = 16 * 1024 * 1024;

    /** Most bytes of heap of a request that is kept whole; of a larger one the addresses are kept. */
    static final int REQUEST_MAX_HEAP = 4 * 1024;

    /** How long they are kept. */
    static final Duration IDLE_TIME = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(RosterCache.class);
    private static final CompletableFuture<Void> LOADED = CompletableFuture.completedFuture(null);

    private final Accounts accounts;
    private final AccountNotes notes;
    private final XmlCodec codec;
    private final Executor workers;
    private final LongSupplier nanos;
    private volatile BiConsumer<CachedRoster, Roster> readAgain = (cached, before) -> {};
    private final LogLimit unreadableItems;
    private final LogLimit unreadableBlocks;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Jid, CachedRoster> entries = new ConcurrentHashMap<>(); // changed under the lock, read without
    private final Map<Jid, CachedRoster> idle = new LinkedHashMap<>(); // longest idle first; under the lock
    private long idleHeap; // under the lock

    /** @param workers go on with changes when there are many */
    RosterCache(Accounts accounts, AccountNotes notes, XmlCodec codec, Executor workers, LongSupplier nanos) {
        this.accounts = accounts;
        this.notes = notes;
        this.codec = codec;
        this.workers = workers;
        this.nanos = nanos;
        unreadableItems = LogLimit.perMinute(nanos);
        unreadableBlocks = LogLimit.perMinute(nanos);
    }

    /** @param next told of an account that was read again since nobody knew what came of a write, and of its roster before that */
    void onReadAgain(BiConsumer<CachedRoster, Roster> next) {
        readAgain = next;
    }

    /** The account if it is held and may be believed; null if it must be loaded. */
    CachedRoster peek(Jid account) {
        CachedRoster cached = entries.get(account.bare());
        return cached != null && cached.fresh && (cached.users > 0 || !expired(cached)) ? cached : null;
    }

    /** The account if it is held, as it was last known; null if it is not. Whoever has a session is held. */
    CachedRoster held(Jid account) {
        return entries.get(account.bare());
    }

    /** Holds the account in memory until {@link #leave}; what it holds may have to be loaded. */
    CachedRoster enter(Jid account) {
        lock.lock();
        try {
            CachedRoster cached = entries.computeIfAbsent(account.bare(), owner -> new CachedRoster(owner, workers));
            if (cached.users++ == 0 && idle.remove(cached.owner) != null) {
                idleHeap -= cached.heap(); // nobody has changed it while it had no users
                cached.fresh = !expired(cached);
            }
            return cached;
        } finally {
            lock.unlock();
        }
    }

    /** The other end of {@link #enter}. */
    void leave(CachedRoster cached) {
        lock.lock();
        try {
            if (--cached.users > 0) {
                return;
            }
            cached.idleSince = nanos.getAsLong();
            if (cached.fresh) {
                idle.put(cached.owner, cached);
                idleHeap += cached.heap();
            } else {
                entries.remove(cached.owner);
            }
            Iterator<CachedRoster> eldest = idle.values().iterator();
            while (eldest.hasNext()) {
                CachedRoster candidate = eldest.next();
                boolean fits = idle.size() <= IDLE_MAX && idleHeap <= IDLE_MAX_HEAP;
                if (fits && !expired(candidate)) {
                    break;
                }
                eldest.remove();
                idleHeap -= candidate.heap();
                entries.remove(candidate.owner);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Completes when the account, which the caller has entered, is loaded. */
    CompletionStage<Void> load(CachedRoster cached) {
        CompletableFuture<Void> loading;
        lock.lock();
        try {
            if (cached.fresh) {
                return LOADED;
            }
            if (cached.loading != null) {
                return cached.loading;
            }
            loading = new CompletableFuture<>();
            cached.loading = loading;
        } finally {
            lock.unlock();
        }
        try {
            accounts.settings(cached.owner, ROSTER_NODE)
                    .thenCombine(accounts.settings(cached.owner, BLOCKING_NODE), (roster, blocking) -> {
                        cached.roster = roster(cached.owner, roster);
                        cached.blocked = blockList(cached.owner, blocking.keySet());
                        return null;
                    })
                    .whenComplete((nothing, failure) -> loaded(cached, loading, failure));
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            loaded(cached, loading, e);
        }
        return loading;
    }

    /** Reads something of an account, loading it if need be. */
    <T> CompletionStage<T> read(Jid account, Function<CachedRoster, T> reader) {
        CachedRoster known = peek(account);
        if (known != null) {
            return CompletableFuture.completedFuture(reader.apply(known));
        }
        CachedRoster cached = enter(account);
        return load(cached).thenApply(loaded -> reader.apply(cached)).whenComplete((value, failure) -> leave(cached));
    }

    /** The block list alone, of an account that need not be held: mail for the absent asks for no more. */
    CompletionStage<BlockList> blockList(Jid account) {
        try {
            return accounts.settings(account.bare(), BLOCKING_NODE)
                    .thenApply(values -> blockList(account, values.keySet()));
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Does something to a loaded account when all changes begun before are done. */
    <T> CompletionStage<T> inTurn(Jid account, Function<CachedRoster, CompletionStage<T>> task) {
        CachedRoster cached = enter(account);
        return cached.changes
                .run(() -> load(cached).thenCompose(loaded -> {
                    Roster before = cached.lastKnown;
                    if (before != null) {
                        cached.lastKnown = null;
                        readAgain.accept(cached, before);
                    }
                    return task.apply(cached);
                }))
                .whenComplete((value, failure) -> leave(cached));
    }

    /**
     * Writes one contact and notes what others are owed because of it, in one commit; only from {@link #inTurn}.
     *
     * @return false, with nothing changed, if there is no such account
     */
    CompletionStage<Boolean> save(CachedRoster cached, Contact contact, List<Note> owed) {
        Roster next = cached.roster.with(contact);
        return written(cached, notes.write(cached.owner, settings(contact), owed), () -> cached.roster = next);
    }

    /** Notes what others are owed, without a change; only from {@link #inTurn}. */
    CompletionStage<Boolean> owe(CachedRoster cached, List<Note> owed) {
        return notes.write(cached.owner, List.of(), owed);
    }

    /**
     * Writes one contact as a note changes it; only from {@link #inTurn}.
     *
     * @return false, with nothing changed, if the note was carried out before, or there is no such account
     */
    CompletionStage<Boolean> take(CachedRoster cached, Contact contact, NoteCarrier.Taking taking) {
        Roster next = cached.roster.with(contact);
        return written(cached, taking.take(settings(contact), List.of()), () -> cached.roster = next);
    }

    private List<Setting> settings(Contact contact) {
        String value =
                contact.isNothing() ? null : new String(codec.serialize(contact.stored(), ""), StandardCharsets.UTF_8);
        return List.of(new Setting(ROSTER_NODE, contact.jid().toString(), value));
    }

    /** Whether there is such an account. */
    CompletionStage<Boolean> exists(Jid account) {
        return accounts.exists(account);
    }

    /** Writes a block list; only from {@link #inTurn}. */
    CompletionStage<Boolean> save(CachedRoster cached, BlockList next) {
        List<Setting> settings = new ArrayList<>();
        for (Jid gone : cached.blocked.without(next.items()).items()) {
            settings.add(new Setting(BLOCKING_NODE, gone.toString(), null));
        }
        for (Jid added : next.without(cached.blocked.items()).items()) {
            settings.add(new Setting(BLOCKING_NODE, added.toString(), "blocked"));
        }
        return written(cached, accounts.write(cached.owner, settings), () -> cached.blocked = next);
    }

    /** Forgets what the account, which the caller has entered, is said to hold. */
    void forget(CachedRoster cached) {
        cached.fresh = false;
        cached.roster = Roster.EMPTY;
        cached.blocked = BlockList.EMPTY;
    }

    private static CompletionStage<Boolean> written(
            CachedRoster cached, CompletionStage<Boolean> write, Runnable apply) {
        return write.whenComplete((written, failure) -> {
            if (failure != null) {
                cached.lastKnown = cached.lastKnown == null ? cached.roster : cached.lastKnown;
                cached.fresh = false; // nobody knows what was written: the next task loads it
            } else if (written) {
                apply.run();
            }
        });
    }

    private void loaded(CachedRoster cached, CompletableFuture<Void> loading, Throwable failure) {
        lock.lock();
        try {
            cached.loading = null;
            cached.fresh = failure == null;
        } finally {
            lock.unlock();
        }
        if (failure == null) {
            loading.complete(null);
        } else {
            loading.completeExceptionally(failure);
        }
    }

    private boolean expired(CachedRoster cached) {
        return nanos.getAsLong() - cached.idleSince > IDLE_TIME.toNanos();
    }

    private Roster roster(Jid account, Map<String, String> values) {
        List<Contact> contacts = new ArrayList<>(values.size());
        values.forEach((key, value) -> {
            try {
                Element stored = codec.parse(value.getBytes(StandardCharsets.UTF_8), "");
                Contact contact = Contact.of(Jid.of(key).bare(), stored);
                contacts.add(
                        contact.request() == null
                                ? contact
                                : contact.asked(kept(contact.request(), contact.jid(), account)));
            } catch (XmlStreamException | IllegalArgumentException e) {
                if (unreadableItems.isDue()) {
                    LOG.error(
                            "the roster item '{}' of {} cannot be read; it stays where it is and is left out{}",
                            Printable.line(key),
                            account,
                            unreadableItems.more());
                }
            }
        });
        return Roster.of(contacts);
    }

    /**
     * A request in a form that may stay in memory: with bytes of its own, for it may be a small part of what was read; without its
     * extras if they are too large.
     */
    Element kept(Element request, Jid from, Jid to) {
        byte[] bytes = codec.serialize(request, "");
        if (bytes.length <= REQUEST_MAX_HEAP) {
            try {
                Element own = codec.parse(bytes, "");
                if (own.heap() <= REQUEST_MAX_HEAP) {
                    return own;
                }
            } catch (XmlStreamException e) {
                throw new IllegalArgumentException("a request that was read cannot be read again", e);
            }
        }
        return Subscriptions.stanza(Type.SUBSCRIBE, from, to);
    }

    private BlockList blockList(Jid account, Collection<String> keys) {
        List<Jid> items = new ArrayList<>(keys.size());
        for (String key : keys) {
            try {
                items.add(Jid.of(key));
            } catch (InvalidJidException e) {
                if (unreadableBlocks.isDue()) {
                    LOG.error(
                            "the block list of {} names '{}', which is no address; it is left out{}",
                            account,
                            Printable.line(key),
                            unreadableBlocks.more());
                }
            }
        }
        return BlockList.of(items);
    }
}
