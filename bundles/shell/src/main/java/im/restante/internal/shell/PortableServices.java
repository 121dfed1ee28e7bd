package im.restante.internal.shell;

import im.restante.account.Accounts;
import im.restante.config.Settings;
import im.restante.delivery.Delivery;
import im.restante.internal.shell.portable.Import.Services;
import im.restante.message.StanzaIds;
import im.restante.migration.ForeignServer;
import im.restante.server.ServerInfo;
import im.restante.session.Spools;
import im.restante.xml.XmlCodec;
import java.nio.file.Path;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** What {@code export}, {@code import} and {@code import-tigase} need of the server, and where their files are. */
@Component(service = PortableServices.class)
public final class PortableServices {
    private final BundleContext context;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile Accounts accounts;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile ServerInfo server;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile Delivery delivery;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile XmlCodec codec;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile Spools spools;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    volatile StanzaIds ids;

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY,
            target = "(" + ForeignServer.KIND + "=tigase)")
    volatile ForeignServer tigase;

    @Activate
    public PortableServices(BundleContext context) {
        this.context = context;
    }

    Services services() {
        return new Services(
                Answer.present(server, "the server's domain is").domain(),
                Answer.present(accounts, "accounts are"),
                Answer.present(delivery, "the delivery is"),
                Answer.present(codec, "the parser is"),
                spools,
                ids);
    }

    /** A relative name starts from the server's home. */
    Path file(String name) {
        String home = Settings.home(context::getProperty);
        return Path.of(home == null ? "" : home).resolve(name);
    }
}
