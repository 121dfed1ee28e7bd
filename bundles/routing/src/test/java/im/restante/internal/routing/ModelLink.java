package im.restante.internal.routing;

import im.restante.session.ClientConnection;
import im.restante.session.Outbound;
import im.restante.session.ProofPolicy;
import im.restante.store.StoredMessage;
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

/**
 * A connection and the client behind it: what is offered waits in a queue, is written, arrives and is proved, each when somebody
 * says so. With stream management live messages count as had when they are acknowledged, without it when they are written.
 */
final class ModelLink implements ClientConnection {
    private final boolean acknowledges;
    private final int bound;
    private final Client client;
    private final ArrayDeque<Object> queue = new ArrayDeque<>();
    private final ArrayDeque<Object> wire = new ArrayDeque<>();
    private final List<Got> got = new ArrayList<>();
    private final ArrayDeque<Batch> arrived = new ArrayDeque<>();
    private final List<Runnable> pending = new ArrayList<>();
    private int proved;
    private boolean busy;
    private boolean ended;

    /** Who reads what arrives. */
    interface Client {
        void receives(long id, byte[] xml);

        /** The server knows now that the client has it. */
        void proved(long id);

        /** It was given to a connection that broke, and nobody will ever know. */
        void lost(byte[] xml);

        void note(String what);

        void mustEnd();

        /** What other threads do while the server calls. */
        void meanwhile();

        /** May throw whatever a bundle of somebody else's might. */
        void mayThrow();

        /** An error where stored messages were handed over: the connection ends, as c2s has it. */
        void failed();
    }

    /** Its rows are acknowledged one by one; without stream management as a whole, when what came up to its end is. */
    private record Batch(
            List<StoredMessage> rows, CompletableFuture<Void> proof, Consumer<Collection<Long>> told, int position) {
        Batch arrivedAt(int place) {
            return new Batch(rows, proof, told, place);
        }
    }

    /** @param live null for a row; @param told who hears that a row is acknowledged */
    private record Got(long id, Outbound live, Consumer<Collection<Long>> told) {}

    private record Row(StoredMessage message, Consumer<Collection<Long>> told) {}

    ModelLink(Client client, boolean acknowledges, int bound) {
        this.client = client;
        this.acknowledges = acknowledges;
        this.bound = bound;
    }

    /** Something that was asked has no answer yet. */
    void busy() {
        busy = true;
    }

    void settle() {
        busy = false;
        List<Runnable> tasks = List.copyOf(pending);
        pending.clear();
        tasks.forEach(Runnable::run);
    }

    @Override
    public boolean offer(Outbound stanza) {
        if (stanza.storable()) {
            client.mayThrow();
        }
        if (ended || stanza.storable() && waiting() >= bound) {
            client.note("refuses " + stanza.arrival());
            return false;
        }
        if (stanza.storable()) {
            client.note("is offered " + stanza.arrival().id());
            queue.add(stanza);
        }
        return true;
    }

    private long waiting() {
        long open = queue.stream().filter(Outbound.class::isInstance).count();
        return acknowledges ? open + unacknowledged().size() : open;
    }

    @Override
    public CompletionStage<Void> sendStored(
            List<StoredMessage> messages, ProofPolicy proof, Consumer<Collection<Long>> told) {
        client.meanwhile();
        try {
            client.mayThrow();
        } catch (IllegalStateException | StackOverflowError e) {
            client.failed();
            throw e;
        }
        CompletableFuture<Void> answer = new CompletableFuture<>();
        if (ended) {
            answer.completeExceptionally(new IOException("ended"));
            return answer;
        }
        client.note("is handed " + messages.stream().map(StoredMessage::id).toList());
        messages.forEach(row -> queue.add(new Row(row, told)));
        queue.add(new Batch(messages, answer, told, 0));
        client.meanwhile();
        return answer;
    }

    @Override
    public CompletionStage<Void> sendCopies(List<Outbound> copies, Duration timeout) {
        return CompletableFuture.completedFuture(null); // of no account for what is proved
    }

    boolean idle() {
        return queue.isEmpty() && wire.isEmpty() && proved == got.size() && arrived.isEmpty() && pending.isEmpty();
    }

    /** Ids of messages that this connection still has to bring, or would give back. */
    List<Long> inTheBalance() {
        List<Long> ids = new ArrayList<>();
        unacknowledged().forEach(stanza -> ids.add(stanza.arrival().id()));
        queue.forEach(item -> {
            if (item instanceof Outbound stanza) {
                ids.add(stanza.arrival().id());
            }
        });
        wire.forEach(item -> {
            if (item instanceof Outbound stanza) {
                ids.add(stanza.arrival().id());
            }
        });
        return ids;
    }

