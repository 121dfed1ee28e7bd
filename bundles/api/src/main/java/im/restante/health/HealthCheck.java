package im.restante.health;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Finds out whether something works. Register it as a service with {@link #NAME}; there may be many. All are asked when somebody wants to
 * know whether the server is ready: over HTTP ({@code GET /health/ready}), a balancer every few seconds.
 *
 * <p>Each is asked on a thread of its own, never by two at once, and has eight seconds: it may wait for a store or a disk. One that has
 * no answer by then, or throws, counts as a finding that says so: nobody knows whether what it looks at works.
 */
@ConsumerType
@FunctionalInterface
public interface HealthCheck {
    /** Service property, required: a {@code String} of one word, such as {@code stores}, that names it in answers. */
    String NAME = "health.name";

    /** What is wrong now; empty if nothing is. */
    List<HealthFinding> findings();
}
