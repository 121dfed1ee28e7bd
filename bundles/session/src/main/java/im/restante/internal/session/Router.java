package im.restante.internal.session;

import static im.restante.stanza.StanzaError.Condition.BAD_REQUEST;
import static im.restante.stanza.StanzaError.Condition.INTERNAL_SERVER_ERROR;
import static im.restante.stanza.StanzaError.Condition.REMOTE_SERVER_NOT_FOUND;
import static im.restante.stanza.StanzaError.Condition.SERVICE_UNAVAILABLE;
import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.account.Accounts;
import im.restante.amp.Effect;
import im.restante.amp.MessageRules;
import im.restante.delivery.Delivery;
import im.restante.delivery.Judgement;
import im.restante.delivery.Verdict;
import im.restante.internal.session.RoutingTable.Action;
import im.restante.internal.session.carbons.CarbonCopy;
import im.restante.internal.session.owner.Dynamic;
import im.restante.internal.session.owner.Owners;
import im.restante.internal.session.owner.Parcel;
import im.restante.internal.session.owner.Recipient;
import im.restante.internal.session.owner.SpoolSettings.UnknownUser;
import im.restante.internal.session.owner.Way;
import im.restante.internal.session.owner.Workers;
import im.restante.iq.IqRouter;
import im.restante.jid.Jid;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.stanza.Iq;
import im.restante.stanza.Message;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import im.restante.xml.XmlCodec;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides where messages and IQs go (RFC 6121 §8). Safe for concurrent use; does not block. */
final class Router {
    private static final Logger LOG = LoggerFactory.getLogger(Router.class);
    private static final CompletableFuture<Passage> OPEN = completedFuture(Passage.OPEN);
    private static final CompletableFuture<Boolean> YES = completedFuture(true);
    private static final Session[] NOBODY = {};
    private static final String NO_ACCOUNT = "there is no such account";

    private final Jid domain;
    private final Forgery forgery;
    private final XmlCodec codec;
    private final Accounts accounts;
    private final RosterSide roster;
    private final Registry registry;
    private final Owners owners;
    private final Dynamic<Delivery> delivery;
    private final Supplier<IqRouter> iqRouter;
    private final Supplier<MessageRules> rules;
    private final Workers workers;

    Router(
            Jid domain,
            XmlCodec codec,
            Accounts accounts,
            RosterSide roster,
            Registry registry,
            Owners owners,
            Dynamic<Delivery> delivery,
            Supplier<IqRouter> iqRouter,
            Supplier<MessageRules> rules,
            Workers workers) {
        this.domain = domain;
        this.forgery = new Forgery(domain);
        this.codec = codec;
        this.accounts = accounts;
        this.roster = roster;
        this.registry = registry;
        this.owners = owners;
        this.delivery = delivery;
        this.iqRouter = iqRouter;
        this.rules = rules;
        this.workers = workers;
    }

