package im.restante.internal.store.sqlite;

import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
import im.restante.store.jdbc.ConfiguredStore;
import im.restante.store.jdbc.ConnectionSource;
import im.restante.store.jdbc.SqlStore;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The embedded store: one file, which always has a name. */
@Component(
        service = {},
        immediate = true,
        configurationPid = ConfiguredSqlite.PID)
public final class ConfiguredSqlite extends ConfiguredStore<Path> {
    static final String PID = "im.restante.store.sqlite";

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredSqlite.class);

    private static final String FILE = "file";

    private static final SettingsDescriptor DESCRIPTOR = ranking(
                    SettingsDescriptor.of(PID, "Restante: embedded store (SQLite)", "The embedded store.")
                            .text(
                                    FILE,
                                    "data/spool.db",
                                    "The database file; a relative path is meant from the server's home."),
                    0)
            .build();

    private final String home;
    /** Directory for the driver's library; null: the framework has none for us. */
    private final File unpacked;

    @Activate
    public ConfiguredSqlite(BundleContext context, Map<String, Object> properties) {
        super(context, DESCRIPTOR, SqliteStore.STORE_ID);
        home = Settings.home(context::getProperty);
        unpacked = context.getDataFile("native");
        open(properties);
    }

    @Override
    protected Optional<Path> settings(Map<String, ?> properties) {
        return Optional.of(file(properties));
    }

    private Path file(Map<String, ?> properties) {
        return DESCRIPTOR.read(properties).path(FILE, home);
    }

    @Override
    protected SqlStore storeFor(Path file) {
        makeStockDirectory(file(Map.of()).getParent(), file);
        return new SqliteStore(file, connections(file));
    }

    /** Only that one: any other that is missing may be a disk that is not mounted, or a slip of the pen. */
    private static void makeStockDirectory(Path stock, Path file) {
        if (file.startsWith(stock)) {
            try {
                Files.createDirectories(stock);
            } catch (IOException e) {
                LOG.warn("cannot make {}: {}", stock, e.toString()); // the file will not open, which says the rest
            }
        }
    }

    private ConnectionSource connections(Path file) {
        if (unpacked == null) {
            return new SqliteConnections(file, SqliteStore.BUSY_MILLIS);
        }
        NativeLibrary library = new NativeLibrary(unpacked.toPath());
        return new SqliteConnections(file, SqliteStore.BUSY_MILLIS) {
            @Override
            public Connection open(Purpose purpose) throws SQLException {
                library.provide();
                return super.open(purpose);
            }
        };
    }
}
