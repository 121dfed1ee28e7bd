package im.restante.streammanagement;

import java.time.Duration;

/**
 * How long a client is waited for.
 *
 * @param auth  from the connection to the bound resource
 * @param idle  of silence before it is asked whether it is there
 * @param ping  of silence after it was asked
 * @param write how long it may read nothing while something waits for it
 */
public record Timeouts(Duration auth, Duration idle, Duration ping, Duration write) {}
