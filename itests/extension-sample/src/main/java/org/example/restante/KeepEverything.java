package org.example.restante;

import im.restante.archive.ArchivePolicy;
import im.restante.jid.Jid;
import im.restante.stanza.Message;
import im.restante.store.MessageArchive;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/**
 * Keeps a copy of every message that is stored, as soon as {@code org.example.restante.keep} is configured, in the archive with the
 * highest ranking that is there then; {@code archive.target=(store.id=memory)} chooses another. Clients cannot ask for the copies.
 */
@Component(configurationPid = "org.example.restante.keep", configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class KeepEverything implements ArchivePolicy {
    private static final CompletionStage<Boolean> YES = CompletableFuture.completedStage(true);

    private final MessageArchive archive;

    @Activate
    public KeepEverything(@Reference(name = "archive") MessageArchive archive) {
        this.archive = archive;
    }

    @Override
    public MessageArchive archive() {
        return archive;
    }

    @Override
    public CompletionStage<Boolean> keeps(Jid owner, Message message) {
        return YES;
    }
}
