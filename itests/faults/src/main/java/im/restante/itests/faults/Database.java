package im.restante.itests.faults;

import im.restante.itests.database.DatabaseServer;
import im.restante.itests.mariadb.MariaDbServer;
import im.restante.itests.postgresql.PostgreSqlServer;
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

/** A database server for one Restante, in a temporary directory; it can be killed and started again. Not for several threads. */
final class Database implements AutoCloseable {
    private final Path directory = Files.createTempDirectory("restante-database");
    private final Place place;
    private final DatabaseServer server;
    private final im.restante.itests.database.Database database;
    private boolean running;

    /** Started. */
    Database(Place place) throws Exception {
        this.place = place;
        server = place == Place.MARIADB ? MariaDbServer.in(directory) : PostgreSqlServer.in(directory);
        start();
        database = server.newDatabase();
    }

    /** Of the store. */
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

    /** Sends a signal to its processes, as {@code STOP}. */
    void signal(String name) throws IOException {
        List<String> command = new ArrayList<>(List.of("kill", "-" + name));
        server.processes().forEach(process -> command.add(Long.toString(process.pid())));
        Command.run(command.toArray(String[]::new));
    }

    /** Whether it refuses changes; on MariaDB not those of a user with all rights. */
    void readOnly(boolean on) throws SQLException {
        String value = on ? "ON" : "OFF";
        if (place == Place.MARIADB) {
            server.execute("", "SET GLOBAL read_only=" + value);
        } else {
            server.execute("", "ALTER SYSTEM SET default_transaction_read_only=" + value, "SELECT pg_reload_conf()");
        }
    }

    /** Locks every table of the database, until the connection is closed. */
    Connection lockTables() throws SQLException {
        Connection connection = server.admin(database.name());
        try (Statement statement = connection.createStatement()) {
            boolean isMariaDb = place == Place.MARIADB;
            List<String> tables = new ArrayList<>();
            try (ResultSet names = statement.executeQuery(
                    isMariaDb ? "SHOW TABLES" : "SELECT tablename FROM pg_tables WHERE schemaname='public'")) {
                while (names.next()) {
                    tables.add(names.getString(1) + (isMariaDb ? " WRITE" : ""));
                }
            }
            connection.setAutoCommit(isMariaDb); // else the lock ends with its statement
            statement.execute(
                    isMariaDb
                            ? "LOCK TABLES " + String.join(", ", tables)
                            : "LOCK TABLE " + String.join(", ", tables) + " IN ACCESS EXCLUSIVE MODE");
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
