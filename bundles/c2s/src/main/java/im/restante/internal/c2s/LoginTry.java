package im.restante.internal.c2s;

import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import im.restante.limit.Permission;
import im.restante.sasl.SaslFailure;
import im.restante.sasl.SaslFailure.Condition;
import im.restante.sasl.SaslLogin;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.function.BiFunction;
import java.util.function.Consumer;

/** One try of a client to log in, between its mechanism and what this server lets it do. */
final class LoginTry implements SaslLogin {
    private final Guard guard;
    private final InetAddress client;
    private final Jid domain;
    private final Map<String, byte[]> bindings;
    private final List<String> offered;
    private final Consumer<Jid> named;
    private final BiFunction<Duration, Runnable, Future<?>> timer;
    private final Executor threads;
    private volatile Jid claimed;
    private volatile Future<?> pause = CompletableFuture.completedFuture(null);

    /**
     * @param named   told who wants to log in, before anybody is asked
     * @param timer   runs a task after a delay, on a thread that must not be blocked
     * @param threads where a mechanism goes on after that
     */
    LoginTry(
            ClientAddress clientAddress,
            Jid domain,
            Map<String, byte[]> bindings,
            List<String> offered,
            Consumer<Jid> named,
            BiFunction<Duration, Runnable, Future<?>> timer,
            Executor threads) {
        this.guard = clientAddress.guard();
        this.client = clientAddress.address();
        this.domain = domain;
        this.bindings = bindings;
        this.offered = offered;
        this.named = named;
        this.timer = timer;
        this.threads = threads;
    }

    @Override
    public CompletionStage<Jid> claim(String username, String authzid) {
        try {
            Jid account = account(username, authzid);
            claimed = account;
            named.accept(account);
            Permission answer = guard.login(client, account);
            if (answer instanceof Permission.Refused refused) {
                throw new SaslFailure(Condition.TEMPORARY_AUTH_FAILURE, refused.limit() + ": " + account);
            }
            CompletableFuture<Jid> allowed = new CompletableFuture<>();
            if (answer instanceof Permission.Delayed delayed) {
                pause = timer.apply(delayed.pause(), () -> threads.execute(() -> allowed.complete(account)));
            } else {
                allowed.complete(account);
            }
            return allowed;
        } catch (SaslFailure e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Jid account(String username, String authzid) throws SaslFailure {
        Jid account;
        try {
            account = Jid.of(username, domain.domain(), null);
        } catch (InvalidJidException e) {
            throw new SaslFailure(Condition.NOT_AUTHORIZED, "a user name that cannot be one");
        }
        if (authzid != null && !authzid.isEmpty() && !sameAddress(account, authzid)) {
            throw new SaslFailure(Condition.INVALID_AUTHZID, "wants to act as somebody else: " + account);
        }
        return account;
    }

    private static boolean sameAddress(Jid account, String authzid) {
        try {
            return Jid.of(authzid).equals(account);
        } catch (InvalidJidException e) {
            return false;
        }
    }

    /** Null until somebody was claimed. */
    Jid claimed() {
        return claimed;
    }

    /** A secret was compared. */
    void ended(boolean right) {
        if (claimed != null) {
            guard.loginEnded(client, claimed, right);
        }
    }

    /** Nobody waits for its pause any more. */
    void close() {
        pause.cancel(false);
    }

    @Override
    public List<String> offered() {
        return offered;
    }

    @Override
    public Map<String, byte[]> channelBindings() {
        return bindings;
    }

    @Override
    public InetAddress client() {
        return client;
    }
}
