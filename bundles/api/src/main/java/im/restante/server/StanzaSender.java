package im.restante.server;

import im.restante.delivery.Verdict;
import im.restante.stanza.Iq;
import im.restante.stanza.Message;
import im.restante.stanza.Presence;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Sends stanzas in the name of the server or of one of its sub-domains, and tells what became of them. A service; take it by a
 * reference of any policy: it stays while routing, and all that routing needs, is replaced. Another domain is another service.
 *
 * <p><b>Addresses.</b> {@code from} is the server's domain without a resource, or any address at a sub-domain of it
 * ({@code room@conference.example.org/nick}); null means the server's domain. {@code to} is required. A stanza of a bundle has the bound
 * of a client's: {@link ServerInfo#maxStanzaBytes()}, with both addresses written into it. What breaks one of these rules, or cannot be
 * written as XML, is refused with an {@link IllegalArgumentException} that says which, and nothing is sent.
 *
 * <p><b>Order and threads.</b> Every method returns at once and may be called from any thread, also from a listener's. What one thread
 * sends to one account is routed in the order of the calls. Stages complete on a thread kept for that, a refusal for want of room at
 * once; who blocks it keeps the answers of other bundles waiting, and, since those count as without an answer, in the end their stanzas.
 *
 * <p><b>Nothing hangs.</b> Every stage completes, and none exceptionally. While routing is being replaced a stanza waits as long as
 * {@code swap-timeout-seconds} says (5 s at the start of the server), behind others to the same account for a minute, and each has the deadline of a client's stanza ({@code store-timeout-seconds}). At most
 * {@value #MOST_WAITING} stanzas may be without an answer, those that wait for a client's included, and they may have
 * {@value #MOST_BYTES} bytes together; one more is answered {@code resource-constraint} of type {@code wait}. When the server, or its
 * routing, stops, what has no answer gets {@link Verdict.Failed}, or {@code service-unavailable} of type {@code wait}. It may have been
 * carried out all the same.
 */
@ProviderType
public interface StanzaSender {
    /** Stanzas that may be without an answer, of all bundles together. */
    int MOST_WAITING = 1024;

    /** Bytes that those may have together, as they are written. */
    int MOST_BYTES = 16 << 20;

    /** The longest time that {@link #ask} waits. */
    Duration LONGEST_QUESTION = Duration.ofMinutes(10);

    /**
     * Sends a message. It takes the way of a client's message: storage rules, the limits of the pair (the sender is {@code from}, bare),
     * block lists, carbons, its own rules (XEP-0079), and message listeners, among them the one that sends. Nobody can block the server's
     * domain itself.
     *
     * <p>The verdict is the whole answer. What a client would be sent beside it (an error, what a rule reports) goes to nobody, now and
     * later, and so does what somebody sends to {@code from}.
     *
     * @return the final verdict: {@link Verdict.Delivered}, {@link Verdict.Stored} once it is committed, or why it is neither
     */
    CompletionStage<Verdict> send(Message message);

    /**
     * Sends directed presence (RFC 6121 §4.6) to those who are online: to the session that {@code to} names, or to all available sessions
     * of the account. Nobody keeps it, and no roster is asked or changed; whoever shows itself as available sends
     * {@code unavailable} in the end.
     *
     * @param presence of no type, {@code unavailable} or {@code error}; subscriptions and probes are refused with an
     *     {@link IllegalArgumentException}
     * @return {@link Verdict.Delivered} with the number of sessions; {@link Verdict.Dropped} if there is none, or the recipient blocks
     *     {@code from}
     */
    CompletionStage<Verdict> send(Presence presence);

    /**
     * Asks a client, or what answers for the server or an account here, and waits for the answer.
     *
     * <p>The request is sent with an id that nobody can guess, in the place of its own. An answer is taken from the address that was
     * asked, and from no other (RFC 6120 §8.1.2.1), once.
     *
     * @param request of type get or set, with exactly one child
     * @param timeout longer than zero, {@link #LONGEST_QUESTION} at most; counted from the call
     * @return the answer: a result or an error, with the id under which it was sent. Errors of the server itself come from the address
     *     that was asked, too: {@code service-unavailable} if nobody is there, {@code remote-server-timeout} if there was no answer in time
     */
    CompletionStage<Iq> ask(Iq request, Duration timeout);
}
