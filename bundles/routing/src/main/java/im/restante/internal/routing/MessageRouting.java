package im.restante.internal.routing;

import static im.restante.stanza.StanzaError.Condition.REMOTE_SERVER_NOT_FOUND;
import static im.restante.stanza.StanzaError.Condition.SERVICE_UNAVAILABLE;

import im.restante.amp.MessageRules;
import im.restante.delivery.Delivery;
import im.restante.delivery.StorageDecision;
import im.restante.delivery.Verdict;
import im.restante.internal.routing.RoutingTable.Action;
import im.restante.internal.routing.carbons.CarbonCopy;
import im.restante.internal.support.Dynamic;
import im.restante.internal.support.Successors;
import im.restante.jid.Jid;
import im.restante.offline.OfflineSettings.UnknownUser;
import im.restante.route.NextHop;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.spool.AmpPlan;
import im.restante.spool.Envelope;
import im.restante.spool.OwnerSpools;
import im.restante.spool.Recipient;
import im.restante.stanza.Message;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Decides where messages go (RFC 6121 §8). Safe for concurrent use; does not block. */
final class MessageRouting {
    private static final Session[] NOBODY = {};
    /** The stock rule for content without a class of its own (README of the bundle filter). */
    private static final String OTHER_CONTENT = "default: content";

    private static final String NO_ACCOUNT = "there is no such account";

    private final Router router;
    private final Registry registry;
    private final OwnerSpools spools;
    private final Dynamic<Delivery> delivery;
    private final Supplier<MessageRules> rules;
    private final Supplier<RoutingSettings> settings;

    MessageRouting(
            Router router,
            Registry registry,
            OwnerSpools spools,
            Dynamic<Delivery> delivery,
            Supplier<MessageRules> rules,
            Supplier<RoutingSettings> settings) {
        this.router = router;
        this.registry = registry;
        this.spools = spools;
        this.delivery = delivery;
        this.rules = rules;
        this.settings = settings;
    }

    /**
     * @param judge says what is stored; null: there is none
     * @param open  what its deadline is kept by, if it had to wait; else null
     */
    CompletionStage<Outcome> route(
            Originator from, Message message, Admissibility admissibility, Delivery judge, OpenVerdict open) {
        Jid to = message.to();
        NextHop hop = router.routes().next(to);
        if (hop instanceof NextHop.Away away) {
            return router.away(away, message).thenCompose(verdict -> router.end(from, message, verdict));
        } else if (hop == null) {
            return refuse(from, message, "another domain", StanzaError.of(REMOTE_SERVER_NOT_FOUND));
        } else if (hop == NextHop.Local.SERVER) {
            String reason = "to the server itself";
            return message.type() == Message.Type.HEADLINE
                    ? router.end(from, message, new Verdict.Dropped(reason))
                    : refuse(from, message, reason, StanzaError.of(SERVICE_UNAVAILABLE));
        }
        MessageRules reader = router.reader(message);
        return reader == null
                ? message(from, message, admissibility, judge, null, open)
                : ruled(from, message, admissibility, judge, reader, open);
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
                ? router.tell(from, message, said.refusal(), "its rules cannot be followed")
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
            case SILENCE -> router.end(from, message, new Verdict.Dropped(nobodyFor(message)), plan, null);
            case UNAVAILABLE -> refuse(from, message, nobodyFor(message), plan);
            case UNKNOWN_USER ->
                settings.get().unknownUser() == UnknownUser.SILENCE
                        ? router.end(from, message, new Verdict.Dropped(NO_ACCOUNT), plan, null)
                        : refuse(from, message, NO_ACCOUNT, plan);
            // Who is present is decided once more under the owner lock: between the table and there, sessions come and
            // go.
            case SPOOL, ALL_NON_NEGATIVE -> deliver(from, message, null, decision, sessions, plan, open);
            case THIS_RESOURCE -> deliver(from, message, match, decision, sessions, plan, open);
        };
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
        byte[] xml = router.serialize(message.element());
        Jid account = message.to().bare();
        Recipient[] present =
                sessions.length == 0 ? NOBODY : sessions[0].owner().present();
        Runnable copying = plan == null ? null : () -> copies(from, message, only, present, sessions);
        if (copying == null) {
            router.guarded("copying a message", () -> copies(from, message, only, present, sessions));
        }
        if (!(decision instanceof StorageDecision.Keep keep)) {
            Recipient[] to = only == null ? present : new Recipient[] {only};
            return router.end(from, message, pass(Outbound.of(xml), to, decision, plan), plan, copying);
        }
        Envelope envelope = new Envelope(judged(message, plan), from.jid().bare(), xml, keep, plan);
        CompletableFuture<Verdict> verdict =
                spools.deliver(account, envelope, only).toCompletableFuture();
        if (verdict.isDone() && !verdict.isCompletedExceptionally()) {
            router.decided(from, message, verdict.getNow(null), plan, copying);
            return StanzaOrder.DONE;
        }
        OpenVerdict watched = open == null ? router.watched(from) : open;
        watched.delivered(account, envelope);
        return verdict.handle((last, problem) -> {
            from.verdicts().remove(watched);
            if (problem == null) {
                router.decided(from, message, last, plan, copying);
            } else {
                router.report("the verdict of a spool", account, problem);
                router.failed(from, message);
            }
            return Outcome.DONE;
        });
    }

    /** A message that no spool would keep: to those who are there, now. */
    private Verdict pass(Outbound stanza, Recipient[] to, StorageDecision decision, AmpPlan plan) {
        if (plan != null && to.length > 0 && !plan.direct()) {
            return AmpPlan.RULED_OUT;
        }
        int taken = 0;
        for (Recipient recipient : to) {
            taken += router.offered(recipient, stanza) ? 1 : 0;
        }
        if (taken > 0) {
            return new Verdict.Delivered(taken);
        }
        return decision instanceof StorageDecision.Skip skip
                ? new Verdict.Skipped(skip.reason(), skip.answer())
                : new Verdict.Dropped("nobody there");
    }

    /** RFC 6121 §8 has no session for it, and the spool takes no such message. */
    private static String nobodyFor(Message message) {
        return "nobody is there for a message of type "
                + message.type().name().toLowerCase(Locale.ROOT)
                + (message.to().isFull() ? " to a resource" : "");
    }

    private CompletionStage<Outcome> refuse(Originator from, Message message, String reason, StanzaError error) {
        return router.end(
                from,
                message,
                message.type() == Message.Type.ERROR
                        ? new Verdict.Dropped(reason)
                        : new Verdict.Refused(reason, error));
    }

    private CompletionStage<Outcome> refuse(Originator from, Message message, String reason, AmpPlan plan) {
        return router.end(from, message, new Verdict.Refused(reason, StanzaError.of(SERVICE_UNAVAILABLE)), plan, null);
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
