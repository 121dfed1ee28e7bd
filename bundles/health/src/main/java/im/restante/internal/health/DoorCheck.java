package im.restante.internal.health;

import im.restante.health.HealthCheck;
import im.restante.health.HealthFinding;
import im.restante.server.ServerEndpoint;
import java.util.List;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Whether clients can connect. Here, since whoever lets them in cannot say that it is not there. */
@Component(property = HealthCheck.NAME + "=clients")
public final class DoorCheck implements HealthCheck {
    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ServerEndpoint door;

    @Override
    public List<HealthFinding> findings() {
        return door == null
                ? List.of(HealthFinding.notReady(
                        "clients cannot connect: the server starts or stops, or its bundle c2s does"
                                + " not run, of which the log tells"))
                : List.of();
    }
}
