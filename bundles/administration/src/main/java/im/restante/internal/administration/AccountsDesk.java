package im.restante.internal.administration;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;

import im.restante.account.Accounts;
import im.restante.admin.AccountAdministration;
import im.restante.admin.AccountLimit;
import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.internal.support.Lexical;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import im.restante.server.ServerInfo;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Accounts and their limits, as the services that are there at the moment know them. */
@Component(service = AccountAdministration.class)
public final class AccountsDesk implements AccountAdministration {
    private static final String ACCOUNTS = "accounts are";
    private static final String LIMITS = "limits of accounts are";

    private final Questions questions;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile Accounts accounts;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile UserLimits limits;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ServerInfo server;

    @Activate
    public AccountsDesk(@Reference Questions questions) {
        this.questions = questions;
    }

    private record Limit(int inForce, OptionalInt own, boolean isOwnAllowed) implements AccountLimit {}

    @Override
    public CompletionStage<List<Jid>> accounts(String prefix, Jid after, int max) {
        AdministrationException nonsense = Checks.number("the number of accounts", max, 1, MOST_ACCOUNTS);
        if (nonsense != null) {
            return failedFuture(nonsense);
        }
        if (prefix == null || prefix.isEmpty()) {
            return questions.ask(accounts, ACCOUNTS, present -> present.list(after, max));
        }
        ServerInfo info = server;
        if (info == null) {
            return Questions.refuse(Reason.UNAVAILABLE, "the server's domain is not known yet; try again soon");
        }
        NamePrefix wanted = NamePrefix.of(prefix, info.domain().domain());
        if (wanted == null) {
            return failedFuture(Checks.invalid(
                    "no account's name begins with " + prefix + "; a prefix is the beginning of what stands before @"));
        }
        Jid from = wanted.before();
        Jid start = after == null || from != null && NamePrefix.order(after, from) < 0 ? from : after;
        return wanted.page(
                start, max, last -> questions.ask(accounts, ACCOUNTS, present -> present.list(last, MOST_ACCOUNTS)));
    }

    @Override
    public CompletionStage<Boolean> exists(Jid account) {
        return ofAccount(account, present -> present.exists(account));
    }

    @Override
    public CompletionStage<Void> mayAdd(Jid account) {
        AdministrationException foreign = foreign(account);
        return foreign != null
                ? failedFuture(foreign)
                : exists(account).thenCompose(there -> there ? present(account) : completedFuture(null));
    }

    @Override
    public CompletionStage<Void> add(Jid account, String password) {
        requireNonNull(password, "password");
        AdministrationException foreign = foreign(account);
        return foreign != null
                ? failedFuture(foreign)
                : ofAccount(account, present -> present.create(account, password))
                        .thenCompose(made -> made ? completedFuture(null) : present(account));
    }

    private AdministrationException foreign(Jid account) {
        ServerInfo info = server;
        return info == null || account.domain().equals(info.domain().domain())
                ? null
                : Checks.invalid(
                        "this server has the domain " + info.domain() + ", and no accounts of " + account.domain());
    }

    private static <T> CompletionStage<T> present(Jid account) {
        return Questions.refuse(Reason.CONFLICT, "there is an account " + account + " already");
    }

    @Override
    public CompletionStage<Void> setPassword(Jid account, String password) {
        requireNonNull(password, "password");
        return ofAccount(account, present -> present.changePassword(account, password))
                .thenCompose(known -> known ? completedFuture(null) : unknown(account));
    }

    @Override
    public CompletionStage<Void> remove(Jid account) {
        return ofAccount(account, present -> present.remove(account))
                .thenCompose(known -> known ? completedFuture(null) : unknown(account));
    }

    @Override
    public CompletionStage<AccountLimit> limit(Jid account) {
        return exists(account).thenCompose(known -> known ? limitOf(account) : unknown(account));
    }

    private CompletionStage<AccountLimit> limitOf(Jid account) {
        return questions.ask(
                limits,
                LIMITS,
                present -> present.limit(account)
                        .thenCompose(inForce -> ofAccount(
                                        account, its -> its.setting(account, UserLimits.NODE, UserLimits.KEY))
                                .thenApply(value -> new Limit(inForce, own(value), present.enabled()))));
    }

    /** One that cannot be read counts as none, as it does for messages. */
    private static OptionalInt own(Optional<String> value) {
        if (value.isEmpty()) {
            return OptionalInt.empty();
        } else if (value.get().equals(UserLimits.NO_LIMIT)) {
            return OptionalInt.of(-1);
        }
        int number = (int) Lexical.unsigned(value.get(), Integer.MAX_VALUE);
        return number < 0 ? OptionalInt.empty() : OptionalInt.of(number);
    }

    @Override
    public CompletionStage<AccountLimit> setLimit(Jid account, int messages) {
        return change(account, present -> present.set(account, messages));
    }

    @Override
    public CompletionStage<AccountLimit> forgetLimit(Jid account) {
        return change(account, present -> present.forget(account));
    }

    private CompletionStage<AccountLimit> change(
            Jid account, Function<UserLimits, CompletionStage<OptionalInt>> change) {
        AdministrationException nonsense = Checks.account(account);
        if (nonsense != null) {
            return failedFuture(nonsense);
        }
        return questions
                .ask(limits, LIMITS, present -> present.enabled() ? change.apply(present) : switchedOff())
                .thenCompose(inForce -> inForce.isPresent() ? limitOf(account) : unknown(account));
    }

    private static <T> CompletionStage<T> switchedOff() {
        return Questions.refuse(
                Reason.NOT_ALLOWED,
                "limits of accounts are switched off; user-store-limit-enable=true in im.restante.quota allows them");
    }

    private <T> CompletionStage<T> ofAccount(Jid account, Function<Accounts, CompletionStage<T>> question) {
        AdministrationException nonsense = Checks.account(account);
        return nonsense != null ? failedFuture(nonsense) : questions.ask(accounts, ACCOUNTS, question);
    }

    private static <T> CompletionStage<T> unknown(Jid account) {
        return Questions.refuse(Reason.NOT_FOUND, "there is no account " + account);
    }
}
