package im.restante.internal.routing;

import static im.restante.stanza.StanzaError.Condition.INTERNAL_SERVER_ERROR;
import static im.restante.stanza.StanzaError.Condition.NOT_AUTHORIZED;
import static im.restante.stanza.StanzaError.Condition.REMOTE_SERVER_NOT_FOUND;
import static im.restante.stanza.StanzaError.Condition.REMOTE_SERVER_TIMEOUT;
import static im.restante.stanza.StanzaError.Condition.RESOURCE_CONSTRAINT;
import static im.restante.stanza.StanzaError.Condition.SERVICE_UNAVAILABLE;
import static java.util.Objects.requireNonNull;
import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.account.Accounts;
import im.restante.amp.AmpAction;
import im.restante.amp.MessageRules;
import im.restante.delivery.Delivery;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.internal.routing.RoutingTable.Action;
import im.restante.internal.routing.carbons.CarbonCopy;
import im.restante.internal.support.Dynamic;
import im.restante.internal.support.Listeners;
import im.restante.internal.support.LogLimit;
import im.restante.internal.support.LogLimits;
import im.restante.internal.support.OutOfMemory;
import im.restante.internal.support.Successors;
import im.restante.internal.support.Workers;
import im.restante.iq.IqRouter;
import im.restante.jid.Jid;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.offline.OfflineSettings.UnknownUser;
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
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides where messages and IQs go (RFC 6121 §8). Safe for concurrent use; does not block. */
final class Router {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    private static final CompletableFuture<Admissibility> OPEN = completedFuture(Admissibility.OPEN);
    private static final CompletableFuture<Boolean> YES = completedFuture(true);
    private static final Session[] NOBODY = {};
    /** The stock rule for content without a class of its own (README of the bundle filter). */
    private static final String OTHER_CONTENT = "default: content";

    private static final Verdict NOT_CARRIED =
            new Verdict.Failed("the route gave no verdict", StanzaError.of(REMOTE_SERVER_TIMEOUT));

    private static final String NO_ACCOUNT = "there is no such account";

    private final Jid domain;
    private final Forgery forgery;
    private final XmlCodec codec;
    private final Accounts accounts;
    private final Rosters rosters;
    private final Registry registry;
    private final OwnerSpools spools;
    private final Dynamic<Delivery> delivery;
    private final IqRouting iqs;
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
        this.accounts = accounts;
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

    /** Looks up what must be known before a stanza is routed; completed already in the common case. */
    CompletionStage<Admissibility> admissibility(Originator from, Stanza stanza) {
        Jid to = stanza.to();
        if (to == null
                || stanza instanceof Presence && !from.isServer()
                || to.bare().equals(from.jid().bare())) {
            return OPEN;
        }
        NextHop hop = routes.next(to);
        if (hop instanceof NextHop.Away) {
            return rosters.blocks(from.jid().bare(), to)
                    .thenApply(blocking -> blocking ? Admissibility.BLOCKING : Admissibility.OPEN);
        } else if (hop != NextHop.Local.ACCOUNT) {
            return OPEN;
        } else if (from.isServer()) {
            // A client is bound when the spools are ready, and its rules may not ask for everything.
            return spools.ready().thenCompose(ready -> lookedUp(from, stanza, to));
        }
        MessageRules reader = stanza instanceof Message m ? reader(m) : null;
        CompletionStage<Admissibility> known = lookedUp(from, stanza, to);
        return reader == null || !hidesFromStrangers(reader, (Message) stanza)
                ? known
                : known.thenCombine(
                        rosters.maySeePresence(to.bare(), from.jid().bare()),
                        (admissibility, may) ->
                                may || admissibility != Admissibility.OPEN && admissibility != Admissibility.NO_ACCOUNT
                                        ? admissibility
                                        : Admissibility.STRANGER);
    }

    /** Whether its rules ask for what a stranger may not know. */
    private boolean hidesFromStrangers(MessageRules reader, Message message) {
        return Successors.ask(reader, rules, each -> each.refusal(message, false).isPresent(), false);
    }

    /** Who reads the rules of a message; null if it has none, or there is nobody. */
    private MessageRules reader(Message message) {
        return MessageRules.areCarriedBy(message) ? rules.get() : null;
    }

