package im.restante.internal.routing;

import static im.restante.stanza.StanzaError.Condition.INTERNAL_SERVER_ERROR;
import static im.restante.stanza.StanzaError.Condition.REMOTE_SERVER_NOT_FOUND;

import im.restante.delivery.Delivery;
import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.route.NextHop;
import im.restante.session.Outbound;
import im.restante.session.Outcome;
import im.restante.stanza.Presence;
import im.restante.stanza.Stanza;
import im.restante.stanza.StanzaError;
import im.restante.xml.Element;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** Directed presence that the server sends in its own name: to those who are there, and kept by nobody (RFC 6121 §4.6, §8.5). */
final class OwnPresence extends OwnStanza<Verdict> {
    OwnPresence(Presence presence, int bytes, long since, Consumer<OwnStanza<?>> onSettled) {
        super(presence, bytes, since, onSettled);
    }

    @Override
    public CompletionStage<Outcome> route(
            Stanza stanza, Admissibility admissibility, Delivery delivery, OpenVerdict open) {
        settle(verdict(stanza, admissibility));
        return StanzaOrder.DONE;
    }

    private Verdict verdict(Stanza presence, Admissibility admissibility) {
        if (admissibility == Admissibility.UNKNOWN) {
            return new Verdict.Failed(
                    "the block lists could not be read",
                    StanzaError.of(INTERNAL_SERVER_ERROR).later());
        }
        NextHop hop = router().routes().next(presence.to());
        if (hop == NextHop.Local.SERVER) {
            return new Verdict.Dropped("to the server itself");
        } else if (hop != NextHop.Local.ACCOUNT) {
            return new Verdict.Refused("another domain", StanzaError.of(REMOTE_SERVER_NOT_FOUND));
        } else if (admissibility != Admissibility.OPEN) {
            return new Verdict.Dropped("the recipient blocks the sender");
        }
        Outbound written = Outbound.of(router().serialize(presence.element()));
        Jid to = presence.to();
        int taken = 0;
        for (Session session : router().registry().of(to.bare())) {
            boolean isAddressed = to.isFull() ? session.jid().equals(to) : session.presence() != null;
            taken += isAddressed && router().offered(session, written) ? 1 : 0;
        }
        return taken == 0 ? new Verdict.Dropped("nobody there") : new Verdict.Delivered(taken);
    }

    @Override
    public boolean tell(Element error) {
        fail("it could not be routed", null); // only what failed is answered here
        return true;
    }

    @Override
    Verdict failed(String reason, StanzaError error) {
        return new Verdict.Failed(reason, error);
    }
}
