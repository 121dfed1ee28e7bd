package im.restante.internal.standalone.inside;

import im.restante.account.Accounts;
import im.restante.jid.InvalidJidException;
import im.restante.jid.Jid;
import java.io.IOException;
import java.util.Dictionary;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BinaryOperator;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Makes an account from an address and a password; answers null, or why it did not. */
@Component(service = BinaryOperator.class, property = "restante.task=add-user")
public final class AddUser implements BinaryOperator<String> {
    private final Accounts accounts;

    private final String domain;

    @Activate
    public AddUser(@Reference Accounts accounts, @Reference ConfigurationAdmin configurations) throws IOException {
        this.accounts = accounts;
        Dictionary<String, Object> c2s =
                configurations.getConfiguration("im.restante.c2s", "?").getProperties();
        Object configured = c2s == null ? null : c2s.get("domain");
        String text = configured == null ? "" : configured.toString().trim();
        domain = text.isEmpty() ? "localhost" : text;
    }

    @Override
    public String apply(String address, String password) {
        try {
            Jid jid = Jid.of(address);
            if (jid.local() == null || jid.isFull()) {
                return address + " is not the address of an account: it must be NAME@DOMAIN";
            }
            if (!jid.domain().equals(Jid.of(domain).domain())) {
                return address + " is not an account here: the domain of this server is " + domain;
            }
            boolean made = accounts.create(jid, password).toCompletableFuture().get(10, TimeUnit.SECONDS);
            return made ? null : jid + " exists already";
        } catch (InvalidJidException e) {
            return e.getMessage();
        } catch (IllegalArgumentException e) {
            return "this password cannot be used: " + e.getMessage();
        } catch (ExecutionException e) {
            return e.getCause().getMessage();
        } catch (TimeoutException e) {
            return "the store does not answer";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "interrupted";
        }
    }
}
