package im.restante.internal.store.sqlite;

import im.restante.account.UserRepository;
import im.restante.config.Settings;
import im.restante.store.MessageStore;
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
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The embedded store: one file. Present with or without a usable file; what fails says why. */
@Component(
        service = {MessageStore.class, UserRepository.class},
        immediate = true,
        configurationPid = SqliteStore.PID,
        property = MessageStore.ID + "=" + SqliteStore.STORE_ID)
@Designate(ocd = SqliteStore.Config.class)
public final class SqliteStore extends SqlStore {
    static final String PID = "im.restante.store.sqlite";
    static final String STORE_ID = "sqlite";

    private static final Logger LOG = LoggerFactory.getLogger(SqliteStore.class);

    private static final String DEFAULT_FILE = "data/spool.db";
    /** Well below what a verdict may take ({@code store-timeout-seconds}). */
    private static final int BUSY_MILLIS = 4_000;

    @ObjectClassDefinition(name = "Restante: embedded store (SQLite)")
    @interface Config {
        @AttributeDefinition(description = "Database file; a relative path starts from the server's home")
        String file() default DEFAULT_FILE;
    }

    private final Path directory;

    @Activate
    public SqliteStore(BundleContext context, Map<String, Object> properties) {
        this(file(context, properties), context.getDataFile("native"));
        makeStockDirectory(file(context, Map.of()).getParent(), file(context, properties));
    }

    private SqliteStore(Path file, File unpacked) {
        super(STORE_ID, new SqliteDialect(file), connections(file, unpacked));
        directory = file.toAbsolutePath().getParent();
    }

    /** What tests call. */
    SqliteStore(Path file, int busyMillis) {
        super(STORE_ID, new SqliteDialect(file), new SqliteConnections(file, busyMillis));
        directory = file.toAbsolutePath().getParent();
    }

    /** A store without a framework around it, not yet started. */
    public static SqliteStore at(Path file) {
        return new SqliteStore(file, BUSY_MILLIS);
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

    private static Path file(BundleContext context, Map<String, Object> properties) {
        return Settings.of(PID, properties).path("file", DEFAULT_FILE, context.getProperty(Settings.HOME));
    }

    /** @param unpacked directory for the driver's library; null: the framework has none for us */
    private static ConnectionSource connections(Path file, File unpacked) {
        if (unpacked == null) {
            return new SqliteConnections(file, BUSY_MILLIS);
        }
        NativeLibrary library = new NativeLibrary(unpacked.toPath());
        return new SqliteConnections(file, BUSY_MILLIS) {
            @Override
            public Connection open(Purpose purpose) throws SQLException {
                library.provide();
                return super.open(purpose);
            }
        };
    }

    @Override
    public Optional<Path> directory() {
        return Optional.of(directory);
    }

    @Activate
    void activate() {
        start();
    }

    @Deactivate
    void deactivate() {
        close();
    }
}
