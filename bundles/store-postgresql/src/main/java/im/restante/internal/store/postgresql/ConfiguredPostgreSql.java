package im.restante.internal.store.postgresql;

import im.restante.config.SettingsDescriptor;
import im.restante.store.jdbc.ConfiguredStore;
import im.restante.store.jdbc.ServerSettings;
import im.restante.store.jdbc.SqlStore;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The store on a PostgreSQL server: with a {@code url} it is there, whether or not the server can be reached; without one there is none. */
@Component(
        service = {},
        immediate = true,
        configurationPid = ConfiguredPostgreSql.PID)
public final class ConfiguredPostgreSql extends ConfiguredStore<PostgreSqlSettings> {
    static final String PID = "im.restante.store.postgresql";
    static final String STORE_ID = "postgresql";

    static final SettingsDescriptor DESCRIPTOR = ServerSettings.describe(
                    SettingsDescriptor.of(
                            PID,
                            "Restante: store on a PostgreSQL server",
                            "The store on a PostgreSQL server, 14 or later. It is used once im.restante.offline says store ="
                                    + " postgresql, and im.restante.accounts says user-store = postgresql."),
                    "Where the database is, with one host: jdbc:postgresql://HOST:5432/DATABASE. Options of the driver may"
                            + " follow, such as ?sslmode=verify-full, and win over ours. Empty: there is no such store.",
                    "Who logs in there. CREATE USER restante PASSWORD '...'; CREATE DATABASE restante OWNER restante"
                            + " ENCODING 'UTF8' TEMPLATE template0;")
            .build();

    @Activate
    public ConfiguredPostgreSql(BundleContext context, Map<String, Object> properties) {
        super(context, DESCRIPTOR, STORE_ID);
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
