package im.restante.sasl;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * The server's side of a SASL mechanism (RFC 4422 §5) in which the client speaks first. Register it as a service: clients are offered
 * the mechanisms in the order of their {@code service.ranking}, the highest first, which should be the best. Of several with one name
 * the highest ranking is used. Safe for concurrent use.
 */
@ConsumerType
public interface SaslMechanism {
    /**
     * The registered name, such as {@code SCRAM-SHA-256}: 1 to 20 characters of A to Z, 0 to 9, hyphen and underscore (RFC 4422 §3.1).
     * Always the same. One that ends in {@code -PLUS} binds to the channel (RFC 5801 §8) and is offered only where the channel has
     * something to bind to.
     */
    String name();

    /** The exchange of one try to log in. Must not block. */
    SaslExchange begin(SaslLogin login);
}
