package im.restante.internal.roster;

import im.restante.iq.IqHandler;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Reads and edits the roster (RFC 6121 §2), with versions (§2.6). Another's roster is {@code forbidden}. */
@Component(
        service = IqHandler.class,
        property = {
            IqHandler.NAMESPACE + "=" + Namespaces.ROSTER,
            IqHandler.ELEMENT + "=query",
            IqHandler.SCOPE + "=" + IqHandler.OWN,
            IqHandler.SCOPE + "=" + IqHandler.OTHER
        })
public final class RosterHandler implements IqHandler {
    /** Most UTF-8 bytes of a contact's name and of a group's. */
    static final int NAME_MAX_BYTES = 1_023;

    /** Most UTF-8 bytes of a contact's name and its groups' together. */
    static final int NAMES_MAX_BYTES = 16 * 1024;

    /** Most groups of one contact. */
    static final int GROUPS_MAX = 100;

    private final RosterService rosters;

    @Activate
    public RosterHandler(@Reference RosterService rosters) {
        this.rosters = rosters;
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        Jid account = request.from().bare();
        if (request.to() != null && !request.to().equals(account)) {
            return answer(request, Condition.FORBIDDEN);
        }
        Element query = request.payload().orElseThrow();
        return request.type() == Iq.Type.GET ? get(request, query) : set(request, query);
    }

    private CompletionStage<Iq> get(Iq request, Element query) {
        return rosters.cache().inTurn(request.from(), cached -> {
            Roster roster = cached.roster;
            rosters.subscriptions().interest(request.from(), roster);
            if (roster.version().equals(query.attribute("ver"))) {
                return CompletableFuture.completedStage(request.result());
            }
            Element.Builder answer = Element.builder(Namespaces.ROSTER, "query").attribute("ver", roster.version());
            roster.listed().forEach(contact -> answer.child(contact.item()));
            return CompletableFuture.completedStage(request.result(answer.build()));
        });
    }

    private CompletionStage<Iq> set(Iq request, Element query) {
        List<Element> items = query.children();
        if (items.size() != 1 || !items.get(0).is(Namespaces.ROSTER, "item")) {
            return answer(request, Condition.BAD_REQUEST);
        }
        Element item = items.get(0);
        if (item.attribute("jid") == null) {
            return answer(request, Condition.BAD_REQUEST);
        }
        Jid account = request.from().bare();
        Jid contact;
        try {
            contact = Jid.of(item.attribute("jid")).bare();
        } catch (InvalidJidException e) {
            return answer(request, Condition.JID_MALFORMED);
        }
        if ("remove".equals(item.attribute("subscription"))) {
            return rosters.subscriptions()
                    .remove(account, contact)
                    .thenApply(removed -> removed ? request.result() : error(request, Condition.ITEM_NOT_FOUND));
        }
        Condition flaw = contact.equals(account) ? Condition.NOT_ALLOWED : flaw(item);
        if (flaw != null) {
            return answer(request, flaw);
        }
        String name = item.attribute("name");
        return rosters.subscriptions()
                .put(account, contact, name == null || name.isEmpty() ? null : name, Contact.groups(item))
                .thenApply(put -> put ? request.result() : error(request, Condition.RESOURCE_CONSTRAINT));
    }

    /** RFC 6121 §2.3.3; null if there is none. */
    private static Condition flaw(Element item) {
        List<String> groups = Contact.groups(item);
        if (new HashSet<>(groups).size() != groups.size()) {
            return Condition.BAD_REQUEST;
        }
        boolean bad = groups.size() > GROUPS_MAX
                || isTooLong(item.attribute("name"))
                || groups.stream().anyMatch(group -> group.isEmpty() || isTooLong(group));
        return bad
                        || bytes(item.attribute("name"))
                                        + groups.stream()
                                                .mapToInt(RosterHandler::bytes)
                                                .sum()
                                > NAMES_MAX_BYTES
                ? Condition.NOT_ACCEPTABLE
                : null;
    }

    private static boolean isTooLong(String text) {
        return bytes(text) > NAME_MAX_BYTES;
    }

    private static int bytes(String text) {
        return text == null ? 0 : text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static Iq error(Iq request, Condition condition) {
        return request.error(StanzaError.of(condition));
    }

    private static CompletionStage<Iq> answer(Iq request, Condition condition) {
        return CompletableFuture.completedStage(error(request, condition));
    }
}
