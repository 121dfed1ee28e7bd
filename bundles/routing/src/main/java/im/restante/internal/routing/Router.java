package im.restante.internal.routing;

import static im.restante.stanza.StanzaError.Condition.INTERNAL_SERVER_ERROR;
import static im.restante.stanza.StanzaError.Condition.NOT_AUTHORIZED;
import static im.restante.stanza.StanzaError.Condition.REMOTE_SERVER_TIMEOUT;
import static im.restante.stanza.StanzaError.Condition.RESOURCE_CONSTRAINT;
import static im.restante.stanza.StanzaError.Condition.SERVICE_UNAVAILABLE;
import static java.util.Objects.requireNonNull;

import im.restante.account.Accounts;
import im.restante.amp.AmpAction;
import im.restante.amp.MessageRules;
import im.restante.delivery.Delivery;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.internal.support.Dynamic;
import im.restante.internal.support.Listeners;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Workers;
import im.restante.iq.IqRouter;
import im.restante.jid.Jid;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.roster.Rosters;
import im.restante.route.LocalRoute;
import im.restante.route.NextHop;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.spool.AmpPlan;
import im.restante.spool.Envelope;
import im.restante.spool.OwnerSpools;
import im.restante.spool.Recipient;
import im.restante.stanza.Iq;
import im.restante.stanza.Message;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a stanza from its sender to whoever routes it ({@link MessageRouting}, {@link IqRouting}), and tells the sender, the listeners
 * and the log what became of it. Safe for concurrent use; does not block.
 */
final class Router {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    private static final Verdict NOT_CARRIED =
            new Verdict.Failed("the route gave no verdict", StanzaError.of(REMOTE_SERVER_TIMEOUT));

    private final Jid domain;
    private final Forgery forgery;
    private final XmlCodec codec;
    private final Rosters rosters;
    private final Registry registry;
    private final OwnerSpools spools;
    private final Dynamic<Delivery> delivery;
    private final Admissions admissions;
    private final IqRouting iqs;
    private final MessageRouting messages;
    private final Routes routes;
    private final Supplier<MessageRules> rules;
    private final Listeners<MessageListener> listeners;
    private final Supplier<RoutingSettings> settings;
    private final Workers workers;
    private final Deadlines deadlines;
    private final LogLimits lines = new LogLimits(System::nanoTime);

    Router(
            Jid domain,
            XmlCodec codec,
            Accounts accounts,
            Rosters rosters,
            Registry registry,
            OwnerSpools spools,
            Dynamic<Delivery> delivery,
            Supplier<IqRouter> iqRouter,
            Predicate<Iq> questions,
            Supplier<MessageRules> rules,
            Listeners<MessageListener> listeners,
            Supplier<RoutingSettings> settings,
            Workers workers,
            Deadlines deadlines) {
        this.domain = domain;
        this.codec = codec;
        this.rosters = rosters;
        this.registry = registry;
        this.spools = spools;
        this.delivery = delivery;
        this.iqs = new IqRouting(this, iqRouter, questions);
        LocalRoute here = new LocalRoute(domain);
        this.forgery = new Forgery(here);
        this.routes = new Routes(here, registry::otherRoutes);
        this.rules = rules;
        this.listeners = listeners;
        this.settings = settings;
        this.workers = workers;
        this.deadlines = deadlines;
        this.admissions = new Admissions(this, accounts, rosters, registry, spools, rules);
        this.messages = new MessageRouting(this, registry, spools, delivery, rules, settings);
    }

    Routes routes() {
        return routes;
    }

    Duration swapTimeout() {
        return settings.get().swapTimeout();
    }

    Deadlines deadlines() {
        return deadlines;
    }

    Rosters rosters() {
        return rosters;
    }

    Registry registry() {
        return registry;
    }

    Workers workers() {
        return workers;
    }

    Dynamic<Delivery> delivery() {
        return delivery;
    }

    CompletionStage<Delivery> awaitDelivery() {
        return delivery.await(swapTimeout());
    }

    byte[] serialize(Element stanza) {
        return codec.serialize(stanza, Namespaces.CLIENT);
    }

    /** The message as everybody but its sender sees it: with its sender, with a recipient, without forged marks. */
    Message stamped(Message received, Jid from) {
        Message message = received.addressed(from, received.to() == null ? from.bare() : null);
        Element honest = forgery.removed(message.element());
        return honest == message.element()
                ? message
                : new Message(honest, message.from(), message.to(), message.type());
    }

    /** What must be known before a stanza is routed; completed already in the common case. */
    CompletionStage<Admissibility> admissibility(Originator from, Stanza stanza) {
        return admissions.of(from, stanza);
    }

    /** Who reads the rules of a message; null if it has none, or there is nobody. */
    MessageRules reader(Message message) {
        return MessageRules.areCarriedBy(message) ? rules.get() : null;
    }

