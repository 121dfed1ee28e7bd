package im.restante.http;

import org.osgi.annotation.versioning.ProviderType;

/** Where one audience is served; registered as a service, with the property {@link HttpResource#AUDIENCE}, while its listener is open. */
@ProviderType
public interface HttpEndpoint {
    /** The address it is bound to, as text. */
    String host();

    /** The port in use; differs from the configured one if that is 0. */
    int port();

    /** Whether it speaks TLS ({@code https}). */
    boolean isEncrypted();
}
