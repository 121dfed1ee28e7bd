package im.restante.itests.faults;

import im.restante.itests.mariadb.MariaDbServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A MariaDB server for one Restante, in a temporary directory; it can be killed and started again. Not for several threads. */
final class Database implements AutoCloseable {
    private final Path directory = Files.createTempDirectory("restante-mariadb");
    private final MariaDbServer server = MariaDbServer.in(directory);
    private final im.restante.itests.database.Database database;
    private boolean running;

    /** Started. */
    Database() throws Exception {
        start();
        database = server.newDatabase();
    }

    /** Of {@code im.restante.store.mariadb}. */
    Map<String, String> settings() {
        return Map.of("url", database.url(), "user", database.user(), ".password", database.password());
    }

    /** Unless it runs. Returns when it takes connections. */
    void start() throws Exception {
        if (!running) {
            server.start();
            running = true;
        }
    }

    /** {@code kill -9}. */
    void kill() {
        server.kill();
        running = false;
    }

    /** Sends a signal to its process, as {@code STOP}. */
    void signal(String name) throws IOException {
        Command.run("kill", "-" + name, Long.toString(server.pid()));
    }

    /** Runs statements with all rights. */
    void execute(String... statements) throws SQLException {
        server.execute(database.name(), statements);
    }

    /** Locks every table of the database, until the connection is closed. */
    Connection lockTables() throws SQLException {
        Connection connection = server.admin(database.name());
        try (Statement statement = connection.createStatement()) {
            List<String> tables = new ArrayList<>();
            try (ResultSet names = statement.executeQuery("SHOW TABLES")) {
                while (names.next()) {
                    tables.add(names.getString(1) + " WRITE");
                }
            }
            statement.execute("LOCK TABLES " + String.join(", ", tables));
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public void close() {
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
