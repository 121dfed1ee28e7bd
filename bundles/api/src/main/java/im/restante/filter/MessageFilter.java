package im.restante.filter;

import im.restante.stanza.Message;
import org.osgi.annotation.versioning.ProviderType;

/** All storage rules and the defaults, as one question. Safe for concurrent use; never blocks. */
@ProviderType
public interface MessageFilter {
    /** {@link Opinion.Keep} or {@link Opinion.Skip}, with the entry that decided; never {@link Opinion.None}. */
    Opinion decide(Message message);
}
