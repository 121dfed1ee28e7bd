package im.restante.sasl;

import org.jspecify.annotations.Nullable;

/** What the server says in a SASL exchange (RFC 6120 §6.4). Arrays are shared and must not be changed. */
public sealed interface SaslStep {
    /** The exchange goes on: the client is to answer this. */
    static Challenge challenge(byte[] data) {
        return new Challenge(data);
    }

    /**
     * The client is who it claimed to be.
     *
     * @param data for the client; null if there is none
     */
    static Success success(byte @Nullable [] data) {
        return new Success(data);
    }

    /** The exchange goes on: the client is to answer this. */
    @SuppressWarnings("ArrayRecordComponent")
    record Challenge(byte[] data) implements SaslStep {}

    /**
     * The client is who it claimed to be ({@link SaslLogin#claim}).
     *
     * @param data for the client, such as a proof that the server knows the secret too; null if there is none
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Success(byte @Nullable [] data) implements SaslStep {}
}
