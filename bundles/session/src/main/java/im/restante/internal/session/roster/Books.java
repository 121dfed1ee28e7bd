package im.restante.internal.session.roster;

import im.restante.account.Accounts;
import im.restante.account.Setting;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
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
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rosters and block lists in memory: of everybody who is online, and for a short while of those who are not. Loads and saves
 * them, and puts the changes of an account in a row. Safe for concurrent use; does not block.
 */
final class Books {
    /** Node of the user repository: key is a contact's bare JID, value what {@link Contact#stored} makes. */
    static final String ROSTER_NODE = "roster";

    /** Node of the user repository: key is the blocked address; the value says nothing. */
    static final String BLOCKING_NODE = "blocking";

    /** How many of those who are not online are kept. */
    static final int IDLE_MAX = 1_000;

    /** What those may weigh together, see {@link Roster#weight}: some tens of MB. */
    static final int IDLE_WEIGHT_MAX = 50_000;

    /** How long they are kept. */
    static final Duration IDLE_TIME = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(Books.class);
    private static final CompletableFuture<Void> LOADED = CompletableFuture.completedFuture(null);

    private final Accounts accounts;
    private final XmlCodec codec;
    private final LongSupplier nanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Jid, Book> books = new ConcurrentHashMap<>(); // changed under the lock, read without
    private final Map<Jid, Book> idle = new LinkedHashMap<>(); // longest idle first; under the lock
    private int idleWeight; // under the lock

    Books(Accounts accounts, XmlCodec codec, LongSupplier nanos) {
        this.accounts = accounts;
        this.codec = codec;
        this.nanos = nanos;
    }

    /** The account if it is held and may be believed; null if it must be loaded. */
    Book peek(Jid account) {
        Book book = books.get(account.bare());
        return book != null && book.fresh && (book.users > 0 || !expired(book)) ? book : null;
    }

    /** The account if it is held, as it was last known; null if it is not. Whoever has a session is held. */
    Book held(Jid account) {
        return books.get(account.bare());
    }

    /** Holds the account in memory until {@link #leave}; what it holds may have to be loaded. */
    Book enter(Jid account) {
        lock.lock();
        try {
            Book book = books.computeIfAbsent(account.bare(), Book::new);
            if (book.users++ == 0 && idle.remove(book.owner) != null) {
                idleWeight -= book.roster.weight(); // nobody has changed it while it had no users
                book.fresh = !expired(book);
            }
            return book;
        } finally {
            lock.unlock();
        }
    }

