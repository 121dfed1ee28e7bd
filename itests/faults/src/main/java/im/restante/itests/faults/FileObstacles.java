package im.restante.itests.faults;

import im.restante.itests.faults.Obstacle.Kind;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** What keeps a server from working with its SQLite file. */
final class FileObstacles {
    private static final String PID = "im.restante.store.sqlite";
    private static final String NAME = "spool.db";
    private static final int MEBIBYTES = 64;

    private FileObstacles() {}

    static Obstacle of(Kind kind, Site site) throws IOException {
        ServerProcess server = site.server();
        return switch (kind) {
            case LOCKED -> new Locked(usual(server).resolve(NAME));
            case READ_ONLY -> new Immutable(usual(server));
            case FULL -> new Full(site);
            case FROZEN -> new Frozen(server);
            case GONE -> throw new IllegalArgumentException("of a database server only");
        };
    }

    private static Path usual(ServerProcess server) {
        return server.home().resolve("data");
    }

    private static void moveTo(Path folder, ServerProcess server) {
        server.configure(PID, "file", folder.resolve(NAME).toString());
    }

    /** This program writes and does not commit. */
    private static final class Locked implements Obstacle {
        private static final int BUSY_MILLIS = 10_000;

        private final Path file;
        private Connection holder;

        Locked(Path file) {
            this.file = file;
        }

        @Override
        public boolean begin() throws Exception {
            holder = DriverManager.getConnection("jdbc:sqlite:" + file);
            try (Statement statement = holder.createStatement()) {
                statement.execute("PRAGMA busy_timeout=" + BUSY_MILLIS);
                statement.execute("BEGIN IMMEDIATE");
                return true;
            } catch (SQLiteException e) {
                if (e.getResultCode() == SQLiteErrorCode.SQLITE_BUSY) {
                    return false;
                }
                throw e;
            }
        }

        @Override
        public void end() throws Exception {
            if (holder != null) {
                holder.close(); // which rolls back
                holder = null;
            }
        }
    }

    /**
     * File and logs cannot be written, not even by root and by who has them open ({@code chattr +i}; ext4, xfs, btrfs). Needs the
     * right to do so.
     */
    private static final class Immutable implements Obstacle {
        private final Path folder;
        private final List<Path> files = new ArrayList<>();

        Immutable(Path folder) throws IOException {
            this.folder = folder;
            Path trial = Files.createTempFile("restante-immutable", ".tmp");
            try {
                Command.run("chattr", "+i", trial.toString());
                Command.run("chattr", "-i", trial.toString());
            } finally {
                Files.delete(trial);
            }
        }

        @Override
        public boolean begin() throws IOException {
            try (Stream<Path> all = Files.list(folder)) {
                all.filter(file -> file.getFileName().toString().startsWith(NAME))
                        .forEach(files::add);
            }
            for (Path file : files) {
                Command.run("chattr", "+i", file.toString());
            }
            return true;
        }

        @Override
        public void end() throws IOException {
            for (Path file : files) {
                Command.run("chattr", "-i", file.toString());
            }
            files.clear();
        }
    }

    /** A small file system in memory without room, or, without the right to mount, a limit of the file size. */
    private static final class Full implements Obstacle {
        private final Site site;
        private final FullDisk disk;

        Full(Site site) throws IOException {
            this.site = site;
            disk = disk(site.server());
            moveTo(disk.folder(), site.server());
        }

        private static FullDisk disk(ServerProcess server) throws IOException {
            try {
                return FullDisk.fileSystem(MEBIBYTES);
            } catch (IOException e) {
                return FullDisk.fileSize(usual(server)); // no right to mount
            }
        }

        /** Empties the database's log; or the server would go on in the room that the log's file has. */
        @Override
        public void ready() throws Exception {
            site.server().stop();
            site.start();
        }

        @Override
        public boolean begin() throws IOException {
            disk.fill(site.server().pid());
            return true;
        }

        @Override
        public void end() throws IOException {
            if (site.server().isRunning()) {
                disk.giveRoom(site.server().pid());
            }
        }

        @Override
        public void remove() throws IOException {
            disk.close();
        }
    }

    /** A file system whose writes wait until it is thawed ({@code fsfreeze}), as with a disk that hangs. Needs the right to mount. */
    private static final class Frozen implements Obstacle {
        private final Path image = Files.createTempFile("restante-frozen", ".img");
        private final Path folder = Files.createTempDirectory("restante-frozen");
        private boolean frozen;

        Frozen(ServerProcess server) throws IOException {
            Command.run("truncate", "--size=" + MEBIBYTES + "M", image.toString());
            Command.run("mkfs.ext4", "-q", image.toString());
            Command.run("mount", "-o", "loop,noatime", image.toString(), folder.toString());
            moveTo(folder, server);
        }

        @Override
        public boolean begin() throws IOException {
            Command.run("fsfreeze", "--freeze", folder.toString());
            frozen = true;
            return true;
        }

        @Override
        public void end() throws IOException {
            if (frozen) {
                frozen = false;
                Command.run("fsfreeze", "--unfreeze", folder.toString());
            }
        }

        @Override
        public void remove() throws IOException {
            Command.run("umount", folder.toString());
            Files.delete(folder);
            Files.delete(image);
        }
    }
}
