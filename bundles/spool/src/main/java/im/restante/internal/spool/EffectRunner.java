package im.restante.internal.spool;

import static java.util.stream.Collectors.toSet;

import im.restante.delivery.Verdict;
import im.restante.internal.spool.core.Effect;
import im.restante.internal.spool.core.Event;
import im.restante.internal.spool.core.Incoming;
import im.restante.internal.support.OutOfMemory;
import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.session.Outbound;
import im.restante.spool.Recipient;
import im.restante.stanza.StanzaError;
import im.restante.store.StoreException;
import im.restante.store.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Does outside what an owner's core wants done, and posts what came of it. Every call is guarded: whatever it throws is an answer
 * that failed. Used by one thread at a time, the one that runs the core.
 */
final class EffectRunner {
    static final Verdict INTERNAL = new Verdict.Failed(
            "an error in the server; the log has it", StanzaError.of(StanzaError.Condition.INTERNAL_SERVER_ERROR));

    private final OwnerRunner runner;
    private final Owners all;
    private final Jid jid;

    private final StoreOffers offers;

    /** Failed to take a batch while the present event is handled: what was decided to send behind it must not come in its place. */
    private Recipient failing;

    EffectRunner(OwnerRunner runner, Owners all) {
        this.runner = runner;
        this.all = all;
        this.jid = runner.jid;
        this.offers = new StoreOffers(runner, all);
    }

    /** What came of it, if that is known at once; else null, and it is posted. */
    Event begin(Effect effect) {
        try {
            return begun(effect);
        } catch (Throwable e) { // whoever waits for what comes of it must not wait for ever
            OutOfMemory.endsProcess(e);
            all.troubles.failed("an effect of the spool", jid, e);
            failing = effect instanceof Effect.Send send ? send.to() : failing;
            return failure(effect);
        }
    }

    private Event begun(Effect effect) {
        if (effect instanceof Effect.Offer offer) {
            return offer(offer);
        } else if (effect instanceof Effect.Conclude conclude) {
            conclude(conclude.message(), conclude.verdict());
        } else if (effect instanceof Effect.Store store) {
            offers.add(store.message());
        } else if (effect instanceof Effect.Send send) {
            return send.to() == failing ? failure(send) : send(send);
        } else if (effect instanceof Effect.Read read) {
            read(read);
        } else if (effect instanceof Effect.Remove remove) {
            remove(remove);
        } else if (effect instanceof Effect.OfferBuffered offer) {
            return offer(offer);
        } else if (effect instanceof Effect.Withdraw withdraw) {
            return withdraw.message().claim().withdraw() ? new Event.Withdrawn(withdraw.message()) : null;
        } else if (effect instanceof Effect.RemoveByHand remove) {
            remove(remove);
        } else if (effect instanceof Effect.Requeue requeue) {
            requeue(requeue);
        } else if (effect instanceof Effect.Tell tell) {
            all.figures.became(tell.disposition(), tell.ids());
            all.listeners.tell(one -> one.disposed(jid, tell.ids(), tell.disposition(), tell.how()));
        } else if (effect instanceof Effect.Answer answer) {
            answer.to().complete(answer.elsewhere());
        } else if (effect instanceof Effect.Complete complete) {
            complete(complete);
        } else {
            later(effect);
        }
        return null;
    }

    private void later(Effect effect) {
        if (effect instanceof Effect.After after) {
            all.workers.after(after.delay(), () -> runner.post(after.event()));
        } else if (effect instanceof Effect.ReadLater later) {
            all.reads.later(() -> runner.post(new Event.ReadAgain(later.drain())));
        } else if (effect instanceof Effect.RemoveLater) {
            all.writes.later(() -> runner.post(new Event.RemoveAgain()));
        } else if (effect instanceof Effect.RequeueLater later) {
            all.writes.later(() -> runner.post(new Event.RequeueAgain(later.number())));
        } else if (effect instanceof Effect.RequeueEnded ended) {
            all.unstored.remove(jid, ended.number());
        } else if (effect instanceof Effect.Lost lost) {
            lost(lost.rows());
        }
    }