    /** @param open what its deadline is kept by, if it had to wait; else null */
    CompletionStage<Outcome> route(
            Originator from, Stanza stanza, Admissibility admissibility, Delivery judge, OpenVerdict open) {
        switch (admissibility) {
            case BLOCKED -> {
                return tell(
                        from,
                        stanza,
                        rosters.answerForBlocked(stamped(stanza, from.jid())),
                        "the recipient blocks the sender");
            }
            case BLOCKING -> {
                return tell(
                        from,
                        stanza,
                        rosters.answerForBlocking(stamped(stanza, from.jid())),
                        "the sender blocks the recipient");
            }
            case UNKNOWN -> {
                StanzaError error = StanzaError.of(INTERNAL_SERVER_ERROR).later();
                return stanza instanceof Message message
                        ? end(from, message, new Verdict.Failed("the accounts or block lists could not be read", error))
                        : refuse(from, stanza, error);
            }
            default -> {
                return stanza instanceof Iq iq
                        ? iqs.route(from, iq.addressed(from.jid(), null))
                        : messages.route(from, (Message) stanza, admissibility, judge, open);
            }
        }
    }

    private static Stanza stamped(Stanza stanza, Jid from) {
        return stanza instanceof Iq iq ? iq.addressed(from, null) : stanza;
    }

    /** Ends a stanza with what its sender is told; null: nothing. */
    CompletionStage<Outcome> tell(Originator from, Stanza stanza, Stanza answer, String reason) {
        if (stanza instanceof Message message) {
            told(
                    from,
                    message,
                    answer == null
                            ? new Verdict.Dropped(reason)
                            : new Verdict.Refused(reason, StanzaError.of(SERVICE_UNAVAILABLE)));
        }
        if (answer != null) {
            from.tell(answer.element());
        }
        return StanzaOrder.DONE;
    }

    /** Answers a stanza of {@code from} with an error, unless it may not be answered (RFC 6120 §8.3.1). */
    void answer(Originator from, Stanza stanza, StanzaError error) {
        error(from, stanza, error).ifPresent(from::tell);
    }

    private static Optional<Element> error(Originator from, Stanza stanza, StanzaError error) {
        if (stanza instanceof Message m && m.type() != Message.Type.ERROR) {
            return Optional.of(m.addressed(from.jid(), null).error(error).element());
        } else if (stanza instanceof Presence p && p.type() != Presence.Type.ERROR) {
            return Optional.of(p.addressed(from.jid(), null).error(error).element());
        } else if (stanza instanceof Iq iq && iq.type() != Iq.Type.ERROR && iq.type() != Iq.Type.RESULT) {
            return Optional.of(iq.addressed(from.jid(), null).error(error).element());
        }
        return Optional.empty();
    }

    /** What is sent to a session whose account was removed, for a stanza that goes nowhere; empty for one that must not be answered. */
    Optional<Element> answerWithoutAccount(Originator from, Stanza stanza) {
        StanzaError error = StanzaError.of(NOT_AUTHORIZED, "The account was removed");
        if (stanza instanceof Message message) {
            told(
                    from,
                    stamped(message, from.jid()),
                    new Verdict.Refused("the account of its sender was removed", error));
        }
        return error(from, stanza, error);
    }

    private CompletionStage<Outcome> refuse(Originator from, Stanza stanza, StanzaError error) {
        answer(from, stanza, error);
        return StanzaOrder.DONE;
    }

    // ---- on the way

    /** Hands a stanza to whoever takes it from here; completes with its verdict, and in time. */
    CompletionStage<Verdict> away(NextHop.Away hop, Stanza stanza) {
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        try {
            requireNonNull(hop.send(stanza), "no stage").whenComplete((given, problem) -> {
                if (given == null) {
                    report("the route", stanza.to(), problem);
                }
                verdict.complete(given == null ? NOT_CARRIED : given);
            });
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            report("the route", stanza.to(), e);
            verdict.complete(NOT_CARRIED);
        }
        if (!verdict.isDone()) {
            workers.after(settings.get().storeTimeout(), () -> verdict.complete(NOT_CARRIED));
        }
        return verdict;
    }

    /** Whether a message that was accepted at {@code then} may not reach who is behind its address now. */
    boolean keepsOut(Stanza stanza, long then) {
        return stanza instanceof Message message
                && message.to() != null
                && registry.removals().keepsOut(message.to().bare(), then);
    }

    /** A stanza that is being routed without having waited, and whose verdict is left open: its deadline counts from now. */
    OpenVerdict watched(Originator from) {
        OpenVerdict open = OpenVerdict.routing(deadlines.now(), this);
        from.verdicts().add(open);
        return open;
    }

    /** The deadline of a message that a spool has. */
    void expire(Jid account, Envelope envelope) {
        guarded("withdrawing a message", () -> spools.expire(account, envelope));
    }

