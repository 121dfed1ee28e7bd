package im.restante.internal.iq;

import im.restante.jid.Jid;
import im.restante.roster.Directory;
import im.restante.roster.Directory.LiveSession;
import im.restante.roster.Rosters;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/**
 * What somebody who is subscribed to an account may learn of it (XEP-0030 §8). Nobody counts as subscribed while there are no
 * rosters, and nobody to an account that does not exist. Safe for concurrent use.
 */
@Component(service = Subscribers.class)
public final class Subscribers {
    private volatile Rosters rosters;
    private volatile Directory directory;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindRosters(Rosters present) {
        rosters = present;
    }

    void unbindRosters(Rosters gone) {
        if (rosters == gone) {
            rosters = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindDirectory(Directory present) {
        directory = present;
    }

    void unbindDirectory(Directory gone) {
        if (directory == gone) {
            directory = null;
        }
    }

    /** Whether the viewer is subscribed to the account's presence. Fails as {@link Rosters#maySeePresence} does. */
    CompletionStage<Boolean> has(Jid account, Jid viewer) {
        Rosters present = rosters;
        return present == null
                ? CompletableFuture.completedFuture(false)
                : present.maySeePresence(account.bare(), viewer.bare());
    }

    /** Full addresses of the sessions that are available. */
    List<Jid> available(Jid account) {
        Directory present = directory;
        return present == null
                ? List.of()
                : present.sessions(account.bare()).stream()
                        .filter(session -> session.presence() != null)
                        .map(LiveSession::jid)
                        .toList();
    }
}
