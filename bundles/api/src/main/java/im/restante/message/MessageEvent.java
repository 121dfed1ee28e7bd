package im.restante.message;

import im.restante.delivery.Verdict;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.osgi.annotation.versioning.ProviderType;

/** A message that has its verdict. Does not change; safe for concurrent use. */
@ProviderType
public interface MessageEvent {
    /** Whom it was for, bare. */
    Jid owner();

    /** Whom it came from, bare. */
    Jid sender();

    /** As it was routed: with its sender's address, without forged marks. */
    Message message();

    /** What became of it. If it is stored, it is committed. */
    Verdict verdict();

    /** Its place among its owner's messages; empty if it was given none, since it could not have been stored. */
    default OptionalLong arrivalId() {
        return OptionalLong.empty();
    }

    /** As what its owner's clients know it (XEP-0359); empty together with {@link #arrivalId}. */
    default Optional<String> stanzaId() {
        return Optional.empty();
    }

    /** When it came, by the server's clock, which is the stamp it has if it waits (XEP-0203); empty together with {@link #arrivalId}. */
    default Optional<Instant> receivedAt() {
        return Optional.empty();
    }
}