    /** What an effect that could not even begin is answered with; null where nobody waits. */
    private static Event failure(Effect effect) {
        if (effect instanceof Effect.Offer offer) {
            return new Event.Offered(
                    offer.message(), new ArrayList<>(0), offer.to().get(0));
        } else if (effect instanceof Effect.OfferBuffered) {
            return new Event.BufferOffered(0);
        } else if (effect instanceof Effect.Store store) {
            return new Event.StoreAnswered(store.message(), INTERNAL);
        } else if (effect instanceof Effect.Send send) {
            return new Event.BatchEnded(send, false);
        } else if (effect instanceof Effect.Read read) {
            return new Event.ReadFailed(read);
        } else if (effect instanceof Effect.Remove) {
            return new Event.RemoveAnswered(false);
        } else if (effect instanceof Effect.RemoveByHand remove) {
            return new Event.ByHandAnswered(remove, false);
        } else if (effect instanceof Effect.Requeue requeue) {
            return new Event.Requeued(requeue.number(), Set.of(), false, true);
        }
        return null;
    }

    /** All that the event had for consequence was begun. */
    void eventEnds() {
        failing = null;
    }

    /** The core could not handle an event: whoever waits for what should have come of it is told. */
    void failed(Event event) {
        if (event instanceof Event.Arrived arrived) {
            arrived.message().claim().withdraw(); // should an effect send it to the store all the same
            conclude(arrived.message(), INTERNAL);
        } else if (event instanceof Event.Offered offered) {
            offered.message().claim().withdraw();
            conclude(offered.message(), INTERNAL);
        } else if (event instanceof Event.StoreAnswered answered) {
            conclude(answered.message(), answered.verdict());
        } else if (event instanceof Event.Left left) {
            left.elsewhere().complete(List.of());
            left.durable().completeExceptionally(new StoreException("an error in the server; the log has it"));
        } else if (event instanceof Event.Discarded discarded) {
            discarded.done().complete(null);
        } else if (event instanceof Event.RemovedByHand removed) {
            failed(removed.request());
        } else if (event instanceof Event.Purged purged) {
            failed(purged.request());
        }
    }

    private static void failed(Effect.RemoveByHand request) {
        request.done().completeExceptionally(new StoreException("an error in the server; the log has it"));
    }

    // ---- to sessions and senders

    private Event offer(Effect.Offer offer) {
        Outbound copy = offer.message().outbound();
        List<Recipient> took = new ArrayList<>(offer.to().size());
        Recipient refused = null;
        for (Recipient to : offer.to()) {
            if (takes(to, copy)) {
                took.add(to);
            } else if (refused == null) {
                refused = to;
            }
        }
        return new Event.Offered(offer.message(), took, refused);
    }

    private Event offer(Effect.OfferBuffered offer) {
        int count = 0;
        for (Incoming message : offer.messages()) {
            if (!takes(offer.to(), message.outbound())) {
                break;
            }
            count++;
        }
        return new Event.BufferOffered(count);
    }

    private boolean takes(Recipient to, Outbound copy) {
        try {
            return to.offer(copy);
        } catch (Throwable e) { // a session that fails is as good as one whose queue is full
            OutOfMemory.endsProcess(e);
            all.troubles.failed("offering a message", to.jid(), e);
            return false;
        }
    }

    void conclude(Incoming message, Verdict verdict) {
        if (!all.listeners.isEmpty()) {
            tell(message, verdict);
        }
        message.verdict().complete(verdict);
    }

    private void tell(Incoming message, Verdict verdict) {
        Decided event;
        try {
            event = new Decided(jid, message, message.envelope().inTheEnd(verdict), all.stanzaIds());
        } catch (Throwable e) { // its sender is told all the same
            OutOfMemory.endsProcess(e);
            all.troubles.failed("telling of the verdict of a message", jid, e);
            return;
        }
        all.listeners.tell(one -> one.decided(event));
    }

