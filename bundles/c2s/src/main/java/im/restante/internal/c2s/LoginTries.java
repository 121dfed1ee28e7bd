package im.restante.internal.c2s;

import im.restante.jid.Jid;
import im.restante.limit.Permission;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The tries of one connection, each asked for before anything is compared. For its reader's thread. */
final class LoginTries {
    private final Guard guard;
    private final InetAddress client;
    private final CompletableFuture<Void> over;

    /** @param over completes when the connection ends */
    LoginTries(ClientAddress clientAddress, CompletableFuture<Void> over) {
        this.guard = clientAddress.guard();
        this.client = clientAddress.address();
        this.over = over;
    }

    InetAddress client() {
        return client;
    }

    /** Blocks as long as the limits want that. @throws SaslFailure if they refuse it */
    void begin(Jid account) throws SaslFailure, IOException, InterruptedException {
        Permission answer = guard.login(client, account);
        if (answer instanceof Permission.Refused refused) {
            throw new SaslFailure(SaslFailure.Condition.TEMPORARY_AUTH_FAILURE, refused.limit() + ": " + account);
        }
        if (answer instanceof Permission.Delayed delayed) {
            pause(delayed.pause());
        }
    }

    void ended(Jid account, boolean right) {
        guard.loginEnded(client, account, right);
    }

    private void pause(Duration time) throws IOException, InterruptedException {
        try {
            over.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            return;
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        }
        throw new IOException("the connection ended while its login had to wait");
    }
}
