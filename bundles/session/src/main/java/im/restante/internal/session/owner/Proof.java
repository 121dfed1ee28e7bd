package im.restante.internal.session.owner;

import im.restante.store.StoredMessage;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Hands stored messages to a session and decides when they count as received. */
@FunctionalInterface
public interface Proof {
    /** What has been written to the socket counts as received. */
    Proof WRITTEN = Recipient::sendStored;

    /**
     * Hands over one page.
     *
     * @return completes when the rows may be removed; exceptionally when the session ended before: they stay
     */
    CompletionStage<Void> hand(Recipient to, List<StoredMessage> page);
}
