package im.restante.internal.http;

import java.time.Duration;

/**
 * What one client and one resource can take.
 *
 * @param headers         for a request's first line and header fields, and for the TLS handshake before
 * @param grace           that the client may keep a thread waiting for it, for the body of a request, and for that of a response
 * @param linger          for a client to send on after its request was refused: it may not see the answer if it is cut at once
 * @param bytesPerSecond  that a client is to send or take beyond the grace
 * @param answer          for a resource to answer, from the last part of the body that it read
 * @param afterwards      for a resource that is gone, to end what it has begun
 * @param stop            for all requests to end when a listener closes
 * @param requestsAtATime of one resource
 * @param turns           requests that one listener is at work on, reading included
 */
record Bounds(
        Duration headers,
        Duration grace,
        Duration linger,
        int bytesPerSecond,
        Duration answer,
        Duration afterwards,
        Duration stop,
        int requestsAtATime,
        int turns) {
    /** Of one listener, open at a time; the JDK's server closes further ones at once. */
    static final int CONNECTIONS = 512;

    static final Bounds USUAL = new Bounds(
            Duration.ofSeconds(10),
            Duration.ofSeconds(20),
            Duration.ofSeconds(2),
            1_024,
            Duration.ofSeconds(30),
            Duration.ofSeconds(5),
            Duration.ofSeconds(2),
            64,
            CONNECTIONS);
}
