package im.restante.itests.mariadb;

import im.restante.itests.database.Database;
import im.restante.itests.database.DatabaseServer;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** A MariaDB server. */
public final class MariaDbServer extends DatabaseServer {
    private final Binaries binaries;
    private final List<String> options;

    private MariaDbServer(Binaries binaries, Path directory, List<String> options) throws IOException {
        super(directory);
        this.binaries = binaries;
        this.options = options;
    }

    /**
     * A new server, not yet started.
     *
     * @param directory an empty one
     * @param options   more options of {@code mariadbd}
     */
    public static MariaDbServer in(Path directory, String... options) throws IOException, InterruptedException {
        MariaDbServer server = new MariaDbServer(Binaries.find(), directory, List.of(options));
        server.install();
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

    private List<String> program(String... more) {
        List<String> command = new ArrayList<>(List.of(
                binaries.program().toString(),
                "--no-defaults",
                "--datadir=" + directory().resolve("data"),
                "--tmpdir=" + directory().resolve("tmp"), // a server that starts removes what others have in theirs
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
        Files.createDirectories(directory().resolve("data"));
        Files.createDirectories(directory().resolve("tmp"));
        Files.writeString(
                directory().resolve("init.sql"),
                "CREATE USER IF NOT EXISTS " + ADMIN + "@'127.0.0.1' IDENTIFIED BY '" + ADMIN + "';\n"
                        + "GRANT ALL ON *.* TO " + ADMIN + "@'127.0.0.1' WITH GRANT OPTION;\n");
        Path script = directory().resolve("install.sql");
        try (OutputStream sql = Files.newOutputStream(script)) {
            sql.write("create database mysql;\nuse mysql;\n".getBytes(StandardCharsets.US_ASCII));
            for (String part : List.of("system_tables", "performance_tables", "system_tables_data")) {
                Path modern = binaries.share().resolve("mariadb_" + part + ".sql");
                Path old = binaries.share().resolve("mysql_" + part + ".sql");
                Files.copy(Files.exists(modern) ? modern : old, sql);
            }
        }
        run(
                new ProcessBuilder(program("--bootstrap", "--log-warnings=0")),
                directory().resolve("install.log"),
                script);
    }

    @Override
    protected List<String> command(String... more) {
        List<String> command = program(more);
        command.addAll(List.of(
                "--port=" + port(),
                "--bind-address=127.0.0.1",
                "--socket=" + directory().resolve("socket"),
                "--pid-file=" + directory().resolve("pid"),
                "--init-file=" + directory().resolve("init.sql"),
                "--skip-name-resolve",
                "--skip-ssl")); // or it makes a certificate of its own at every start
        return command;
    }

    @Override
    public Connection admin(String database) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port() + '/' + database, ADMIN, ADMIN);
    }

    @Override
    public void cutConnections(Database database) throws SQLException {
        execute("", "KILL USER " + database.user() + "@'127.0.0.1'");
    }

    @Override
    public Database newDatabase() throws SQLException {
        String name = newName();
        Database database = new Database(name, "jdbc:mariadb://127.0.0.1:" + port() + '/' + name, name, "its password");
        String user = name + "@'127.0.0.1'";
        execute(
                "",
                "CREATE DATABASE " + name,
                "CREATE USER " + user + " IDENTIFIED BY '" + database.password() + "'",
                "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, INDEX ON " + name + ".* TO " + user);
        return database;
    }
}
