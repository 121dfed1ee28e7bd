package org.example.restante;

import im.restante.jid.Jid;
import im.restante.message.Disposition;
import im.restante.message.MessageEvent;
import im.restante.message.MessageListener;
import im.restante.store.StoredMessage;
import java.util.Collection;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes a line for every message and for what becomes of it, but never what it says, into the log of the server. */
@Component
public final class AuditLog implements MessageListener {
    private static final Logger LOG = LoggerFactory.getLogger(AuditLog.class);

    @Override
    public void decided(MessageEvent event) {
        LOG.info(
                "{} -> {} {}: {}",
                event.sender(),
                event.owner(),
                event.stanzaId().orElse("-"),
                event.verdict().getClass().getSimpleName());
    }

    @Override
    public void disposed(Jid owner, Collection<Long> arrivalIds, Disposition disposition, String how) {
        LOG.info("{} messages of {}: {}", arrivalIds.size(), owner, disposition);
    }

    @Override
    public void disposed(Collection<StoredMessage> messages, Disposition disposition, String how) {
        messages.forEach(message -> LOG.info("a message of {}: {}", message.owner(), disposition));
    }
}