    private CompletionStage<Admissibility> lookedUp(Originator from, Stanza stanza, Jid to) {
        boolean online = registry.of(to.bare()).length > 0;
        CompletionStage<Boolean> exists = online || !(stanza instanceof Message) ? YES : accounts.exists(to.bare());
        CompletionStage<Boolean> blocking = rosters.blocks(from.jid().bare(), to);
        CompletionStage<Boolean> blocked = rosters.blocks(to.bare(), from.jid());
        Boolean known = now(exists);
        if (known != null && Boolean.FALSE.equals(now(blocking)) && Boolean.FALSE.equals(now(blocked))) {
            return known ? OPEN : completedFuture(Admissibility.NO_ACCOUNT);
        }
        return blocking.thenCompose(mine -> mine
                ? completedFuture(Admissibility.BLOCKING)
                : exists.thenCombine(
                        blocked,
                        (there, theirs) -> !there
                                ? Admissibility.NO_ACCOUNT
                                : theirs ? Admissibility.BLOCKED : Admissibility.OPEN));
    }

    private static Boolean now(CompletionStage<Boolean> stage) {
        CompletableFuture<Boolean> future = stage.toCompletableFuture();
        return future.isDone() && !future.isCompletedExceptionally() ? future.getNow(null) : null;
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
                        : message(from, (Message) stanza, admissibility, judge, open);
            }
        }
    }

    private static Stanza stamped(Stanza stanza, Jid from) {
        return stanza instanceof Iq iq ? iq.addressed(from, null) : stanza;
    }

    private CompletionStage<Outcome> tell(Originator from, Stanza stanza, Stanza answer, String reason) {
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

    // ---- messages

    private CompletionStage<Outcome> message(
            Originator from, Message message, Admissibility admissibility, Delivery judge, OpenVerdict open) {
        Jid to = message.to();
        NextHop hop = routes.next(to);
        if (hop instanceof NextHop.Away away) {
            return away(away, message).thenCompose(verdict -> end(from, message, verdict));
        } else if (hop == null) {
            return refuse(from, message, "another domain", StanzaError.of(REMOTE_SERVER_NOT_FOUND));
        } else if (hop == NextHop.Local.SERVER) {
            String reason = "to the server itself";
            return message.type() == Message.Type.HEADLINE
                    ? end(from, message, new Verdict.Dropped(reason))
                    : refuse(from, message, reason, StanzaError.of(SERVICE_UNAVAILABLE));
        }
        MessageRules reader = reader(message);
        return reader == null
                ? message(from, message, admissibility, judge, null, open)
                : ruled(from, message, admissibility, judge, reader, open);
    }

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

    /** What the rules of a message say, before anything of it is done. @param refusal null: they may be followed */
    private record Rules(Message refusal, Message message, AmpPlan plan) {}

    /** With those who read rules when this begins; one that fails because it goes leaves it to the next. */
    private Rules rules(MessageRules reader, Message message, boolean trusted, boolean exact) {
        return Successors.ask(
                reader,
                rules,
                each -> {
                    Message refusal = each.refusal(message, trusted).orElse(null);
                    return refusal != null
                            ? new Rules(refusal, message, null)
                            : new Rules(null, each.passedOn(message), plan(each, message, exact));
                },
                new Rules(null, message, null));
    }

    private CompletionStage<Outcome> ruled(
            Originator from,
            Message message,
            Admissibility admissibility,
            Delivery judge,
            MessageRules reader,
            OpenVerdict open) {
        boolean exact = message.to().isFull() && registry.find(message.to()) != null;
        Rules said = rules(reader, message, admissibility != Admissibility.STRANGER, exact);
        return said.refusal() != null
                ? tell(from, message, said.refusal(), "its rules cannot be followed")
                : message(from, said.message(), admissibility, judge, said.plan(), open);
    }

    private AmpPlan plan(MessageRules reader, Message message, boolean exact) {
        Instant now = spools.now();
        return new AmpPlan(reader.outcome(message, exact, now), now);
    }

    private CompletionStage<Outcome> message(
            Originator from,
            Message message,
            Admissibility admissibility,
            Delivery judge,
            AmpPlan plan,
            OpenVerdict open) {
        Jid to = message.to();
        if (admissibility == Admissibility.NO_ACCOUNT) {
            Action action = RoutingTable.noAccount(to.isFull()).action(message.type());
            return perform(from, message, action, null, null, NOBODY, plan, open);
        }
        if (judge == null) {
            return refuse(
                    from,
                    message,
                    "the delivery bundle is not there",
                    StanzaError.of(SERVICE_UNAVAILABLE).later());
        }
        Session[] sessions = registry.of(to.bare());
        Session match = to.isFull() ? registry.find(to) : null;
        int available = 0;
        for (Session session : sessions) {
            available += session.presence() == null || session.isSuspended() ? 0 : 1;
        }
        int nonNegative = sessions.length == 0 ? 0 : sessions[0].owner().present().length;
        Action action = RoutingTable.row(available, nonNegative, to.isFull(), match != null)
                .action(message.type());
        StorageDecision decision =
                message.type() == Message.Type.ERROR ? null : decision(judge, judged(message, plan), to.bare());
        if (match == null && isRedirected(message, action, decision)) {
            action = Action.SPOOL;
        }
        return perform(from, message, action, match, decision, sessions, plan, open);
    }

    /** Of one that goes while it is asked the next one says it; if none is there, before the message is stored. */
    private StorageDecision decision(Delivery judge, Message message, Jid owner) {
        return Successors.ask(judge, delivery::now, each -> each.judge(message, owner), StorageDecision.UNDECIDED);
    }

    /** What storage rules are shown of a message: its own rules win over its hints (XEP-0334 §5). */
    private static Message judged(Message message, AmpPlan plan) {
        if (plan == null) {
            return message;
        }
        Element unhinted = message.element().without(child -> child.namespace().equals(Namespaces.HINTS));
        return new Message(unhinted, message.from(), message.to(), message.type());
    }

    /**
     * Whether a message that the table would lose is taken to the account: a receipt, a marker, keys, an invitation, or what an
     * operator's rule keeps, for a resource that is gone. Other content is answered, with a body or without. A groupchat message
     * to a bare address stays refused.
     */
    private static boolean isRedirected(Message message, Action action, StorageDecision decision) {
        return (action == Action.UNAVAILABLE || action == Action.SILENCE)
                && decision instanceof StorageDecision.Keep keep
                && (!message.hasBody() && !keep.rule().equals(OTHER_CONTENT)
                        || !keep.rule().startsWith("default:"))
                && (message.to().isFull() || message.type() != Message.Type.GROUPCHAT)
                && (keep.isDecided() || message.type() == Message.Type.CHAT || message.type() == Message.Type.NORMAL);
    }

    private CompletionStage<Outcome> perform(
            Originator from,
            Message message,
            Action action,
            Session match,
            StorageDecision decision,
            Session[] sessions,
            AmpPlan plan,
            OpenVerdict open) {
        return switch (action) {
            case SILENCE -> end(from, message, new Verdict.Dropped(nobodyFor(message)), plan, null);
            case UNAVAILABLE -> refuse(from, message, nobodyFor(message), plan);
            case UNKNOWN_USER ->
                settings.get().unknownUser() == UnknownUser.SILENCE
                        ? end(from, message, new Verdict.Dropped(NO_ACCOUNT), plan, null)
                        : refuse(from, message, NO_ACCOUNT, plan);
            // Who is present is decided once more under the owner lock: between the table and there, sessions come and
            // go.
            case SPOOL, ALL_NON_NEGATIVE -> deliver(from, message, null, decision, sessions, plan, open);
            case THIS_RESOURCE -> deliver(from, message, match, decision, sessions, plan, open);
        };
    }

    /** Whether a message that was accepted at {@code then} may not reach who is behind its address now. */
    boolean keepsOut(Stanza stanza, long then) {
        return stanza instanceof Message message
                && message.to() != null
                && registry.removals().keepsOut(message.to().bare(), then);
    }

    private CompletionStage<Outcome> deliver(
            Originator from,
            Message message,
            Session only,
            StorageDecision decision,
            Session[] sessions,
            AmpPlan plan,
            OpenVerdict open) {
        Jid account = message.to().bare();
        if (!registry.removals().enter(account)) {
            Action action = RoutingTable.noAccount(message.to().isFull()).action(message.type());
            return perform(from, message, action, null, null, NOBODY, plan, open);
        }
        try {
            return handOver(from, message, only, decision, sessions, plan, open);
        } finally {
            registry.removals().exit(account);
        }
    }

    /** Whoever calls it is inside the {@link RemovalBarrier}. */
    private CompletionStage<Outcome> handOver(
            Originator from,
            Message message,
            Session only,
            StorageDecision decision,
            Session[] sessions,
            AmpPlan plan,
            OpenVerdict open) {
        byte[] xml = serialize(message.element());
        Jid account = message.to().bare();
        Recipient[] present =
                sessions.length == 0 ? NOBODY : sessions[0].owner().present();
        Runnable copying = plan == null ? null : () -> copies(from, message, only, present, sessions);
        if (copying == null) {
            guarded("copying a message", () -> copies(from, message, only, present, sessions));
        }
        if (!(decision instanceof StorageDecision.Keep keep)) {
            Recipient[] to = only == null ? present : new Recipient[] {only};
            return end(from, message, pass(Outbound.of(xml), to, decision, plan), plan, copying);
        }
        Envelope envelope = new Envelope(judged(message, plan), from.jid().bare(), xml, keep, plan);
        CompletableFuture<Verdict> verdict =
                spools.deliver(account, envelope, only).toCompletableFuture();
        if (verdict.isDone() && !verdict.isCompletedExceptionally()) {
            decided(from, message, verdict.getNow(null), plan, copying);
            return StanzaOrder.DONE;
        }
        OpenVerdict watched = open == null ? watched(from) : open;
        watched.delivered(account, envelope);
        return verdict.handle((last, problem) -> {
            from.verdicts().remove(watched);
            if (problem == null) {
                decided(from, message, last, plan, copying);
            } else {
                report("the verdict of a spool", account, problem);
                failed(from, message);
            }
            return Outcome.DONE;
        });
    }

    /** A stanza that is being routed without having waited, and whose verdict is left open: its deadline counts from now. */
    private OpenVerdict watched(Originator from) {
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

    /** A message that no spool would keep: to those who are there, now. */
    private Verdict pass(Outbound stanza, Recipient[] to, StorageDecision decision, AmpPlan plan) {
        if (plan != null && to.length > 0 && !plan.direct()) {
            return AmpPlan.RULED_OUT;
        }
        int taken = 0;
        for (Recipient recipient : to) {
            taken += offered(recipient, stanza) ? 1 : 0;
        }
        if (taken > 0) {
            return new Verdict.Delivered(taken);
        }
        return decision instanceof StorageDecision.Skip skip
                ? new Verdict.Skipped(skip.reason(), skip.answer())
                : new Verdict.Dropped("nobody there");
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

    /** RFC 6121 §8 has no session for it, and the spool takes no such message. */
    private static String nobodyFor(Message message) {
        return "nobody is there for a message of type "
                + message.type().name().toLowerCase(Locale.ROOT)
                + (message.to().isFull() ? " to a resource" : "");
    }

    private CompletionStage<Outcome> refuse(Originator from, Message message, String reason, StanzaError error) {
        return end(
                from,
                message,
                message.type() == Message.Type.ERROR
                        ? new Verdict.Dropped(reason)
                        : new Verdict.Refused(reason, error));
    }

    private CompletionStage<Outcome> refuse(Originator from, Message message, String reason, AmpPlan plan) {
        return end(from, message, new Verdict.Refused(reason, StanzaError.of(SERVICE_UNAVAILABLE)), plan, null);
    }

    private CompletionStage<Outcome> end(Originator from, Message message, Verdict verdict) {
        return end(from, message, verdict, null, null);
    }

    /** A verdict that needed no place in the recipient's order. */
    private CompletionStage<Outcome> end(
            Originator from, Message message, Verdict verdict, AmpPlan plan, Runnable copying) {
        told(from, message, plan == null ? verdict : plan.inTheEnd(verdict));
        conclude(from, message, verdict, plan, copying);
        return StanzaOrder.DONE;
    }

    /** A verdict that a spool gave, and told the listeners of. */
    private void decided(Originator from, Message message, Verdict verdict, AmpPlan plan, Runnable copying) {
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
    private void guarded(String what, Runnable task) {
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

    /** XEP-0280: to the other sessions of both sides, unless they get the message itself. */
    private void copies(Originator from, Message message, Session only, Recipient[] present, Session[] recipients) {
        Session[] senders = registry.of(from.jid().bare());
        if (recipients.length < 2 && senders.length < 2 || !CarbonCopy.eligible(message)) {
            return;
        }
        boolean live = only != null || present.length > 0;
        for (Session other : recipients) {
            boolean served = only != null ? other == only : contains(present, other);
            if (live && !served && other != from && other.wantsCarbons()) {
                other.send(CarbonCopy.received(message, other.jid()));
            }
        }
        if (!message.to().bare().equals(from.jid().bare())) {
            for (Session other : senders) {
                if (other != from && other.wantsCarbons()) {
                    other.send(CarbonCopy.sent(message, other.jid()));
                }
            }
        }
    }

    private static boolean contains(Recipient[] all, Recipient one) {
        for (Recipient each : all) {
            if (each == one) {
                return true;
            }
        }
        return false;
    }
}
