package im.restante.itests.mariadb;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A MariaDB server on loopback, on a port of its own, with all it writes in one directory. It can be killed and started again on
 * the same port. A test that is killed itself takes its server with it only at an orderly end of the JVM.
 */
public final class MariaDbServer implements AutoCloseable {
    private static final String ADMIN = "admin";
    /** Only so that nothing waits for ever: a start that fails ends the process, and a busy machine may take minutes. */
    private static final long START_SECONDS = 300;

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final Binaries binaries;
    private final Path directory;
    private final List<String> options;
    private final int port;
    private final Thread killAtExit = new Thread(this::kill);
    private Process process;

    /**
     * A database with a user who has the least rights the store needs.
     *
     * @param url without user and password
     */
    public record Database(String name, String url, String user, String password) {}

    private MariaDbServer(Binaries binaries, Path directory, List<String> options, int port) {
        this.binaries = binaries;
        this.directory = directory;
        this.options = options;
        this.port = port;
    }

    /**
     * A new server, not yet started.
     *
     * @param directory an empty one
     * @param options   more options of {@code mariadbd}
     */
    public static MariaDbServer in(Path directory, String... options) throws IOException, InterruptedException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        MariaDbServer server = new MariaDbServer(Binaries.find(), directory.toAbsolutePath(), List.of(options), port);
        server.install();
        Runtime.getRuntime().addShutdownHook(server.killAtExit);
        return server;
    }

    /** As {@link #in}, but one that syncs as a production server does, with room for a million messages. */
    public static MariaDbServer durable(Path directory) throws IOException, InterruptedException {
        return in(
                directory,
                "--innodb-flush-method=O_DIRECT",
                "--debug-no-sync=0",
                "--innodb-flush-log-at-trx-commit=1",
                "--innodb-buffer-pool-size=1G",
                "--innodb-log-file-size=256M");
    }

    /**
     * For tests that cannot have this class with them: starts a server in the directory named by the first argument and prints
     * url, user and password of a new database, a line each. Ends when its standard input does.
     */
    public static void main(String[] arguments) throws Exception {
        try (MariaDbServer server = in(Path.of(arguments[0]))) {
            server.start();
            Database database = server.newDatabase();
            System.out.println(database.url() + '\n' + database.user() + '\n' + database.password());
            System.in.readAllBytes();
        }
    }

    private List<String> command(String... more) {
        List<String> command = new ArrayList<>(List.of(
                binaries.program().toString(),
                "--no-defaults",
                "--datadir=" + directory.resolve("data"),
                "--tmpdir=" + directory.resolve("tmp"), // a server that starts removes what others have in theirs
                "--lc-messages-dir=" + binaries.messages(),
                "--character-set-server=latin1", // the least fitting that is in use
                "--innodb-buffer-pool-size=32M",
                "--innodb-log-file-size=16M",
                "--innodb-undo-tablespaces=0",
                "--innodb-flush-method=nosync", // kills are survived all the same
                "--debug-no-sync"));
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--user=root");
        }
        command.addAll(options);
        command.addAll(List.of(more));
        return command;
    }

    /** Makes the system tables, as mariadb-install-db does. */
    private void install() throws IOException, InterruptedException {
        Files.createDirectories(directory.resolve("data"));
        Files.createDirectories(directory.resolve("tmp"));
        Files.writeString(
                directory.resolve("init.sql"),
                "CREATE USER IF NOT EXISTS " + ADMIN + "@'127.0.0.1' IDENTIFIED BY '" + ADMIN + "';\n"
                        + "GRANT ALL ON *.* TO " + ADMIN + "@'127.0.0.1' WITH GRANT OPTION;\n");
        Process bootstrap = new ProcessBuilder(command("--bootstrap", "--log-warnings=0"))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("install.log").toFile())
                .start();
        try (OutputStream sql = bootstrap.getOutputStream()) {
            sql.write("create database mysql;\nuse mysql;\n".getBytes(StandardCharsets.US_ASCII));
            for (String script : List.of("system_tables", "performance_tables", "system_tables_data")) {
                Path modern = binaries.share().resolve("mariadb_" + script + ".sql");
                Path old = binaries.share().resolve("mysql_" + script + ".sql");
                Files.copy(Files.exists(modern) ? modern : old, sql);
            }
        }
        if (bootstrap.waitFor() != 0) {
            throw new IOException(Files.readString(directory.resolve("install.log")));
        }
    }

    /** Returns when it takes connections. More options count for this run only. */
    public void start(String... more) throws IOException, InterruptedException {
        Path log = directory.resolve("server.log");
        List<String> command = command(more);
        command.addAll(List.of(
                "--port=" + port,
                "--bind-address=127.0.0.1",
                "--socket=" + directory.resolve("socket"),
                "--pid-file=" + directory.resolve("pid"),
                "--init-file=" + directory.resolve("init.sql"),
                "--skip-name-resolve",
                "--skip-ssl")); // or it makes a certificate of its own at every start
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try {
                admin("").close();
                return;
            } catch (SQLException e) {
                if (!process.isAlive() || System.nanoTime() - deadline > 0) {
                    kill();
                    throw new IOException("the server does not start:\n" + Files.readString(log), e);
                }
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    /** As after a power cut. */
    public void kill() {
        if (process != null) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    /** Orderly; returns when it is gone. */
    public void stop() {
        if (process != null) {
            process.destroy();
            process.onExit().join();
        }
    }

    /** Kills the server; its directory is the caller's. */
    @Override
    public void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }

    /** Of the process. */
    public long pid() {
        return process.pid();
    }

    public int port() {
        return port;
    }

    /** A connection that may do everything. @param database empty: none */
    public Connection admin(String database) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port + '/' + database, ADMIN, ADMIN);
    }

    /** Runs statements as {@link #admin}. */
    public void execute(String database, String... statements) throws SQLException {
        try (Connection connection = admin(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** An empty database. */
    public Database newDatabase() throws SQLException {
        String name = "t" + DATABASES.incrementAndGet();
        Database database = new Database(name, "jdbc:mariadb://127.0.0.1:" + port + '/' + name, name, "its password");
        String user = name + "@'127.0.0.1'";
        execute(
                "",
                "CREATE DATABASE " + name,
                "CREATE USER " + user + " IDENTIFIED BY '" + database.password() + "'",
                "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON " + name + ".* TO " + user);
        return database;
    }
}
