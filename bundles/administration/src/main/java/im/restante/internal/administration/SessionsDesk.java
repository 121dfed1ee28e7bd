package im.restante.internal.administration;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.admin.SessionAdministration;
import im.restante.admin.SessionDetails;
import im.restante.jid.Jid;
import im.restante.session.SessionManager;
import im.restante.xml.StreamCondition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sessions, as the session manager that is there at the moment knows them. */
@Component(service = SessionAdministration.class)
public final class SessionsDesk implements SessionAdministration {
    private static final Logger LOG = LoggerFactory.getLogger(SessionsDesk.class);
    private static final String STOCK_REASON = "An administrator ended this session";
    private static final String MISSING = "sessions are";

    private final Questions questions;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile SessionManager manager;

    @Activate
    public SessionsDesk(@Reference Questions questions) {
        this.questions = questions;
    }

    @Override
    public CompletionStage<List<SessionDetails>> sessions() {
        return questions.ask(manager, MISSING, present -> completedFuture(List.copyOf(present.sessions())));
    }

    @Override
    public CompletionStage<List<SessionDetails>> sessions(Jid account) {
        AdministrationException nonsense = Checks.account(account);
        return nonsense != null
                ? failedFuture(nonsense)
                : sessions()
                        .thenApply(all -> all.stream()
                                .filter(one -> one.jid().bare().equals(account))
                                .toList());
    }

    @Override
    public CompletionStage<Void> end(Jid session, String reason) {
        AdministrationException nonsense = Checks.session(session);
        if (nonsense != null) {
            return failedFuture(nonsense);
        }
        return ended(session, reason)
                .thenCompose(found -> found
                        ? completedFuture(null)
                        : Questions.refuse(Reason.NOT_FOUND, "there is no session " + session));
    }

    @Override
    public CompletionStage<Integer> endAll(Jid account, String reason) {
        return sessions(account).thenCompose(its -> {
            List<CompletableFuture<Boolean>> ends = its.stream()
                    .map(one -> ended(one.jid(), reason).toCompletableFuture())
                    .toList();
            return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new))
                    .thenApply(all ->
                            (int) ends.stream().filter(CompletableFuture::join).count());
        });
    }

    private CompletionStage<Boolean> ended(Jid session, String reason) {
        String text = reason == null || reason.isBlank() ? STOCK_REASON : reason.strip();
        AdministrationException nonsense = Checks.reason(text, MOST_REASON);
        if (nonsense != null) {
            return failedFuture(nonsense);
        }
        return questions
                .ask(manager, MISSING, present -> present.end(session, StreamCondition.POLICY_VIOLATION, text))
                .thenApply(found -> {
                    if (found) {
                        LOG.info("the session {} was ended by an administrator: {}", session, text);
                    }
                    return found;
                });
    }
}
