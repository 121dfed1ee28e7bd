package org.example.restante;

import im.restante.health.HealthCheck;
import im.restante.health.HealthFinding;
import java.util.List;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;

/**
 * Says that the server is not ready while it is configured: {@code etc/org.example.restante.maintenance.cfg} with {@code reason=} takes the
 * server out of a balancer for a while, as for maintenance.
 */
@Component(
        configurationPid = "org.example.restante.maintenance",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = HealthCheck.NAME + "=maintenance")
public final class Maintenance implements HealthCheck {
    private final String reason;

    @Activate
    public Maintenance(Map<String, Object> values) {
        reason = String.valueOf(values.get("reason"));
    }

    @Override
    public List<HealthFinding> findings() {
        return List.of(HealthFinding.notReady(reason));
    }
}
