package im.restante.internal.store.mariadb;

import im.restante.store.jdbc.ConfiguredStore;
import im.restante.store.jdbc.ServerSettings;
import im.restante.store.jdbc.SqlStore;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.AttributeType;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** The store on a MariaDB server: with a {@code url} it is there, whether or not the server can be reached; without one there is none. */
@Component(
        service = {},
        immediate = true,
        configurationPid = ConfiguredMariaDb.PID)
@Designate(ocd = ConfiguredMariaDb.Config.class)
public final class ConfiguredMariaDb extends ConfiguredStore<MariaDbSettings> {
    static final String PID = "im.restante.store.mariadb";
    static final String STORE_ID = "mariadb";

    @ObjectClassDefinition(name = "Restante: store on a MariaDB server")
    @interface Config {
        @AttributeDefinition(description = "jdbc:mariadb://HOST:3306/DATABASE; empty: no such store")
        String url() default "";

        @AttributeDefinition(description = "Database user")
        String user() default "";

        @AttributeDefinition(description = "Its password", type = AttributeType.PASSWORD)
        String _password() default "";

        @AttributeDefinition(description = "Connections: one that writes, the others read")
        int pool$_$size() default ServerSettings.DEFAULT_POOL_SIZE;
    }

    @Activate
    public ConfiguredMariaDb(BundleContext context, Map<String, Object> properties) {
        super(context, PID, STORE_ID, ServerSettings.DEFAULT_RANKING);
        open(properties);
    }

    @Override
    protected Optional<MariaDbSettings> settings(Map<String, ?> properties) {
        return MariaDbSettings.of(properties);
    }

    @Override
    protected SqlStore storeFor(MariaDbSettings settings) {
        return store(settings);
    }

    /** Not yet started. */
    static SqlStore store(MariaDbSettings settings) {
        return new SqlStore(
                STORE_ID,
                new MariaDbDialect(settings.place()),
                new MariaDbConnections(settings),
                settings.server().readers());
    }
}
