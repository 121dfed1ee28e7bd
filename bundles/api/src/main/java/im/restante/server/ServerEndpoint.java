package im.restante.server;

import java.net.InetSocketAddress;
import org.osgi.annotation.versioning.ProviderType;

/** Registered while the server accepts connections. */
@ProviderType
public interface ServerEndpoint {
    /** Service property: the port in use, an {@code Integer}; differs from the configured one if that was 0. */
    String PORT = "endpoint.port";

    /** Service property: the host it is bound to. */
    String HOST = "endpoint.host";

    /** Where it listens. */
    InetSocketAddress address();
}
