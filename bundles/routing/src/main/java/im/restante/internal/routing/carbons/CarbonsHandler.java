package im.restante.internal.routing.carbons;

import im.restante.iq.FeatureProvider;
import im.restante.iq.IqHandler;
import im.restante.stanza.Iq;
import im.restante.stanza.StanzaError;
import im.restante.xml.Namespaces;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Lets a client turn carbons on and off for itself (XEP-0280 §4, §5), and says that it can. */
@Component(
        service = {IqHandler.class, FeatureProvider.class},
        property = {
            IqHandler.NAMESPACE + '=' + Namespaces.CARBONS,
            IqHandler.ELEMENT + "=enable",
            IqHandler.ELEMENT + "=disable"
        })
public final class CarbonsHandler implements IqHandler, FeatureProvider {
    private final CarbonSwitch switches;

    @Activate
    public CarbonsHandler(@Reference CarbonSwitch switches) {
        this.switches = switches;
    }

    @Override
    public CompletionStage<Iq> handle(Iq request) {
        return CompletableFuture.completedFuture(answer(request));
    }

    private Iq answer(Iq request) {
        if (request.type() != Iq.Type.SET) {
            return request.error(StanzaError.of(StanzaError.Condition.BAD_REQUEST, "carbons are set, not asked for"));
        }
        boolean enable =
                request.payload().filter(p -> p.name().equals("enable")).isPresent();
        return switches.carbons(request.from(), enable)
                ? request.result()
                : request.error(StanzaError.of(StanzaError.Condition.ITEM_NOT_FOUND));
    }

    @Override
    public Set<String> serverFeatures() {
        return Set.of(Namespaces.CARBONS);
    }

    @Override
    public Set<String> accountFeatures() {
        return Set.of(Namespaces.CARBONS);
    }
}
