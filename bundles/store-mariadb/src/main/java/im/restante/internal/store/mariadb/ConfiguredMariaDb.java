package im.restante.internal.store.mariadb;

import im.restante.config.SettingsDescriptor;
import im.restante.store.jdbc.ConfiguredStore;
import im.restante.store.jdbc.ServerSettings;
import im.restante.store.jdbc.SqlStore;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/** The store on a MariaDB server: with a {@code url} it is there, whether or not the server can be reached; without one there is none. */
@Component(
        service = {},
        immediate = true,
        configurationPid = ConfiguredMariaDb.PID)
public final class ConfiguredMariaDb extends ConfiguredStore<MariaDbSettings> {
    static final String PID = "im.restante.store.mariadb";
    static final String STORE_ID = "mariadb";

    static final SettingsDescriptor DESCRIPTOR = ServerSettings.describe(
                    SettingsDescriptor.of(
                            PID,
                            "Restante: store on a MariaDB server",
                            "The store on a MariaDB server, 10.5 or later. It is used once im.restante.offline says store ="
                                    + " mariadb, and im.restante.accounts says user-store = mariadb."),
                    "Where the database is, with one host: jdbc:mariadb://HOST:3306/DATABASE. Options of the driver may"
                            + " follow, such as ?sslMode=verify-full, and win over ours. Empty: there is no such store.",
                    "Who logs in there. CREATE DATABASE restante; CREATE USER ...; and to it GRANT SELECT, INSERT, UPDATE,"
                            + " DELETE, CREATE, ALTER, INDEX ON restante.*")
            .build();

    @Activate
    public ConfiguredMariaDb(BundleContext context, Map<String, Object> properties) {
        super(context, DESCRIPTOR, STORE_ID);
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
