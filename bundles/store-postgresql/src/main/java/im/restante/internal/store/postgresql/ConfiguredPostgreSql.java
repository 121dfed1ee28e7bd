package im.restante.internal.store.postgresql;

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

/** The store on a PostgreSQL server: with a {@code url} it is there, whether or not the server can be reached; without one there is none. */
@Component(
        service = {},
        immediate = true,
        configurationPid = ConfiguredPostgreSql.PID)
@Designate(ocd = ConfiguredPostgreSql.Config.class)
public final class ConfiguredPostgreSql extends ConfiguredStore<PostgreSqlSettings> {
    static final String PID = "im.restante.store.postgresql";
    static final String STORE_ID = "postgresql";

    @ObjectClassDefinition(name = "Restante: store on a PostgreSQL server")
    @interface Config {
        @AttributeDefinition(description = "jdbc:postgresql://HOST:5432/DATABASE; empty: no such store")
        String url() default "";

        @AttributeDefinition(description = "Database user")
        String user() default "";

        @AttributeDefinition(description = "Its password", type = AttributeType.PASSWORD)
        String _password() default "";

        @AttributeDefinition(description = "Connections: one that writes, the others read")
        int pool$_$size() default ServerSettings.DEFAULT_POOL_SIZE;
    }

    @Activate
    public ConfiguredPostgreSql(BundleContext context, Map<String, Object> properties) {
        super(context, PID, STORE_ID, ServerSettings.DEFAULT_RANKING);
        open(properties);
    }

    @Override
    protected Optional<PostgreSqlSettings> settings(Map<String, ?> properties) {
        return PostgreSqlSettings.of(properties);
    }

    @Override
    protected SqlStore storeFor(PostgreSqlSettings settings) {
        return store(settings);
    }

    /** Not yet started. */
    static SqlStore store(PostgreSqlSettings settings) {
        return new SqlStore(
                STORE_ID,
                new PostgreSqlDialect(settings.place()),
                new PostgreSqlConnections(settings),
                settings.server().readers());
    }
}
