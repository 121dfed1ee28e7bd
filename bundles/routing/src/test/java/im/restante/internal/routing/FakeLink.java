package im.restante.internal.routing;

import im.restante.session.ClientConnection;
import im.restante.session.Outbound;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.StreamCondition;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A connection that "writes" at once, or, while {@link #hold}ing, when told to. */
final class FakeLink implements ClientConnection {
    private final ArrayDeque<Object> queue = new ArrayDeque<>();
    private final List<byte[]> written = new ArrayList<>();
    private final List<Runnable> pending = new ArrayList<>();
    private int bound = Integer.MAX_VALUE;
    private boolean holding;
    private boolean pendingOpen = true;
    private boolean ended;
    private boolean forgetful;
    private boolean proving = true;
    private boolean refusing;
    private final List<Page> unproved = new ArrayList<>();
    private StreamCondition closedWith;
    private Runnable onClose = () -> {};
    private Runnable onSentStored = () -> {};
    private volatile Runnable onOffer = () -> {};

    private record Page(List<StoredMessage> rows, CompletableFuture<Void> written, Consumer<Collection<Long>> proved) {
        void prove() {
            proved.accept(rows.stream().map(StoredMessage::id).toList());
            written.complete(null);
        }
    }

    private record Copies(List<Outbound> stanzas, CompletableFuture<Void> written) {}

    /** From here on nothing is written until {@link #flow()}; at most {@code queued} storable messages wait. */
    synchronized FakeLink hold(int queued) {
        holding = true;
        bound = queued;
        return this;
    }

    void flow() {
        synchronized (this) {
            holding = false;
            bound = Integer.MAX_VALUE;
        }
        write();
    }

    /** Until {@link #settle()} the connection has something to answer. */
    synchronized FakeLink unsettled() {
        pendingOpen = false;
        return this;
    }

    void settle() {
        List<Runnable> tasks;
        synchronized (this) {
            pendingOpen = true;
            tasks = List.copyOf(pending);
            pending.clear();
        }
        tasks.forEach(Runnable::run);
    }

    /** From here on nothing is proved until {@link #prove}. */
    synchronized FakeLink unproved() {
        proving = false;
        return this;
    }

    /** Takes no stored messages. */
    FakeLink refusing() {
        refusing = true;
        return this;
    }

    /** The client proves the oldest batches it has got. */
    void prove(int batches) {
        List<Page> proved;
        synchronized (this) {
            proved = List.copyOf(unproved.subList(0, batches));
            unproved.subList(0, batches).clear();
        }
        proved.forEach(Page::prove);
    }

    /** The client acknowledges the first rows of the oldest batch that it has got, and no more. */
    void acknowledge(int rows) {
        Page page;
        synchronized (this) {
            page = unproved.get(0);
        }
        page.proved()
                .accept(page.rows().subList(0, rows).stream()
                        .map(StoredMessage::id)
                        .toList());
    }

    synchronized int batchesUnproved() {
        return unproved.size();
    }

    /** From here on what is written is not kept. */
    synchronized void forget() {
        forgetful = true;
    }

    synchronized void onClose(Runnable task) {
        onClose = task;
    }

    /** Runs when stored messages are written, before who sent them gets on. */
    synchronized FakeLink onSentStored(Runnable task) {
        onSentStored = task;
        return this;
    }

    synchronized StreamCondition closedWith() {
        return closedWith;
    }

    synchronized int waiting() {
        return queue.size();
    }

    /** Runs before a stanza is queued. */
    void onOffer(Runnable task) {
        onOffer = task;
    }

    @Override
    public boolean offer(Outbound stanza) {
        onOffer.run();
        synchronized (this) {
            if (ended || stanza.storable() && queue.size() >= bound) {
                return false;
            }
            queue.add(stanza);
        }
        write();
        return true;
    }

    @Override
    public CompletionStage<Void> sendStored(
            List<StoredMessage> messages, ProofPolicy proof, Consumer<Collection<Long>> proved) {
        Page page = new Page(messages, new CompletableFuture<>(), proved);
        synchronized (this) {
            if (ended || refusing) {
                page.written.completeExceptionally(new IOException("ended"));
            } else {
                queue.add(page);
            }
        }
        write();
        Runnable task;
        synchronized (this) {
            task = onSentStored;
        }
        task.run();
        return page.written;
    }

    @Override
    public CompletionStage<Void> sendCopies(List<Outbound> copies, Duration timeout) {
        Copies page = new Copies(copies, new CompletableFuture<>());
        synchronized (this) {
            if (ended) {
                page.written.completeExceptionally(new IOException("ended"));
            } else {
                queue.add(page);
            }
        }
        write();
        return page.written;
    }

    private void write() {
        List<Runnable> done = new ArrayList<>();
        synchronized (this) {
            while (!holding && !queue.isEmpty()) {
                Object next = queue.poll();
                if (forgetful) {
                    continue;
                }
                if (next instanceof Outbound o) {
                    written.add(o.xml());
                } else if (next instanceof Page p) {
                    p.rows.forEach(row -> written.add(row.stanza()));
                    if (proving) {
                        done.add(p::prove);
                    } else {
                        unproved.add(p);
                    }
                } else if (next instanceof Copies c) {
                    c.stanzas.forEach(copy -> written.add(copy.xml()));
                    done.add(() -> c.written.complete(null));
                }
            }
        }
        done.forEach(Runnable::run);
    }

    @Override
    public void afterPending(Runnable task) {
        synchronized (this) {
            if (!pendingOpen) {
                pending.add(task);
                return;
            }
        }
        task.run();
    }

    @Override
    public void close(StreamCondition condition, String text) {
        Runnable task;
        synchronized (this) {
            closedWith = condition;
            task = onClose;
        }
        task.run();
    }

    /** The connection is over; answers what was not written, as a real one hands it to the session. */
    List<Outbound> cut() {
        List<Outbound> unsent = new ArrayList<>();
        List<CompletableFuture<Void>> broken = new ArrayList<>();
        synchronized (this) {
            ended = true;
            for (Object waiting : queue) {
                if (waiting instanceof Outbound o) {
                    unsent.add(o);
                } else if (waiting instanceof Page p) {
                    broken.add(p.written);
                } else if (waiting instanceof Copies c) {
                    broken.add(c.written);
                }
            }
            queue.clear();
            unproved.forEach(page -> broken.add(page.written()));
            unproved.clear();
        }
        broken.forEach(f -> f.completeExceptionally(new IOException("ended")));
        return Server.storable(unsent);
    }

    /** Everything the client has got, oldest first. */
    synchronized List<Element> received() {
        return written.stream().map(Server::xml).toList();
    }

    /** Bodies of the messages the client has got, oldest first. */
    List<String> bodies() {
        return received().stream()
                .flatMap(e -> e.child(Namespaces.CLIENT, "body").stream())
                .map(Element::text)
                .toList();
    }

    Element last() {
        List<Element> all = received();
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    @Override
    public String remote() {
        return "127.0.0.1:50000";
    }

    @Override
    public boolean encrypted() {
        return true;
    }
}
