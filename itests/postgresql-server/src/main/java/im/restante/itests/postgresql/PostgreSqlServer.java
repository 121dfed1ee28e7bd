package im.restante.itests.postgresql;

import im.restante.itests.database.Database;
import im.restante.itests.database.DatabaseServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A PostgreSQL server. Its programs are those of an installation: the one named by the system property {@code postgresql.basedir},
 * such as {@code /usr/lib/postgresql/15}, or else the newest that Debian's packages have put into {@code /usr/lib/postgresql}. It
 * refuses to run as root; then it runs as the user {@code postgres}, whom the package makes.
 */
public final class PostgreSqlServer extends DatabaseServer {
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");
    private static final String OTHER_USER = "postgres";

    private final Path programs;
    private final List<String> options;
    /** The database of all schemas; null until there is one. */
    private String shared;

    private PostgreSqlServer(Path programs, Path directory, List<String> options) throws IOException {
        super(directory);
        this.programs = programs;
        this.options = options;
    }

    /** Whether there is a server on this machine. */
    public static boolean isInstalled() {
        return programs().isPresent();
    }

    private static Optional<Path> programs() {
        String named = System.getProperty("postgresql.basedir");
        if (named != null) {
            return Optional.of(Path.of(named, "bin"));
        }
        if (!Files.isDirectory(DEBIAN)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.filter(version -> Files.isExecutable(version.resolve("bin/postgres")))
                    .max(Comparator.comparingInt(PostgreSqlServer::version))
                    .map(version -> version.resolve("bin"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int version(Path directory) {
        String name = directory.getFileName().toString();
        return name.matches("\\d{1,4}") ? Integer.parseInt(name) : 0;
    }

    /**
     * A new server, not yet started.
     *
     * @param directory an empty one; everybody must be able to enter those that it is in
     * @param options   more options of {@code postgres}
     */
    public static PostgreSqlServer in(Path directory, String... options) throws IOException, InterruptedException {
        Path programs = programs().orElseThrow(() -> new IOException("no PostgreSQL server here"));
        PostgreSqlServer server = new PostgreSqlServer(programs, directory, List.of(options));
        server.install();
        return server;
    }

    private void install() throws IOException, InterruptedException {
        Path password = Files.writeString(directory().resolve("password"), ADMIN);
        if (isRoot()) {
            UserPrincipal other = other();
            Files.setOwner(directory(), other);
            Files.setOwner(password, other);
        }
        List<String> command = program("initdb");
        command.addAll(List.of(
                "--pgdata=" + data(),
                "--username=" + ADMIN,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync"));
        run(
                new ProcessBuilder(command).directory(directory().toFile()),
                directory().resolve("install.log"),
                Path.of("/dev/null"));
    }

    private Path data() {
        return directory().resolve("data");
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private UserPrincipal other() throws IOException {
        try {
            return directory().getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(OTHER_USER);
        } catch (UserPrincipalNotFoundException e) {
            throw new IOException("the server does not run as root, and there is no user " + OTHER_USER, e);
        }
    }

    private List<String> program(String name) {
        List<String> command = new ArrayList<>();
        if (isRoot()) { // setpriv becomes the program, so that a signal reaches it
            command.addAll(
                    List.of("setpriv", "--reuid=" + OTHER_USER, "--regid=" + OTHER_USER, "--clear-groups", "--"));
        }
        command.add(programs.resolve(name).toString());
        return command;
    }

    @Override
    protected List<String> command(String... more) {
        List<String> command = program("postgres");
        command.addAll(List.of(
                "-D",
                data().toString(),
                "-p",
                Integer.toString(port()),
                "--listen_addresses=127.0.0.1",
                "--unix_socket_directories=",
                "--shared_buffers=32MB",
                "--fsync=off")); // kills are survived all the same
        command.addAll(options);
        command.addAll(List.of(more));
        return command;
    }

    /** {@code SIGINT}: by {@code SIGTERM} it would wait for everybody to leave. */
    @Override
    protected void askToEnd(Process server) {
        try {
            new ProcessBuilder("kill", "-INT", Long.toString(server.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A process of a server that was killed lives on for a moment, if it was just being made. */
    @Override
    protected boolean isTooEarly(String log) {
        return log.contains("pre-existing shared memory block is still in use");
    }

    @Override
    public Connection admin(String database) throws SQLException {
        return DriverManager.getConnection(
                url(database.isEmpty() ? "postgres" : database) + "?connectTimeout=10", ADMIN, ADMIN);
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + '/' + database;
    }

    @Override
    public Database newDatabase() throws SQLException {
        String name = newName();
        Database database = new Database(name, url(name), name, "its password");
        execute(
                "",
                "CREATE USER " + name + " PASSWORD '" + database.password() + "'",
                "CREATE DATABASE " + name + " OWNER " + name);
        return database;
    }

    /**
     * An empty schema, in a database that it shares with others of its kind. Most of the time of {@link #newDatabase} is the copy of
     * the template, and caches that each new connection has to fill. Only one store at a time has the lock of the shared database.
     */
    public synchronized Database newSchema() throws SQLException {
        if (shared == null) {
            shared = newName();
            execute("", "CREATE DATABASE " + shared);
        }
        String name = newName();
        Database schema = new Database(shared, url(shared), name, "its password");
        execute(
                shared,
                "CREATE USER " + name + " PASSWORD '" + schema.password() + "'",
                "CREATE SCHEMA " + name + " AUTHORIZATION " + name); // where a user of that name makes its tables
        return schema;
    }

    @Override
    public void cutConnections(Database database) throws SQLException {
        execute("", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename='" + database.user() + "'");
    }
}