    /** Rows that this connection was handed and its client has not got. */
    List<StoredMessage> rowsOnTheirWay() {
        List<StoredMessage> rows = new ArrayList<>();
        for (Collection<?> items : List.of(queue, wire)) {
            for (Object item : items) {
                if (item instanceof Row row) {
                    rows.add(row.message());
                }
            }
        }
        return rows;
    }

    /** Ids of rows that its client has got and not proved. */
    List<Long> rowsUnproved() {
        return got.subList(proved, got.size()).stream()
                .filter(one -> one.live() == null)
                .map(Got::id)
                .toList();
    }

    void write(int items) {
        for (int i = 0; i < items && !queue.isEmpty(); i++) {
            wire.add(queue.poll());
        }
    }

    void arrive(int items) {
        for (int i = 0; i < items && !wire.isEmpty(); i++) {
            Object item = wire.poll();
            if (item instanceof Row row) {
                got.add(new Got(row.message().id(), null, row.told()));
                client.receives(row.message().id(), row.message().stanza());
            } else if (item instanceof Outbound live) {
                long id = live.arrival().id();
                got.add(new Got(id, live, null));
                client.receives(id, live.xml());
                if (!acknowledges) {
                    client.proved(id);
                }
            } else if (item instanceof Batch batch) {
                arrived.add(batch.arrivedAt(got.size()));
            }
        }
    }

    /** The client proves what it got first: so many stanzas of an acknowledgement, or batches. */
    void prove(int some) {
        if (acknowledges) {
            proveUpTo(proved + Math.min(got.size() - proved, some));
        } else {
            int last = proved;
            int batches = some;
            for (Batch batch : arrived) {
                last = batches-- > 0 ? batch.position() : last;
            }
            proveUpTo(last);
            if (arrived.isEmpty()) {
                proved = got.size();
            }
        }
    }

    private void proveUpTo(int position) {
        int before = proved;
        proved = Math.max(proved, position);
        for (Got stanza : List.copyOf(got.subList(before, proved))) {
            if (stanza.live() != null) {
                client.proved(stanza.id());
            } else if (acknowledges) {
                client.proved(stanza.id());
                stanza.told().accept(List.of(stanza.id()));
            }
        }
        while (!arrived.isEmpty() && arrived.peek().position() <= proved) {
            Batch batch = arrived.poll();
            if (!acknowledges) {
                batch.rows().forEach(row -> client.proved(row.id()));
                batch.told().accept(batch.rows().stream().map(StoredMessage::id).toList());
            }
            batch.proof().complete(null);
        }
    }

    private List<Outbound> unacknowledged() {
        List<Outbound> live = new ArrayList<>();
        if (acknowledges) {
            got.subList(proved, got.size()).stream()
                    .filter(stanza -> stanza.live() != null)
                    .forEach(stanza -> live.add(stanza.live()));
            addLive(wire, live);
        }
        return live;
    }

    boolean acknowledges() {
        return acknowledges;
    }

    /** Ids of what was written and not proved, in the order of the count. */
    List<Long> unproved() {
        List<Long> ids = new ArrayList<>();
        got.subList(proved, got.size()).forEach(stanza -> ids.add(stanza.id()));
        wire.forEach(item -> {
            if (item instanceof Row row) {
                ids.add(row.message().id());
            } else if (item instanceof Outbound live) {
                ids.add(live.arrival().id());
            }
        });
        return ids;
    }

    /** How many of {@link #unproved} the client has. */
    int arrivedUnproved() {
        return got.size() - proved;
    }

    private static void addLive(Iterable<Object> items, List<Outbound> live) {
        for (Object item : items) {
            if (item instanceof Outbound stanza) {
                live.add(stanza);
            }
        }
    }

    /** The client leaves: in order, when it has what was written and that is known, or with a connection that breaks. */
    List<Outbound> end(boolean orderly) {
        if (orderly) {
            arrive(Integer.MAX_VALUE);
            prove(Integer.MAX_VALUE);
        }
        ended = true;
        List<Outbound> unsent = unacknowledged();
        addLive(queue, unsent);
        if (!acknowledges) {
            wire.forEach(item -> {
                if (item instanceof Outbound stanza) {
                    client.lost(stanza.xml());
                }
            });
        }
        List<CompletableFuture<Void>> broken = new ArrayList<>();
        arrived.forEach(batch -> broken.add(batch.proof()));
        for (ArrayDeque<Object> items : List.of(wire, queue)) {
            for (Object item : items) {
                if (item instanceof Batch batch) {
                    broken.add(batch.proof());
                }
            }
            items.clear();
        }
        arrived.clear();
        broken.forEach(proof -> proof.completeExceptionally(new IOException("ended")));
        return unsent;
    }

    @Override
    public void afterPending(Runnable task) {
        if (busy) {
            pending.add(task);
        } else {
            task.run();
        }
    }

    @Override
    public void close(StreamCondition condition, String text) {
        client.mustEnd();
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