    /** One that failed at once is known to have failed before anything else happens: nothing may go out behind it. */
    private Event send(Effect.Send send) {
        CompletableFuture<Void> ended = send.to()
                .sendStored(send.rows(), all.settings().proof(), ids -> runner.post(new Event.Acknowledged(send, ids)))
                .toCompletableFuture();
        if (ended.isCompletedExceptionally()) {
            failing = send.to();
            return failure(send);
        }
        ended.whenComplete((done, problem) -> runner.post(new Event.BatchEnded(send, problem == null)));
        return null;
    }

    private void complete(Effect.Complete complete) {
        if (complete.problem() == null) {
            complete.stage().complete(null);
        } else {
            complete.stage().completeExceptionally(new StoreException(complete.problem()));
        }
    }

    // ---- to the store

    private void read(Effect.Read read) {
        all.ask(delivery -> delivery.page(jid, read.after(), read.rows(), read.bytes()))
                .thenCompose(rows -> all.hidden(jid, rows).thenApply(hidden -> seen(read, rows, hidden)))
                .whenCompleteAsync(
                        (page, problem) -> {
                            if (problem == null) {
                                all.reads.succeeded();
                                runner.post(page);
                            } else {
                                all.troubles.reading(jid, problem);
                                runner.post(new Event.ReadFailed(read));
                            }
                        },
                        all.workers);
    }

    private Event.PageRead seen(Effect.Read read, List<StoredMessage> rows, Set<Jid> hidden) {
        if (!rows.isEmpty()) {
            all.ids.above(jid, rows.get(rows.size() - 1).id());
        }
        return new Event.PageRead(read, rows, hidden);
    }

    private void remove(Effect.Remove remove) {
        all.ask(delivery -> delivery.remove(jid, remove.ids()))
                .whenCompleteAsync(
                        (done, problem) -> {
                            if (problem == null) {
                                all.writes.succeeded();
                            } else {
                                all.troubles.removing(jid, problem);
                            }
                            runner.post(new Event.RemoveAnswered(problem == null));
                        },
                        all.workers);
    }

    private void remove(Effect.RemoveByHand remove) {
        CompletionStage<Void> removed = remove.ids().isEmpty()
                ? CompletableFuture.completedFuture(null)
                : all.ask(delivery -> delivery.remove(jid, remove.ids()));
        removed.whenCompleteAsync(
                (done, problem) -> {
                    runner.post(new Event.ByHandAnswered(remove, problem == null));
                    if (problem == null) {
                        remove.done().complete(remove.ids());
                    } else {
                        remove.done().completeExceptionally(problem);
                    }
                },
                all.workers);
    }

    private void requeue(Effect.Requeue requeue) {
        Set<Long> taken = ConcurrentHashMap.newKeySet();
        all.ask(delivery -> delivery.requeue(requeue.rows(), row -> taken.add(row.id())))
                .whenCompleteAsync((done, problem) -> requeued(requeue, taken, problem), all.workers);
    }

    private void requeued(Effect.Requeue requeue, Set<Long> taken, Throwable problem) {
        if (problem == null) {
            all.writes.succeeded();
            runner.post(new Event.Requeued(requeue.number(), Set.of(), true, true));
            return;
        }
        List<StoredMessage> rest =
                requeue.rows().stream().filter(row -> !taken.contains(row.id())).toList();
        boolean room = all.unstored.set(jid, requeue.number(), rest);
        all.troubles.requeueing(jid, rest.size(), problem);
        runner.post(new Event.Requeued(requeue.number(), Set.copyOf(taken), rest.isEmpty(), room));
    }

    private void lost(List<StoredMessage> rows) {
        all.troubles.lost(jid, rows.size());
        Set<Long> ids = rows.stream().map(StoredMessage::id).collect(toSet());
        all.listeners.tell(
                one -> one.disposed(jid, ids, Disposition.LOST, "the store failed, and too much waits for it"));
    }
}
