package im.restante.filter;

import im.restante.stanza.Message;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Whiteboard: asked about every message in order of {@code service.ranking}, highest first, before the configured paths. Must not
 * block: it runs on the stream's thread. One that throws is logged and counts as {@link Opinion#NONE}.
 */
@ConsumerType
@FunctionalInterface
public interface StorageRule {
    Opinion consider(Message message);
}
