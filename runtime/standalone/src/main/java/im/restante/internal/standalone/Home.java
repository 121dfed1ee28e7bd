package im.restante.internal.standalone;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/**
 * The directory a server lives in: {@code etc/} is the operator's, {@code data/} and {@code log/} are the server's; each may be a
 * link to a directory elsewhere. Held by one process at a time, from {@link #open} to {@link #close} or its death.
 */
final class Home implements AutoCloseable {
    private final Path root;
    private final FileChannel lock;
    private String openness; // null: it was closed

    private Home(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /** Locks the home, and makes what is missing of it. A file that is there is left alone, whatever it holds. */
    static Home open(Path directory) throws Refusal {
        Path root = directory.toAbsolutePath().normalize();
        try {
            makeFolder(root);
            for (String name : List.of("etc", "data", "log", "deploy")) {
                makeFolder(root.resolve(name));
            }
            FileChannel lock = lock(root);
            Home home = new Home(root, lock);
            home.openness = home.closeToOthers();
            for (String name : Contents.configurationFiles()) {
                home.provide(name);
            }
            return home;
        } catch (IOException e) {
            throw Refusal.usage("cannot use " + root + " as home: " + Refusals.reason(e));
        }
    }

    /** One that is there may be a link, which {@code createDirectories} refused in early updates of JDK 17. */
    private static void makeFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, ownerOnly("rwx------"));
        }
    }

    private static FileChannel lock(Path root) throws IOException, Refusal {
        FileChannel channel = FileChannel.open(
                root.resolve("data").resolve("lock"),
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                ownerOnly("rw-------"));
        FileLock held;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            held = null;
        }
        if (held == null) {
            channel.close();
            throw Refusal.usage("a server is running in " + root);
        }
        return channel;
    }

    private void provide(String name) throws IOException {
        Path file = etc().resolve(name);
        if (Files.notExists(file)) {
            Files.createFile(file, ownerOnly("rw-------"));
            try (InputStream in = Contents.configurationFile(name);
                    OutputStream out = Files.newOutputStream(file)) {
                in.transferTo(out);
            }
        }
    }

    /** Closes what somebody else, or a library, made in it; see {@link Closing}. */
    String closeToOthers() throws IOException {
        return Closing.close(root, cache());
    }

    /** What is to be said of who could read it when it was opened; null: nobody else. */
    String openness() {
        return openness;
    }

    private static FileAttribute<?>[] ownerOnly(String permissions) {
        return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }

    /** Absolute. */
    Path root() {
        return root;
    }

    Path etc() {
        return root.resolve("etc");
    }

    /** Bundles put here are installed and started too. */
    Path deploy() {
        return root.resolve("deploy");
    }

    /** Holds nothing that cannot be made again from the jar. */
    Path cache() {
        return root.resolve("data").resolve("cache");
    }

    @Override
    public void close() {
        try {
            lock.close();
        } catch (IOException e) {
            // The end of the process gives the lock back as well.
        }
    }
}
