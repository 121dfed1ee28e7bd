package im.restante.internal.roster;

import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Reads and edits the block list (XEP-0191). */
@Component(
        service = {IqHandler.class, FeatureProvider.class},
        property = {
            IqHandler.NAMESPACE + "=" + Namespaces.BLOCKING,
            IqHandler.ELEMENT + "=blocklist",
            IqHandler.ELEMENT + "=block",
            IqHandler.ELEMENT + "=unblock",
            IqHandler.SCOPE + "=" + IqHandler.OWN
        })
public final class BlockingHandler implements IqHandler, FeatureProvider {
    private final RosterService rosters;

    @Activate
    public BlockingHandler(@Reference RosterService rosters) {
        this.rosters = rosters;
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(Namespaces.BLOCKING);
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        Element payload = request.payload().orElseThrow();
        boolean get = request.type() == Iq.Type.GET;
        if (get != payload.name().equals("blocklist")) {
            return answer(request, Condition.BAD_REQUEST);
        }
        if (get) {
            return rosters.blocking()
                    .list(request.from())
                    .thenApply(items -> request.result(Blocking.payload("blocklist", items)));
        }
        Jid account = request.from().bare();
        Set<Jid> items = new LinkedHashSet<>();
        for (Element item : payload.children()) {
            if (!item.is(Namespaces.BLOCKING, "item") || item.attribute("jid") == null) {
                return answer(request, Condition.BAD_REQUEST);
            }
            try {
                items.add(Jid.of(item.attribute("jid")));
            } catch (InvalidJidException e) {
                return answer(request, Condition.JID_MALFORMED);
            }
        }
        if (payload.name().equals("unblock")) {
            return done(request, rosters.blocking().unblock(account, items));
        }
        if (items.isEmpty()) {
            return answer(request, Condition.BAD_REQUEST);
        }
        if (items.stream().anyMatch(item -> item.bare().equals(account))) {
            return answer(request, Condition.NOT_ALLOWED); // nothing would come of it: own resources are never blocked
        }
        return done(request, rosters.blocking().block(account, items));
    }

    private static CompletionStage<Iq> done(Iq request, CompletionStage<Boolean> change) {
        return change.thenApply(
                done -> done ? request.result() : request.error(StanzaError.of(Condition.RESOURCE_CONSTRAINT)));
    }

    private static CompletionStage<Iq> answer(Iq request, Condition condition) {
        return CompletableFuture.completedStage(request.error(StanzaError.of(condition)));
    }
}
