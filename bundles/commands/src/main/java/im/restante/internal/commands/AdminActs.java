package im.restante.internal.commands;

import static java.util.concurrent.CompletableFuture.completedFuture;

import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.admin.Administrators;
import im.restante.command.CommandStep;
import im.restante.internal.support.Failures;
import im.restante.internal.support.LogLimit;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import im.restante.stanza.StanzaError;
import im.restante.stanza.StanzaError.Condition;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what an administrator asked for, leaves a line for each act, and words what became of it (XEP-0133 §5). What has several
 * parts asks its {@link Permit} before each: no part begins when the right is gone, or when the step is about to be given up.
 */
@Component(service = AdminActs.class)
public final class AdminActs {
    /** Accounts of one form. */
    static final int MOST_ACCOUNTS = 100;

    /** From the beginning of a step to its last part, so that the client is answered before the step is given up. */
    static final Duration TIME = AdHocCommands.STEP.minusSeconds(5);

    static final String NO_TIME = "no time was left";
    private static final String NO_RIGHT = "the right was taken away";
    private static final int BYTES_IF_UNKNOWN = 65_536;
    private static final Logger LOG = LoggerFactory.getLogger(AdminActs.class);

    private final AuditLines audit;
    private final LongSupplier nanoTime;
    private final Duration time;
    private final LogLimit failures = LogLimit.perMinute(System::nanoTime);
    private volatile Administrators administrators; // null: nobody is one
    private volatile ServerInfo server; // null: its bounds are not known

    @Activate
    public AdminActs(@Reference AuditLines audit) {
        this(audit, System::nanoTime, TIME);
    }

    AdminActs(AuditLines audit, LongSupplier nanoTime, Duration time) {
        this.audit = audit;
        this.nanoTime = nanoTime;
        this.time = time;
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindAdministrators(Administrators present) {
        administrators = present;
    }

    void unbindAdministrators(Administrators gone) {
        if (administrators == gone) { // else its successor is bound already
            administrators = null;
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void bindServer(ServerInfo present) {
        server = present;
    }

    void unbindServer(ServerInfo gone) {
        if (server == gone) {
            server = null;
        }
    }

    /** Leave for a step that begins now. */
    Permit permit(Jid who) {
        long begun = nanoTime.getAsLong();
        return () -> {
            if (!isAdministrator(who)) {
                return new AdministrationException(Reason.NOT_ALLOWED, NO_RIGHT);
            }
            return nanoTime.getAsLong() - begun < time.toNanos()
                    ? null
                    : new AdministrationException(Reason.UNAVAILABLE, NO_TIME);
        };
    }

    private boolean isAdministrator(Jid who) {
        Administrators present = administrators;
        return present != null && Failures.orElse(() -> present.isAdministrator(who), false, this::report);
    }

    /** What an answer may be filled with: half of a stanza. */
    Room room() {
        ServerInfo present = server;
        return new Room((present == null ? BYTES_IF_UNKNOWN : present.maxStanzaBytes()) / 2);
    }

    /**
     * One act.
     *
     * @param what in words, for the line
     * @param whom for the line; never a secret
     * @param act  begun at once; may throw
     */
    <T> CompletionStage<CommandStep> one(
            Jid who, String what, Object whom, Supplier<? extends CompletionStage<T>> act) {
        return answer(who, what, whom, act, done -> CommandStep.done());
    }

    /** One act with a result. */
    <T> CompletionStage<CommandStep> answer(
            Jid who,
            String what,
            Object whom,
            Supplier<? extends CompletionStage<T>> act,
            Function<T, CommandStep> result) {
        return Failures.<T>stage(act).handle((value, problem) -> {
            audit.write(who, what, whom, outcome(problem));
            return problem == null ? result.apply(value) : refused(problem);
        });
    }

    /** The same act on several accounts, one after the other; a failure does not stop the others. */
    <T> CompletionStage<CommandStep> each(
            Jid who, String what, List<Jid> accounts, Function<Jid, ? extends CompletionStage<T>> act) {
        if (accounts.size() > MOST_ACCOUNTS) {
            return completedFuture(CommandStep.unfit("At most " + MOST_ACCOUNTS + " accounts at once"));
        } else if (accounts.size() == 1) {
            return one(who, what, accounts.get(0), () -> act.apply(accounts.get(0)));
        }
        return new Round(permit(who), accounts, room())
                .run(
                        account -> Failures.<T>stage(() -> act.apply(account)).handle((value, problem) -> {
                            String outcome = outcome(problem);
                            audit.write(who, what, account, outcome);
                            return problem == null ? null : outcome;
                        }),
                        (account, why) -> leftOut(who, what, account, why),
                        time);
    }

    /** A line for what was asked for and will not be done. */
    void leftOut(Jid who, String what, Object whom, String why) {
        audit.write(who, what, whom, "not done: " + why);
    }

    private String outcome(Throwable problem) {
        if (problem == null) {
            return "done";
        }
        Throwable inner = Failures.unwrap(problem);
        if (inner instanceof AdministrationException known) {
            return "not done: " + known.getMessage();
        }
        report(inner);
        return "not done: an error in the server; the log has it";
    }

    private void report(Throwable problem) {
        if (failures.isDue()) {
            LOG.error("a command of an administrator failed; please report it{}", failures.more(), problem);
        }
    }

    private static CommandStep refused(Throwable problem) {
        if (!(Failures.unwrap(problem) instanceof AdministrationException known)) {
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
