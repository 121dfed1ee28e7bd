package im.restante.internal.sasl;

import im.restante.account.Accounts;
import im.restante.account.ScramHash;
import im.restante.sasl.SaslMechanism;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;

/**
 * Registers the mechanisms that ask for a password; by hand, since one component stands for five services. The best comes first and
 * goes last, so that a client that logs in at such a moment is offered nothing worse than what it would take anyhow.
 */
@Component(
        immediate = true,
        service = {})
@Capability(
        namespace = "osgi.service",
        attribute = {"objectClass:List<String>=\"im.restante.sasl.SaslMechanism\"", "uses:=\"im.restante.sasl\""})
public final class PasswordMechanisms {
    private static final int STEP = 100;

    private final List<ServiceRegistration<SaslMechanism>> registrations = new ArrayList<>();

    @Activate
    public PasswordMechanisms(BundleContext context, @Reference Accounts accounts) {
        List<SaslMechanism> all = all(accounts);
        for (int i = 0; i < all.size(); i++) {
            Map<String, Integer> ranking = Map.of(Constants.SERVICE_RANKING, STEP * (all.size() - i));
            registrations.add(context.registerService(SaslMechanism.class, all.get(i), new Hashtable<>(ranking)));
        }
    }

    /** The best first. */
    public static List<SaslMechanism> all(Accounts accounts) {
        return List.of(
                new ScramMechanism(accounts, ScramHash.SHA_256, true),
                new ScramMechanism(accounts, ScramHash.SHA_1, true),
                new ScramMechanism(accounts, ScramHash.SHA_256, false),
                new ScramMechanism(accounts, ScramHash.SHA_1, false),
                new Plain(accounts));
    }

    @Deactivate
    void stop() {
        for (int i = registrations.size() - 1; i >= 0; i--) {
            registrations.get(i).unregister();
        }
    }
}
