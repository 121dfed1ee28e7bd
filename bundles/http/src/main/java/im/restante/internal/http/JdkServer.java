package im.restante.internal.http;

import java.util.Map;

/** The bounds of the JDK's HTTP server. It reads them once, from system properties, when its first class is loaded. */
final class JdkServer {
    /** Of the first line and the header fields of a request, and of their number. */
    private static final int HEADER_BYTES = 32_768;

    private static final int HEADER_FIELDS = 100;
    /** Of a body nobody read, before the connection is closed: else the client might not see the answer. */
    static final int DRAINED_BYTES = 1_048_576;

    private static final int IDLE_SECONDS = 30;

    private JdkServer() {}

    /** What an operator has set stays. */
    static void prepare() {
        Map.of(
                        "jdk.httpserver.maxConnections", Bounds.CONNECTIONS,
                        "sun.net.httpserver.maxReqHeaderSize", HEADER_BYTES,
                        "sun.net.httpserver.maxReqHeaders", HEADER_FIELDS,
                        "sun.net.httpserver.drainAmount", DRAINED_BYTES,
                        "sun.net.httpserver.idleInterval", IDLE_SECONDS,
                        "sun.net.httpserver.nodelay", true)
                .forEach((name, value) -> {
                    if (System.getProperty(name) == null) {
                        System.setProperty(name, value.toString());
                    }
                });
    }
}
