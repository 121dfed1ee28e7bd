package im.restante.internal.routing;

import im.restante.delivery.Verdict;
import im.restante.internal.support.OutOfMemory;
import im.restante.jid.Jid;
import im.restante.session.Outcome;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * A stanza that the server sends in its own name, from the call to its answer, which is the first that anybody gives. Whoever routes it
 * and its deadline decide once between them, as with {@link OpenVerdict}.
 *
 * @param <T> what its sender is answered
 */
abstract class OwnStanza<T> implements Originator {
    /** How long it waits behind what was sent to the same accounts before it. */
    private static final long LONGEST_TURN = Duration.ofSeconds(60).toNanos();

    private final Stanza stanza;
    private final int bytes;
    private final long since;
    private final Consumer<OwnStanza<?>> onSettled;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicReference<T> settled = new AtomicReference<>();
    private final CompletableFuture<T> answer = new CompletableFuture<>();

    private volatile Router router;
    private volatile StanzaOrder order;

    /**
     * @param stanza    with both addresses
     * @param bytes     as it is written
     * @param since     when it was sent, in nanoseconds of the sender's clock
     * @param onSettled has {@link #tellSender} called, once, on a thread where callbacks may run
     */
    OwnStanza(Stanza stanza, int bytes, long since, Consumer<OwnStanza<?>> onSettled) {
        this.stanza = stanza;
        this.bytes = bytes;
        this.since = since;
        this.onSettled = onSettled;
    }

    /** The answer to it because of an error. */
    abstract T failed(String reason, StanzaError error);

    /** The answer that the end of its way is, if it has none yet; null if there is another to come. */
    T outcome(Outcome outcome) {
        return failed("it was given no verdict", null);
    }

    /** The answer if its own time has passed; null if it has not, or its verdict has a deadline. */
    T late(long passedNanos) {
        return null;
    }

    final Stanza stanza() {
        return stanza;
    }

    final int bytes() {
        return bytes;
    }

    /** Where the sender finds the answer. */
    final CompletionStage<T> answer() {
        return answer.minimalCompletionStage();
    }

    /** Nothing happens if it has an answer. */
    final void settle(T value) {
        if (settled.compareAndSet(null, value)) {
            onSettled.accept(this);
        }
    }

    final boolean isSettled() {
        return settled.get() != null;
    }

    final void fail(String reason, StanzaError error) {
        settle(failed(reason, error));
    }

    /** Lets those who wait for the answer run, if there is one. */
    final void tellSender() {
        T value = settled.get();
        if (value != null) {
            answer.complete(value);
        }
    }

    /** Whether it has been given to that router. */
    final boolean isWith(Router one) {
        return router == one;
    }

    /** Routes it behind what that order has accepted; called once. */
    final void begin(Router with, StanzaOrder behind) {
        router = with;
        order = behind;
        if (!begun.compareAndSet(false, true)) {
            return; // it waited too long
        }
        try {
            behind.accept(this, stanza).whenComplete((outcome, problem) -> {
                T last = problem == null ? outcome(outcome) : failed(problem.toString(), null);
                if (last != null) {
                    settle(last);
                }
            });
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            with.report("sending a stanza", jid(), e);
            fail("an error in the server; the log has it", null);
        }
    }

    /**
     * Time has passed.
     *
     * @param patience how long it may wait for a router
     * @param noRouter what it is answered after that; null while there is a router
     */
    final void tick(long now, long patience, StanzaError noRouter) {
        long passed = now - since;
        T late = late(passed);
        if (late != null) {
            begun.set(true);
            settle(late);
        } else if (noRouter != null && passed >= patience && begun.compareAndSet(false, true)) {
            fail("routing was not there in time", noRouter);
        } else if (passed >= LONGEST_TURN && begun.compareAndSet(false, true)) {
            fail("what was sent to this account before is not routed yet", null);
        }
    }

    @Override
    public final Jid jid() {
        return stanza.from();
    }

    @Override
    public final boolean isServer() {
        return true;
    }

    @Override
    public final OpenVerdicts verdicts() {
        return order.verdicts();
    }

    @Override
    public void decided(Verdict verdict) {} // of messages

    @Override
    public boolean tell(Element told) {
        return true; // the verdict says it all
    }

    final Router router() {
        return router;
    }
}
