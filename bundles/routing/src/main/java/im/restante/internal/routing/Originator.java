package im.restante.internal.routing;

import im.restante.delivery.Delivery;
import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.session.Outcome;
import im.restante.stanza.Stanza;
import im.restante.xml.Element;
import java.util.concurrent.CompletionStage;

/** Who a stanza comes from, as the router sees it: a session of a client, or the server itself. Safe for concurrent use. */
interface Originator {
    /** What its stanzas are stamped with. */
    Jid jid();

    /** Whether it is the server itself: what a client's stanza must not tell a stranger, the server may know. */
    boolean isServer();

    /** Where its verdicts are watched that are not final at once. */
    OpenVerdicts verdicts();

    /**
     * Routes the next stanza of it, when its turn has come.
     *
     * @param delivery null if there is none
     * @param open     what its deadline is kept by, if it had to wait; else null
     */
    CompletionStage<Outcome> route(Stanza stanza, Admissibility admissibility, Delivery delivery, OpenVerdict open);

    /** Takes what it is told of a stanza: an error, or what the rules of a message ask for. False if it cannot be told now. */
    boolean tell(Element answer);

    /** The verdict of a message, with its rules followed. Told once, unless something fails after it; must not block or throw. */
    void decided(Verdict verdict);
}
