package im.restante.streammanagement;

import java.time.Duration;

/**
 * What may be kept for one client.
 *
 * @param limit         stanzas that may wait for it
 * @param bytes         and their bytes; of what it has not acknowledged as much again
 * @param resumeTimeout how long a client that was cut may come back to its stream; zero: it cannot
 */
public record StreamBounds(int limit, int bytes, Duration resumeTimeout) {}
