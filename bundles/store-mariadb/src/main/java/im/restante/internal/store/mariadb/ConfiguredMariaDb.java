package im.restante.internal.store.mariadb;

import im.restante.account.UserRepository;
import im.restante.config.ConfigException;
import im.restante.store.MessageStore;
import im.restante.store.jdbc.SqlStore;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Modified;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store on a MariaDB server, as it is configured: with a {@code url} it is there, whether or not the server can be reached;
 * without one there is none, which is why it is registered by hand.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = ConfiguredMariaDb.PID)
@Designate(ocd = ConfiguredMariaDb.Config.class)
public final class ConfiguredMariaDb {
    static final String PID = "im.restante.store.mariadb";
    static final String STORE_ID = "mariadb";

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredMariaDb.class);

    @ObjectClassDefinition(name = "Restante: store on a MariaDB server")
    @interface Config {
        @AttributeDefinition(description = "jdbc:mariadb://HOST:3306/DATABASE; empty: no such store")
        String url() default "";

        @AttributeDefinition(description = "Database user")
        String user() default "";

        @AttributeDefinition(description = "Its password", type = AttributeType.PASSWORD)
        String _password() default "";

        @AttributeDefinition(description = "Connections: one that writes, the others read")
        int pool$_$size() default MariaDbSettings.DEFAULT_POOL_SIZE;
    }

    private final BundleContext context;
    private MariaDbSettings inForce;
    private SqlStore store;
    private ServiceRegistration<?> registration;

    @Activate
    public ConfiguredMariaDb(BundleContext context, Map<String, Object> properties) {
        this.context = context;
        use(MariaDbSettings.of(properties));
    }

    @Modified
    void modified(Map<String, Object> properties) {
        Optional<MariaDbSettings> next;
        try {
            next = MariaDbSettings.of(properties);
        } catch (ConfigException e) {
            LOG.error("{}. The last good configuration stays in force", e.getMessage());
            return;
        }
        if (inForce == null || !next.equals(Optional.of(inForce))) {
            close();
            use(next);
        }
    }

    @Deactivate
    void close() {
        if (store != null) {
            registration.unregister();
            store.close();
            store = null;
            inForce = null;
        }
    }

    private void use(Optional<MariaDbSettings> settings) {
        if (settings.isEmpty()) {
            LOG.info("No MariaDB store: {} has no url", PID);
            return;
        }
        inForce = settings.get();
        store = store(inForce);
        store.start();
        Dictionary<String, Object> properties = new Hashtable<>();
        properties.put(MessageStore.ID, STORE_ID);
        properties.put(Constants.SERVICE_RANKING, inForce.ranking());
        registration = context.registerService(
                new String[] {MessageStore.class.getName(), UserRepository.class.getName()}, store, properties);
    }

    /** Not yet started. */
    static SqlStore store(MariaDbSettings settings) {
        return new SqlStore(
                STORE_ID,
                new MariaDbDialect(settings.place()),
                new MariaDbConnections(settings),
                settings.poolSize() - 1);
    }
}
