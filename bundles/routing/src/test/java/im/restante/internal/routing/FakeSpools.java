package im.restante.internal.routing;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.session.Outbound;
import im.restante.spool.Envelope;
import im.restante.spool.OwnerSpool;
import im.restante.spool.OwnerSpools;
import im.restante.spool.Recipient;
import im.restante.store.StoredMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Spools that keep what they are given until the test says what becomes of it, and note what they are told. */
final class FakeSpools implements OwnerSpools {
    /** One message that was handed over. */
    record Delivered(Jid owner, Envelope envelope, Recipient only, CompletableFuture<Verdict> verdict) {
        String body() {
            return envelope.message().element().children().get(0).text();
        }
    }

    final List<Delivered> delivered = new CopyOnWriteArrayList<>();
    final List<Envelope> expired = new CopyOnWriteArrayList<>();
    final List<String> told = new CopyOnWriteArrayList<>();
    final List<Outbound> broughtBack = new CopyOnWriteArrayList<>();
    volatile Runnable onDeliver = () -> {};
    volatile Runnable onExpire = () -> {};
    volatile CompletionStage<Void> discarded = completedFuture(null);

    List<String> bodies() {
        return delivered.stream().map(Delivered::body).toList();
    }

    @Override
    public CompletionStage<Void> ready() {
        return completedFuture(null);
    }

    @Override
    public CompletionStage<Verdict> deliver(Jid owner, Envelope envelope, Recipient only) {
        Delivered one = new Delivered(owner, envelope, only, new CompletableFuture<>());
        delivered.add(one);
        onDeliver.run();
        return one.verdict();
    }

    @Override
    public void expire(Jid owner, Envelope envelope) {
        expired.add(envelope);
        onExpire.run();
    }

    @Override
    public CompletionStage<Void> discard(Jid owner) {
        told.add("discard " + owner);
        return discarded;
    }

    @Override
    public OwnerSpool pin(Jid owner) {
        return new Owner();
    }

    @Override
    public StoredMessage notice(Jid owner, Envelope envelope) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Instant now() {
        return Instant.EPOCH;
    }

    @Override
    public CompletionStage<Set<Long>> onTheirWay(Jid owner, Collection<Long> ids) {
        return completedFuture(Set.of());
    }

    @Override
    public void arrived(Jid owner) {}

    @Override
    public void arrived() {}

    @Override
    public CompletionStage<Long> count(Jid owner) {
        return completedFuture(0L);
    }

    @Override
    public CompletionStage<List<StoredMessage>> page(Jid owner, long afterId, int rows, long bytes) {
        return completedFuture(List.of());
    }

    @Override
    public CompletionStage<Void> remove(Jid owner, List<StoredMessage> messages, Jid by) {
        return completedFuture(null);
    }

    @Override
    public CompletionStage<Void> purge(Jid owner, Jid by) {
        return completedFuture(null);
    }

    /** One pinned by a session: notes what it is told of it. */
    private final class Owner implements OwnerSpool {
        private final List<Recipient> present = new ArrayList<>();

        @Override
        public State state() {
            return present().length == 0 ? State.AWAY : State.LIVE;
        }

        @Override
        public boolean isHeld() {
            return false;
        }

        @Override
        public synchronized Recipient[] present() {
            return present.toArray(Recipient[]::new);
        }

        @Override
        public void unpin() {
            told.add("unpin");
        }

        @Override
        public synchronized Runnable available(Recipient recipient) {
            present.add(recipient);
            return () -> told.add("drain " + recipient.jid());
        }

        @Override
        public synchronized void unavailable(Recipient recipient) {
            present.remove(recipient);
        }

        @Override
        public synchronized Left left(Recipient recipient, List<Outbound> unsent) {
            present.remove(recipient);
            told.add("left " + recipient.jid());
            broughtBack.addAll(unsent);
            return new Left(completedFuture(null), completedFuture(List.of()));
        }

        @Override
        public Left suspended(Recipient recipient, List<Outbound> unsent) {
            broughtBack.addAll(unsent);
            return new Left(completedFuture(null), completedFuture(List.of()));
        }

        @Override
        public void received(Recipient recipient, Collection<Long> ids) {
            told.add("received " + recipient.jid() + " " + ids);
        }

        @Override
        public void hold(Recipient asker) {}

        @Override
        public void letGo(Recipient asker) {}
    }
}