    /** A stanza whose deadline passed before it could be routed, and which never will be. */
    Outcome tooLate(Originator from, Stanza stanza) {
        StanzaError error = StanzaError.of(
                        RESOURCE_CONSTRAINT,
                        "The server could not take it in time; it is not delivered, try again later")
                .later();
        if (stanza instanceof Iq iq
                && iq.isRequest()
                && (iq.to() == null || !iq.to().isFull())) {
            return new Outcome.Answer(
                    iq.addressed(from.jid(), null).error(error).element());
        }
        if (stanza instanceof Message message) {
            told(from, message, new Verdict.Failed("store-timeout-seconds passed before it was routed", error));
        }
        guarded("answering a stanza", () -> answer(from, stanza, error));
        return Outcome.DONE;
    }

    boolean offered(Recipient recipient, Outbound stanza) {
        try {
            return recipient.offer(stanza);
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            report("the connection", recipient.jid(), e);
            return false;
        }
    }

    CompletionStage<Outcome> end(Originator from, Message message, Verdict verdict) {
        return end(from, message, verdict, null, null);
    }

    /**
     * A verdict that needed no place in the recipient's order.
     *
     * @param copying what its rules may forbid; null: done already
     */
    CompletionStage<Outcome> end(Originator from, Message message, Verdict verdict, AmpPlan plan, Runnable copying) {
        told(from, message, plan == null ? verdict : plan.inTheEnd(verdict));
        conclude(from, message, verdict, plan, copying);
        return StanzaOrder.DONE;
    }

    /** A verdict that a spool gave, and told the listeners of. */
    void decided(Originator from, Message message, Verdict verdict, AmpPlan plan, Runnable copying) {
        from.decided(plan == null ? verdict : plan.inTheEnd(verdict));
        conclude(from, message, verdict, plan, copying);
    }

    /** Listeners first: whoever sent it may ask them. */
    private void told(Originator from, Message message, Verdict verdict) {
        if (!listeners.isEmpty()) {
            Placeless event = new Placeless(message.to().bare(), from.jid().bare(), message, verdict);
            listeners.tell(one -> one.decided(event));
        }
        from.decided(verdict);
    }

    /** A message that needed no place in its recipient's order. */
    private record Placeless(Jid owner, Jid sender, Message message, Verdict verdict) implements MessageEvent {}

    /** A message that could not be routed: told, and remembered. */
    void failed(Originator from, Stanza stanza) {
        StanzaError error = StanzaError.of(INTERNAL_SERVER_ERROR);
        if (stanza instanceof Message message && message.to() != null) {
            told(from, message, new Verdict.Failed("an error in the server; the log has it", error));
        }
        guarded("answering a stanza", () -> answer(from, stanza, error));
    }

    /**
     * Says what is to be said of a final verdict, which nothing that fails here changes.
     *
     * @param copying what its rules may forbid; null: done already
     */
    private void conclude(Originator from, Message message, Verdict verdict, AmpPlan plan, Runnable copying) {
        guarded("telling of a verdict", () -> {
            AmpAction action = plan == null ? AmpAction.NONE : plan.action(verdict);
            if (LOG.isDebugEnabled()) {
                String ruledOut = action.proceeds() ? "" : "ruled out, would have been ";
                LOG.debug("message {} from {} to {}: {}{}", message.id(), from.jid(), message.to(), ruledOut, verdict);
            }
            if (action.proceeds() && copying != null) {
                guarded("copying a message", copying);
            }
            Message reply = action.told().orElse(null);
            if (reply != null) {
                inform(from, reply);
            }
            StanzaError error = action.proceeds() ? verdict.told() : null;
            if (error != null) {
                answer(from, message, error);
            }
        });
    }

    /** What must not change the course of a stanza if it fails. */
    void guarded(String what, Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            OutOfMemory.endsProcess(e);
            report(what, domain, e);
        }
    }

    /** One line a minute for each kind of fault. */
    void report(String what, Jid who, Throwable fault) {
        LogLimit limit = lines.of(what);
        if (limit.isDue()) {
            LOG.error("{} of {} failed; please report it{}", what, who, limit.more(), fault);
        }
    }

    /** For what may be said as often as a client likes. */
    LogLimits lines() {
        return lines;
    }

    /** Tells a sender what became of a message, or leaves it in the spool for him. */
    private void inform(Originator from, Message reply) {
        Jid account = from.jid().bare();
        if (!from.tell(reply.element()) && registry.removals().enter(account)) {
            try {
                spools.deliver(account, ownEnvelope(reply), null);
            } finally {
                registry.removals().exit(account);
            }
        }
    }

    /** A message of the server's own. */
    Envelope ownEnvelope(Message message) {
        return new Envelope(
                message, domain, serialize(message.element()), new StorageDecision.Keep("notice", true), null);
    }
}
