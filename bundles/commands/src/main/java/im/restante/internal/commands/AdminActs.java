package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.admin.AdministrationException;
import im.restante.command.CommandNote;
import im.restante.command.CommandNote.Severity;
import im.restante.command.CommandStep;
import im.restante.internal.support.Failures;
import im.restante.jid.Jid;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out what an administrator asked for, leaves a line for each act, and words what became of it (XEP-0133 §5). */
@Component(service = AdminActs.class)
public final class AdminActs {
    /** Accounts of one form. */
    static final int MOST_ACCOUNTS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(AdminActs.class);

    private final AuditLines audit;

    @Activate
    public AdminActs(@Reference AuditLines audit) {
        this.audit = audit;
    }

    /**
     * One act.
     *
     * @param what in words, for the line
     * @param whom for the line; never a secret
     */
    CompletionStage<CommandStep> one(Jid who, String what, Object whom, CompletionStage<?> act) {
        return answer(who, what, whom, act, done -> CommandStep.done());
    }

    /** One act with a result. */
    <T> CompletionStage<CommandStep> answer(
            Jid who, String what, Object whom, CompletionStage<T> act, Function<T, CommandStep> result) {
        return act.handle((value, problem) -> {
            audit.write(who, what, whom, outcome(problem));
            return problem == null ? result.apply(value) : refused(problem);
        });
    }

    /** The same act on several accounts, one after the other; one that fails keeps the others from nothing. */
    CompletionStage<CommandStep> each(Jid who, String what, List<Jid> accounts, Function<Jid, CompletionStage<?>> act) {
        if (accounts.size() > MOST_ACCOUNTS) {
            return completedFuture(CommandStep.unfit("At most " + MOST_ACCOUNTS + " accounts at once"));
        } else if (accounts.size() == 1) {
            return one(who, what, accounts.get(0), act.apply(accounts.get(0)));
        }
        List<CommandNote> notes = new ArrayList<>(); // by one thread after another
        CompletionStage<Void> all = completedFuture(null);
        for (Jid account : accounts) {
            all = all.thenCompose(before -> act.apply(account).handle((value, problem) -> {
                String outcome = outcome(problem);
                audit.write(who, what, account, outcome);
                if (problem != null) {
                    notes.add(new CommandNote(Severity.ERROR, account + ": " + outcome));
                }
                return null;
            }));
        }
        return all.thenApply(done -> CommandStep.done(notes));
    }

    private static String outcome(Throwable problem) {
        if (problem == null) {
            return "done";
        }
        Throwable inner = Failures.unwrap(problem);
        return inner instanceof AdministrationException known
                ? "not done: " + known.getMessage()
                : "not done: an error in the server; the log has it";
    }

    private static CommandStep refused(Throwable problem) {
        Throwable inner = Failures.unwrap(problem);
        if (!(inner instanceof AdministrationException known)) {
            LOG.error("a command of an administrator failed; please report it", inner);
            return CommandStep.failed(StanzaError.of(Condition.INTERNAL_SERVER_ERROR));
        }
        String text = known.getMessage();
        return switch (known.reason()) {
            case INVALID -> CommandStep.unfit(text);
            case NOT_FOUND -> CommandStep.failed(StanzaError.of(Condition.ITEM_NOT_FOUND, text));
            case CONFLICT -> CommandStep.failed(StanzaError.of(Condition.CONFLICT, text));
            case NOT_ALLOWED -> CommandStep.failed(StanzaError.of(Condition.NOT_ALLOWED, text));
            case UNAVAILABLE -> CommandStep.failed(StanzaError.of(Condition.RESOURCE_CONSTRAINT, text));
        };
    }
}
