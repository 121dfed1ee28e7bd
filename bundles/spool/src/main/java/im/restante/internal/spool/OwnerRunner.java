package im.restante.internal.spool;

import im.restante.internal.spool.core.Effect;
import im.restante.internal.spool.core.Event;
import im.restante.internal.spool.core.Incoming;
import im.restante.internal.spool.core.OwnerCore;
import im.restante.internal.support.OutOfMemory;
import im.restante.jid.Jid;
import im.restante.session.Outbound;
import im.restante.spool.OwnerSpool;
import im.restante.spool.Recipient;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs one owner's {@link OwnerCore}: a mailbox of events, handled one at a time by whoever finds it idle, no lock held. The effects
 * of an event are begun before the next event is looked at, so they run in the order of the events. Safe for concurrent use.
 */
final class OwnerRunner implements OwnerSpool {
    /** Events that one caller handles before it has other things to do. */
    private static final int TURNS = 256;

    /** Spins, before the processor is left to whoever is between counting an event and adding it. */
    private static final int SPINS = 64;

    /**
     * Twice the number of events that were posted and not handled, and 1 if the core is not quiet. At 0 it may be given up, and is
     * {@link #GIVEN_UP} from then on: nothing can be posted between the two.
     */
    private final AtomicInteger mailbox = new AtomicInteger();

    private static final int ONE_EVENT = 2;
    private static final int GIVEN_UP = Integer.MIN_VALUE / 2;

    final Jid jid;
    final Owners all;
    final OwnerCore core;
    private final ConcurrentLinkedQueue<Object> events = new ConcurrentLinkedQueue<>();
    private final ArrayDeque<Effect> effects = new ArrayDeque<>(4);
    private final Consumer<Effect> taker = effects::add;
    private final EffectRunner outside;

    // written by whoever runs the core, read anywhere
    private volatile State state = State.AWAY;
    private volatile Recipient[] present;
    private volatile boolean held;

    /** What is counted of {@link OwnerCore#heldBytes} in {@link Owners#drained}. By whoever runs the core. */
    private long counted;
    /** The same of {@link OwnerCore#leasedRows}. */
    private int countedRows;

    OwnerRunner(Jid jid, Owners all) {
        this.jid = jid;
        this.all = all;
        this.core = new OwnerCore(jid, all.domain);
        this.present = core.present();
        this.outside = new EffectRunner(this, all);
    }

    /** Something asked of the core between two events. */
    private record Question<T>(Function<OwnerCore, T> question, CompletableFuture<T> answer) {
        void ask(OwnerCore core) {
            T found;
            try {
                found = question.apply(core);
            } catch (Throwable e) { // whoever asked must not wait for ever
                OutOfMemory.endsProcess(e);
                answer.completeExceptionally(e);
                return;
            }
            answer.complete(found);
        }
    }

    // ---- the mailbox

    /** False, and nothing has happened, if this owner was given up. */
    boolean post(Event event) {
        return enter(event);
    }

    /** Null if this owner was given up. */
    <T> CompletableFuture<T> ask(Function<OwnerCore, T> question) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        return enter(new Question<>(question, answer)) ? answer : null;
    }

    private boolean enter(Object event) {
        int before = mailbox.getAndAdd(ONE_EVENT);
        if (before < 0) {
            mailbox.getAndAdd(-ONE_EVENT);
            return false;
        }
        if (before >= ONE_EVENT) {
            events.add(event);
        } else {
            run(event, 1);
        }
        return true;
    }

    /** @param first an event that never was in the queue; null for none */
    private void run(Object first, int count) {
        Object event = first;
        int known = count;
        int turns = 0;
        while (true) {
            int handled = Math.min(known, TURNS);
            for (int left = handled; left > 0; left--) {
                handle(event == null ? take() : event);
                event = null;
            }
            turns += handled;
            int quiet = core.isQuiet() ? 0 : 1;
            int after = mailbox.updateAndGet(now -> ((now >> 1) - handled) << 1 | quiet);
            known = after >> 1;
            if (known == 0) {
                return;
            }
            if (turns >= TURNS) {
                int rest = known;
                all.workers.execute(() -> run(null, rest));
                return;
            }
        }
    }

    private Object take() {
        for (int spins = 0; ; spins++) {
            Object event = events.poll();
            if (event != null) {
                return event;
            }
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
    }

    /** Gives this owner up if nothing is known of it that a new one would not know; true if it must not be used any more. */
    boolean giveUp() {
        return mailbox.compareAndSet(0, GIVEN_UP) || mailbox.get() < 0;
    }

    private void handle(Object event) {
        if (event instanceof Question<?> question) {
            question.ask(core);
            return;
        }
        if (event instanceof Event.Arrived arrived && !placed(arrived.message())) {
            return;
        }
        try {
            next((Event) event);
            for (Effect effect = effects.poll(); effect != null; effect = effects.poll()) {
                Event answer = outside.begin(effect);
                if (answer != null) {
                    next(answer);
                }
            }
        } finally {
            outside.eventEnds();
            publish();
        }
    }

    private void next(Event event) {
        try {
            core.next(event, all, taker);
        } catch (Throwable e) { // the next event must be handled all the same
            OutOfMemory.endsProcess(e);
            all.troubles.broken(jid, event.getClass().getSimpleName(), e);
            outside.failed(event);
            if (!(event instanceof Event.Broken)) {
                next(new Event.Broken(event));
            }
        }
    }

    private boolean placed(Incoming message) {
        try {
            all.place(jid, message);
            return true;
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            all.troubles.failed("giving a message its place", jid, e);
            outside.conclude(message, EffectRunner.INTERNAL);
            return false;
        }
    }

    private void publish() {
        if (state != core.state()) {
            all.figures.changed(state, core.state());
            state = core.state();
        }
        if (present != core.present()) {
            present = core.present();
        }
        if (held != core.isHeld()) {
            held = core.isHeld();
        }
        long bytes = core.heldBytes();
        if (bytes != counted) {
            all.drained.changed(bytes - counted);
            counted = bytes;
        }
        int rows = core.leasedRows();
        if (rows != countedRows) {
            all.figures.unproved(rows - countedRows);
            countedRows = rows;
        }
    }

    // ---- as sessions see it; they pin it, so that nothing posted here is refused

    @Override
    public State state() {
        return state;
    }

    @Override
    public Recipient[] present() {
        return present;
    }

    @Override
    public boolean isHeld() {
        return held;
    }

    @Override
    public void unpin() {
        post(new Event.Unpinned());
    }

    @Override
    public Runnable available(Recipient recipient) {
        post(new Event.Available(recipient));
        return () -> post(new Event.Ready(recipient));
    }

    @Override
    public void unavailable(Recipient recipient) {
        post(new Event.Unavailable(recipient));
    }

    @Override
    public Left left(Recipient recipient, List<Outbound> unsent) {
        return left(recipient, unsent, true);
    }

    @Override
    public Left suspended(Recipient recipient, List<Outbound> unsent) {
        return left(recipient, unsent, false);
    }

    private Left left(Recipient recipient, List<Outbound> unsent, boolean forGood) {
        Event.Left left =
                new Event.Left(recipient, unsent, forGood, new CompletableFuture<>(), new CompletableFuture<>());
        post(left);
        return new Left(left.durable(), left.elsewhere());
    }

    @Override
    public void received(Recipient recipient, Collection<Long> ids) {
        post(new Event.Received(recipient, ids));
    }

    @Override
    public void hold(Recipient asker) {
        post(new Event.HoldBegan(asker));
    }

    @Override
    public void letGo(Recipient asker) {
        post(new Event.HoldEnded(asker));
    }
}
