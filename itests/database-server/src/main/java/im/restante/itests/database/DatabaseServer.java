package im.restante.itests.database;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A server of databases on loopback, on a port of its own, with all it writes in one directory. It can be killed and started again
 * on the same port. A test that is killed itself takes its server with it only at an orderly end of the JVM.
 */
public abstract class DatabaseServer implements AutoCloseable {
    protected static final String ADMIN = "admin";
    /** Only so that nothing waits for ever: a start that fails ends the process, and a busy machine may take minutes. */
    private static final long START_SECONDS = 300;

    private static final long STOP_SECONDS = 60;

    private static final int LOWEST_PORT = 20_000;
    private static final int HIGHEST_PORT = 32_000;

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final Path directory;
    private final int port;
    private final Thread killAtExit = new Thread(this::kill);
    private Process process;

    /** @param directory an empty one */
    protected DatabaseServer(Path directory) throws IOException {
        this.directory = directory.toAbsolutePath();
        this.port = freePort();
    }

    /**
     * Below those that systems give to whoever connects: the server takes it seconds later, and again after each kill, and other tests
     * may make thousands of connections meanwhile.
     */
    private static int freePort() throws IOException {
        for (int tries = 1; ; tries++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, HIGHEST_PORT);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (BindException e) {
                if (tries == 100) {
                    throw e;
                }
            }
        }
    }

    /** Program and arguments of a server on {@link #port()}. @param more options that count for this run only */
    protected abstract List<String> command(String... more);

    /** A connection that may do everything. @param database empty: none in particular */
    public abstract Connection admin(String database) throws SQLException;

    /** An empty database. */
    public abstract Database newDatabase() throws SQLException;

    /** Closes every connection of a user, as after a failure of the network. */
    public abstract void cutConnections(Database database) throws SQLException;

    protected final Path directory() {
        return directory;
    }

    /** A name that no other database has. */
    protected static String newName() {
        return "t" + DATABASES.incrementAndGet();
    }

    /** Runs a program to its end. @param log gets what it says */
    protected static void run(ProcessBuilder program, Path log, Path input) throws IOException, InterruptedException {
        Process process = program.redirectErrorStream(true)
                .redirectInput(input.toFile())
                .redirectOutput(log.toFile())
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(Files.readString(log));
        }
    }

    /** Returns when it takes connections. More options count for this run only. */
    public final void start(String... more) throws IOException, InterruptedException {
        if (process == null) {
            Runtime.getRuntime().addShutdownHook(killAtExit);
        }
        Path log = directory.resolve("server.log");
        process = launch(log, more);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try {
                admin("").close();
                return;
            } catch (SQLException e) {
                boolean isLate = System.nanoTime() - deadline > 0;
                if (!process.isAlive() && !isLate && isTooEarly(Files.readString(log))) {
                    Files.delete(log);
                    process = launch(log, more);
                } else if (!process.isAlive() || isLate) {
                    kill();
                    throw new IOException("the server does not start:\n" + Files.readString(log), e);
                }
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private Process launch(Path log, String... more) throws IOException {
        return new ProcessBuilder(command(more))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** As after a power cut. */
    public final void kill() {
        if (process != null) {
            List<ProcessHandle> all = processes();
            all.forEach(ProcessHandle::destroyForcibly);
            all.forEach(one -> one.onExit().join());
        }
    }

    /** Orderly; returns when it is gone, and kills it if it is not within a minute. */
    public final void stop() {
        if (process != null) {
            askToEnd(process);
            try {
                process.onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                kill();
            } catch (ExecutionException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** Has it end in order without waiting for those who are connected. */
    protected void askToEnd(Process server) {
        server.destroy();
    }

    /** Whether a server that has just ended did so since something of the one before was still there. */
    protected boolean isTooEarly(String log) {
        return false;
    }

    /** Kills the server; its directory is the caller's. */
    @Override
    public final void close() {
        kill();
        Runtime.getRuntime().removeShutdownHook(killAtExit);
    }

    /** Of the process. */
    public final long pid() {
        return process.pid();
    }

    /** The process, then those that it has started. */
    public final List<ProcessHandle> processes() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
    }

    public final int port() {
        return port;
    }

    /** Runs statements as {@link #admin}. */
    public final void execute(String database, String... statements) throws SQLException {
        try (Connection connection = admin(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
