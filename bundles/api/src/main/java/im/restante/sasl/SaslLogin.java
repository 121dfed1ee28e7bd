package im.restante.sasl;

import im.restante.jid.Jid;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.versioning.ProviderType;

/** A client that wants to log in, as its mechanism sees it. Valid for one try. */
@ProviderType
public interface SaslLogin {
    /**
     * Says who the client claims to be, before anything is compared: once in each exchange. Whoever guesses is slowed down or refused
     * here ({@link im.restante.limit.Limits#login}).
     *
     * @param username as the client wrote it; it is prepared here (RFC 7622 §3.3)
     * @param authzid  whom the client wants to act as; null or empty if it did not say. Only its own address is allowed (RFC 6120 §6.3.8)
     * @return completes with the account, bare, which need not exist, after the pause that the limits want, on any thread, which must not be blocked; exceptionally
     *     with a {@link SaslFailure} to be passed on
     */
    CompletionStage<Jid> claim(String username, @Nullable String authzid);

    /** Names of the mechanisms that this client was offered, the best first. */
    List<String> offered();

    /** Data that ties the login to the TLS connection, by channel binding type (RFC 5056), the best first; empty without TLS. */
    Map<String, byte[]> channelBindings();

    /** Where the client is. */
    InetAddress client();
}