    /** The other end of {@link #enter}. */
    void leave(Book book) {
        lock.lock();
        try {
            if (--book.users > 0) {
                return;
            }
            book.idleSince = nanos.getAsLong();
            if (book.fresh) {
                idle.put(book.owner, book);
                idleWeight += book.roster.weight();
            } else {
                books.remove(book.owner);
            }
            Iterator<Book> eldest = idle.values().iterator();
            while (eldest.hasNext()) {
                Book candidate = eldest.next();
                boolean fits = idle.size() <= IDLE_MAX && idleWeight <= IDLE_WEIGHT_MAX;
                if (fits && !expired(candidate)) {
                    break;
                }
                eldest.remove();
                idleWeight -= candidate.roster.weight();
                books.remove(candidate.owner);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Completes when the account, which the caller has entered, is loaded. */
    CompletionStage<Void> load(Book book) {
        CompletableFuture<Void> loading;
        lock.lock();
        try {
            if (book.fresh) {
                return LOADED;
            }
            if (book.loading != null) {
                return book.loading;
            }
            loading = new CompletableFuture<>();
            book.loading = loading;
        } finally {
            lock.unlock();
        }
        try {
            accounts.settings(book.owner, ROSTER_NODE)
                    .thenCombine(accounts.settings(book.owner, BLOCKING_NODE), (roster, blocking) -> {
                        book.roster = roster(book.owner, roster);
                        book.blocked = blockList(book.owner, blocking.keySet());
                        return null;
                    })
                    .whenComplete((nothing, failure) -> loaded(book, loading, failure));
        } catch (RuntimeException e) {
            loaded(book, loading, e);
        }
        return loading;
    }

    /** Reads something of an account, loading it if need be. */
    <T> CompletionStage<T> read(Jid account, Function<Book, T> reader) {
        Book known = peek(account);
        if (known != null) {
            return CompletableFuture.completedFuture(reader.apply(known));
        }
        Book book = enter(account);
        return load(book).thenApply(loaded -> reader.apply(book)).whenComplete((value, failure) -> leave(book));
    }

    /** The block list alone, of an account that need not be held: mail for the absent asks for no more. */
    CompletionStage<BlockList> blockList(Jid account) {
        return accounts.settings(account.bare(), BLOCKING_NODE)
                .thenApply(values -> blockList(account, values.keySet()));
    }

    /** Does something to a loaded account when all changes begun before are done. */
    <T> CompletionStage<T> inTurn(Jid account, Function<Book, CompletionStage<T>> task) {
        Book book = enter(account);
        return book.lane
                .run(() -> load(book).thenCompose(loaded -> task.apply(book)))
                .whenComplete((value, failure) -> leave(book));
    }

    /**
     * Writes one contact; only from {@link #inTurn}.
     *
     * @return false, with nothing changed, if there is no such account
     */
    CompletionStage<Boolean> save(Book book, Contact contact) {
        Roster next = book.roster.with(contact);
        String value =
                contact.isNothing() ? null : new String(codec.serialize(contact.stored(), ""), StandardCharsets.UTF_8);
        return write(
                book, List.of(new Setting(ROSTER_NODE, contact.jid().toString(), value)), () -> book.roster = next);
    }

    /** Writes a block list; only from {@link #inTurn}. */
    CompletionStage<Boolean> save(Book book, BlockList next) {
        List<Setting> settings = new ArrayList<>();
        for (Jid gone : book.blocked.without(next.items()).items()) {
            settings.add(new Setting(BLOCKING_NODE, gone.toString(), null));
        }
        for (Jid added : next.without(book.blocked.items()).items()) {
            settings.add(new Setting(BLOCKING_NODE, added.toString(), "blocked"));
        }
        return write(book, settings, () -> book.blocked = next);
    }

    /** Forgets what the account, which the caller has entered, is said to hold. */
    void forget(Book book) {
        book.fresh = false;
        book.roster = Roster.EMPTY;
        book.blocked = BlockList.EMPTY;
    }

    private CompletionStage<Boolean> write(Book book, List<Setting> settings, Runnable apply) {
        return accounts.write(book.owner, settings).whenComplete((written, failure) -> {
            if (failure != null) {
                book.fresh = false; // nobody knows what was written: the next task loads it
            } else if (written) {
                apply.run();
            }
        });
    }

    private void loaded(Book book, CompletableFuture<Void> loading, Throwable failure) {
        lock.lock();
        try {
            book.loading = null;
            book.fresh = failure == null;
        } finally {
            lock.unlock();
        }
        if (failure == null) {
            loading.complete(null);
        } else {
            loading.completeExceptionally(failure);
        }
    }

    private boolean expired(Book book) {
        return nanos.getAsLong() - book.idleSince > IDLE_TIME.toNanos();
    }

    private Roster roster(Jid account, Map<String, String> values) {
        List<Contact> contacts = new ArrayList<>(values.size());
        values.forEach((key, value) -> {
            try {
                Element stored = codec.parse(value.getBytes(StandardCharsets.UTF_8), "");
                contacts.add(Contact.of(Jid.of(key).bare(), stored));
            } catch (XmlStreamException | IllegalArgumentException e) {
                LOG.error(
                        "the roster item '{}' of {} cannot be read; it stays where it is and is left out",
                        key,
                        account);
            }
        });
        return Roster.of(contacts);
    }

    private static BlockList blockList(Jid account, Collection<String> keys) {
        List<Jid> items = new ArrayList<>(keys.size());
        for (String key : keys) {
            try {
                items.add(Jid.of(key));
            } catch (InvalidJidException e) {
                LOG.error("the block list of {} names '{}', which is no address; it is left out", account, key);
            }
        }
        return BlockList.of(items);
    }
}
