package im.restante.sasl;

import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * One try to log in. It is asked for one message at a time and forgotten when the try is over, also in the middle. It must not block;
 * what it throws or completes with beside a {@link SaslFailure} is logged, and the client may try again later
 * ({@code temporary-auth-failure}).
 */
@ConsumerType
@FunctionalInterface
public interface SaslExchange {
    /**
     * What the server says to a message of the client.
     *
     * @param message what the client sent, decoded; empty for an empty message
     * @return completes on any thread; exceptionally with a {@link SaslFailure} as if it were thrown
     * @throws SaslFailure if the try has failed
     */
    CompletionStage<SaslStep> answer(byte[] message) throws SaslFailure;
}
