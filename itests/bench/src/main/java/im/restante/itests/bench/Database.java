package im.restante.itests.bench;

import im.restante.itests.harness.ServerProcess;
import im.restante.itests.mariadb.MariaDbServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What the servers under load keep messages in: a file of their own, or one MariaDB server, which syncs as in production. */
abstract class Database implements AutoCloseable {
    /** @param store a {@code store.id} */
    static Database of(String store) throws IOException, InterruptedException {
        return switch (store) {
            case "sqlite" -> new Embedded();
            case "mariadb" -> new MariaDb();
            default -> throw new IllegalArgumentException("there is sqlite, mariadb");
        };
    }

    /** What makes one more server keep its messages in a place of its own. */
    abstract List<Setting> settings() throws SQLException;

    /** The process that syncs what {@code server} stores. */
    abstract long pid(ServerProcess server);

    @Override
    public abstract void close();

    private static final class Embedded extends Database {
        @Override
        List<Setting> settings() {
            return List.of();
        }

        @Override
        long pid(ServerProcess server) {
            return server.pid();
        }

        @Override
        public void close() {}
    }

    private static final class MariaDb extends Database {
        private final Path directory = Files.createTempDirectory("restante-mariadb");
        private final MariaDbServer server = MariaDbServer.durable(directory);

        MariaDb() throws IOException, InterruptedException {
            server.start();
        }

        @Override
        List<Setting> settings() throws SQLException {
            im.restante.itests.database.Database database = server.newDatabase();
            return List.of(
                    new Setting("im.restante.store.mariadb", "url", database.url()),
                    new Setting("im.restante.store.mariadb", "user", database.user()),
                    new Setting("im.restante.store.mariadb", ".password", database.password()),
                    new Setting("im.restante.offline", "store", "mariadb"));
        }

        @Override
        long pid(ServerProcess restante) {
            return server.pid();
        }

        @Override
        public void close() {
            server.close();
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