    RosterSide roster() {
        return roster;
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
        return delivery.await(owners.settings().swapTimeout());
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
    CompletionStage<Passage> passage(Session from, Stanza stanza) {
        Jid to = stanza.to();
        if (stanza instanceof Presence
                || to == null
                || to.local() == null
                || !isHere(to)
                || to.bare().equals(from.jid().bare())) {
            return OPEN;
        }
        MessageRules reader = stanza instanceof Message m ? reader(m) : null;
        CompletionStage<Passage> known = lookedUp(from, stanza, to);
        return reader == null || reader.refusal((Message) stanza, false).isEmpty()
                ? known
                : known.thenCombine(
                        roster.maySeePresence(to.bare(), from.jid().bare()),
                        (passage, may) -> may || passage != Passage.OPEN && passage != Passage.NO_ACCOUNT
                                ? passage
                                : Passage.STRANGER);
    }

    /** Who reads the rules of a message; null if it has none, or there is nobody. */
    private MessageRules reader(Message message) {
        return MessageRules.areCarriedBy(message) ? rules.get() : null;
    }

    private CompletionStage<Passage> lookedUp(Session from, Stanza stanza, Jid to) {
        boolean online = registry.of(to.bare()).length > 0;
        CompletionStage<Boolean> exists = online || stanza instanceof Iq ? YES : accounts.exists(to.bare());
        CompletionStage<Boolean> blocking = roster.blocks(from.jid().bare(), to);
        CompletionStage<Boolean> blocked = roster.blocks(to.bare(), from.jid());
        Boolean known = now(exists);
        if (known != null && Boolean.FALSE.equals(now(blocking)) && Boolean.FALSE.equals(now(blocked))) {
            return known ? OPEN : completedFuture(Passage.NO_ACCOUNT);
        }
        return blocking.thenCompose(mine -> mine
                ? completedFuture(Passage.BLOCKING)
                : exists.thenCombine(
                        blocked,
                        (there, theirs) -> !there ? Passage.NO_ACCOUNT : theirs ? Passage.BLOCKED : Passage.OPEN));
    }

    private static Boolean now(CompletionStage<Boolean> stage) {
        CompletableFuture<Boolean> future = stage.toCompletableFuture();
        return future.isDone() && !future.isCompletedExceptionally() ? future.getNow(null) : null;
    }

    private boolean isHere(Jid jid) {
        return jid.domain().equals(domain.domain());
    }

    CompletionStage<Outcome> route(Session from, Stanza stanza, Passage passage, Delivery judge) {
        switch (passage) {
            case BLOCKED -> {
                return tell(
                        from,
                        stanza,
                        roster.answerForBlocked(stamped(stanza, from.jid())),
                        "the recipient blocks the sender");
            }
            case BLOCKING -> {
                return tell(
                        from,
                        stanza,
                        roster.answerForBlocking(stamped(stanza, from.jid())),
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
                        ? iq(from, iq.addressed(from.jid(), null))
                        : message(from, (Message) stanza, passage, judge);
            }
        }
    }

    private static Stanza stamped(Stanza stanza, Jid from) {
        return stanza instanceof Iq iq ? iq.addressed(from, null) : stanza;
    }

    private CompletionStage<Outcome> tell(Session from, Stanza stanza, Stanza answer, String reason) {
        if (stanza instanceof Message message) {
            witnessed(
                    from,
                    message,
                    answer == null
                            ? new Verdict.Dropped(reason)
                            : new Verdict.Refused(reason, StanzaError.of(SERVICE_UNAVAILABLE)));
        }
        if (answer != null) {
            from.send(answer.element());
        }
        return Session.DONE;
    }

    /** Answers a stanza of {@code from} with an error, unless it may not be answered (RFC 6120 §8.3.1). */
    void answer(Session from, Stanza stanza, StanzaError error) {
        if (stanza instanceof Message m && m.type() != Message.Type.ERROR) {
            from.send(m.addressed(from.jid(), null).error(error).element());
        } else if (stanza instanceof Presence p && p.type() != Presence.Type.ERROR) {
            from.send(p.addressed(from.jid(), null).error(error).element());
        } else if (stanza instanceof Iq iq && iq.type() != Iq.Type.ERROR && iq.type() != Iq.Type.RESULT) {
            from.send(iq.addressed(from.jid(), null).error(error).element());
        }
    }

    private CompletionStage<Outcome> refuse(Session from, Stanza stanza, StanzaError error) {
        answer(from, stanza, error);
        return Session.DONE;
    }

    // ---- IQs

    private CompletionStage<Outcome> iq(Session from, Iq iq) {
        if (isMalformed(iq)) {
            return refuse(from, iq, StanzaError.of(BAD_REQUEST));
        }
        Jid to = iq.to();
        if (to != null && !isHere(to)) {
            return iq.isRequest() ? refuse(from, iq, StanzaError.of(REMOTE_SERVER_NOT_FOUND)) : Session.DONE;
        }
        if (to != null && to.isFull()) {
            Session recipient = registry.find(to);
            if (recipient != null
                    && !recipient.isSuspended()
                    && recipient.offer(Outbound.of(serialize(iq.element())))) {
                return Session.DONE;
            }
            return iq.isRequest() ? refuse(from, iq, StanzaError.of(SERVICE_UNAVAILABLE)) : Session.DONE;
        }
        if (!iq.isRequest()) {
            return Session.DONE; // an answer to something the server never asked
        }
        IqRouter handlers = iqRouter.get();
        if (handlers == null) {
            return completedFuture(new Outcome.Answer(
                    iq.error(StanzaError.of(SERVICE_UNAVAILABLE)).element()));
        }
        return handlers.route(iq).thenApply(answer -> new Outcome.Answer(answer.element()));
    }

    /** RFC 6120 §8.2.3. */
    private static boolean isMalformed(Iq iq) {
        if (iq.type() == null || iq.id() == null || iq.id().isEmpty()) {
            return true;
        }
        int children = iq.element().children().size();
        return switch (iq.type()) {
            case GET, SET -> children != 1;
            case RESULT -> children > 1;
            case ERROR -> false;
        };
    }

    // ---- messages

    private CompletionStage<Outcome> message(Session from, Message message, Passage passage, Delivery judge) {
        Jid to = message.to();
        if (!isHere(to)) {
            return refuse(from, message, "another domain", StanzaError.of(REMOTE_SERVER_NOT_FOUND));
        }
        if (to.local() == null) {
            String reason = "to the server itself";
            return message.type() == Message.Type.HEADLINE
                    ? end(from, message, new Verdict.Dropped(reason))
                    : refuse(from, message, reason, StanzaError.of(SERVICE_UNAVAILABLE));
        }
        MessageRules reader = reader(message);
        if (passage == Passage.STRANGER && reader == null) {
            StanzaError gone = StanzaError.of(SERVICE_UNAVAILABLE).later();
            return refuse(from, message, "the amp bundle has just gone", gone);
        }
        return reader == null
                ? message(from, message, passage, judge, null)
                : ruled(from, message, passage, judge, reader);
    }

    private CompletionStage<Outcome> ruled(
            Session from, Message message, Passage passage, Delivery judge, MessageRules reader) {
        Message refusal = reader.refusal(message, passage != Passage.STRANGER).orElse(null);
        if (refusal != null) {
            return tell(from, message, refusal, "its rules cannot be followed");
        }
        boolean exact = message.to().isFull() && registry.find(message.to()) != null;
        return message(from, reader.passedOn(message), passage, judge, way(reader, message, exact));
    }

    private Way way(MessageRules reader, Message message, boolean exact) {
        Instant now = owners.now();
        return new Way(reader.course(message, exact, now), now);
    }

    private CompletionStage<Outcome> message(Session from, Message message, Passage passage, Delivery judge, Way way) {
        Jid to = message.to();
        if (passage == Passage.NO_ACCOUNT) {
            Action action = RoutingTable.noAccount(to.isFull()).action(message.type());
            return perform(from, message, action, null, null, NOBODY, way);
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
        Judgement judgement =
                message.type() == Message.Type.ERROR ? null : judge.judge(judged(message, way), to.bare());
        if (match == null && isRedirected(message, action, judgement)) {
            action = Action.SPOOL;
        }
        return perform(from, message, action, match, judgement, sessions, way);
    }

    /** What storage rules are shown of a message: its own rules win over its hints (XEP-0334 §5). */
    private static Message judged(Message message, Way way) {
        if (way == null) {
            return message;
        }
        Element unhinted = message.element().without(child -> child.namespace().equals(Namespaces.HINTS));
        return new Message(unhinted, message.from(), message.to(), message.type());
    }

    /**
     * Whether a message that the table would lose is taken to the account: a receipt, a marker, or what an operator's rule keeps,
     * for a resource that is gone. A groupchat message to a bare address stays refused.
     */
    private static boolean isRedirected(Message message, Action action, Judgement judgement) {
        return (action == Action.UNAVAILABLE || action == Action.SILENCE)
                && judgement instanceof Judgement.Keep keep
                && (!message.hasBody() || !keep.rule().startsWith("default:"))
                && (message.to().isFull() || message.type() != Message.Type.GROUPCHAT);
    }

    private CompletionStage<Outcome> perform(
            Session from,
            Message message,
            Action action,
            Session match,
            Judgement judgement,
            Session[] sessions,
            Way way) {
        return switch (action) {
            case SILENCE -> end(from, message, new Verdict.Dropped(nobodyFor(message)), way, null);
            case UNAVAILABLE -> refuse(from, message, nobodyFor(message), way);
            case UNKNOWN_USER ->
                owners.settings().unknownUser() == UnknownUser.SILENCE
                        ? end(from, message, new Verdict.Dropped(NO_ACCOUNT), way, null)
                        : refuse(from, message, NO_ACCOUNT, way);
            // Who is present is decided once more under the owner lock: between the table and there, sessions come and
            // go.
            case SPOOL, ALL_NON_NEGATIVE -> deliver(from, message, null, judgement, sessions, way);
            case THIS_RESOURCE -> deliver(from, message, match, judgement, sessions, way);
        };
    }

    private CompletionStage<Outcome> deliver(
            Session from, Message message, Session only, Judgement judgement, Session[] sessions, Way way) {
        byte[] xml = serialize(message.element());
        Jid account = message.to().bare();
        Recipient[] present =
                sessions.length == 0 ? NOBODY : sessions[0].owner().present();
        Runnable copying = way == null ? null : () -> copies(from, message, only, present, sessions);
        if (copying == null) {
            copies(from, message, only, present, sessions);
        }
        if (!(judgement instanceof Judgement.Keep keep)) {
            Recipient[] to = only == null ? present : new Recipient[] {only};
            return end(from, message, pass(Outbound.of(xml), to, judgement, way), way, copying);
        }
        CompletionStage<Verdict> verdict = owners.deliver(
                account, new Parcel(judged(message, way), from.jid().bare(), xml, keep, way), only);
        if (verdict.toCompletableFuture().isDone()) {
            conclude(from, message, verdict.toCompletableFuture().getNow(null), way, copying);
            return Session.DONE;
        }
        return verdict.thenApply(outcome -> {
            conclude(from, message, outcome, way, copying);
            return Outcome.DONE;
        });
    }

    /** A message that no spool would keep: to those who are there, now. */
    private static Verdict pass(Outbound stanza, Recipient[] to, Judgement judgement, Way way) {
        if (way != null && to.length > 0 && !way.direct()) {
            return Way.RULED_OUT;
        }
        int taken = 0;
        for (Recipient recipient : to) {
            taken += recipient.offer(stanza) ? 1 : 0;
        }
        if (taken > 0) {
            return new Verdict.Delivered(taken);
        }
        return judgement instanceof Judgement.Skip skip
                ? new Verdict.Skipped(skip.reason(), skip.answer())
                : new Verdict.Dropped("nobody there");
    }

    /** RFC 6121 §8 has no session for it, and the spool takes no such message. */
    private static String nobodyFor(Message message) {
        return "nobody is there for a message of type "
                + message.type().name().toLowerCase(Locale.ROOT)
                + (message.to().isFull() ? " to a resource" : "");
    }

    private CompletionStage<Outcome> refuse(Session from, Message message, String reason, StanzaError error) {
        return end(
                from,
                message,
                message.type() == Message.Type.ERROR
                        ? new Verdict.Dropped(reason)
                        : new Verdict.Refused(reason, error));
    }

    private CompletionStage<Outcome> refuse(Session from, Message message, String reason, Way way) {
        return end(from, message, new Verdict.Refused(reason, StanzaError.of(SERVICE_UNAVAILABLE)), way, null);
    }

    private CompletionStage<Outcome> end(Session from, Message message, Verdict verdict) {
        return end(from, message, verdict, null, null);
    }

    /** A verdict that needed no place in the recipient's order. */
    private CompletionStage<Outcome> end(Session from, Message message, Verdict verdict, Way way, Runnable copying) {
        witnessed(from, message, way == null ? verdict : way.inTheEnd(verdict));
        conclude(from, message, verdict, way, copying);
        return Session.DONE;
    }

    private void witnessed(Session from, Message message, Verdict verdict) {
        owners.witness().verdict(message.to().bare(), from.jid().bare(), message.id(), 0, verdict);
    }

    /** A message that could not be routed: told, and remembered. */
    void failed(Session from, Stanza stanza) {
        StanzaError error = StanzaError.of(INTERNAL_SERVER_ERROR);
        if (stanza instanceof Message message && message.to() != null) {
            witnessed(from, message, new Verdict.Failed("an error in the server; the log has it", error));
        }
        answer(from, stanza, error);
    }

    /** @param copying what its rules may forbid; null: done already */
    private void conclude(Session from, Message message, Verdict verdict, Way way, Runnable copying) {
        Effect effect = way == null ? Effect.NONE : way.effect(verdict);
        if (LOG.isDebugEnabled()) {
            String ruledOut = effect.proceeds() ? "" : "ruled out, would have been ";
            LOG.debug("message {} from {} to {}: {}{}", message.id(), from.jid(), message.to(), ruledOut, verdict);
        }
        if (effect.proceeds() && copying != null) {
            copying.run();
        }
        effect.told().ifPresent(reply -> inform(from, reply));
        if (effect.proceeds()) {
            verdict.answer().ifPresent(error -> answer(from, message, error));
        }
    }

    /** Tells a sender what became of a message, or leaves it in the spool for him. */
    private void inform(Session from, Message reply) {
        if (!from.offer(Outbound.of(serialize(reply.element())))) {
            owners.deliver(from.jid().bare(), ownParcel(reply), null);
        }
    }

    /** A message of the server's own. */
    Parcel ownParcel(Message message) {
        return new Parcel(message, domain, serialize(message.element()), new Judgement.Keep("notice", true), null);
    }

    /** XEP-0280: to the other sessions of both sides, unless they get the message itself. */
    private void copies(Session from, Message message, Session only, Recipient[] present, Session[] recipients) {
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
