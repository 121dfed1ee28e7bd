package im.restante.internal.store.sqlite;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

/**
 * The driver's native library, unpacked once. The driver itself would unpack it at each start, by default into a directory that is
 * often mounted without exec, compare it byte by byte, and leave it behind when the server is killed.
 */
final class NativeLibrary {
    private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);
    /** The driver's property: where the library lies. What an operator has set stays. */
    private static final String PLACE = "org.sqlite.lib.path";
    /** The driver's property: where it unpacks the library when there is none in its place, or that cannot be loaded. */
    private static final String UNPACKING = "org.sqlite.tmpdir";

    /** Ours: the place given to the drivers so far, and how many there were. A property, since a refresh makes this class anew too. */
    private static final String GIVEN = "im.restante.store.sqlite.library";

    private static final String COUNT = GIVEN + ".drivers";
    /** Ours: the driver that was given it. */
    private static final String DRIVER = GIVEN + ".driver";

    private final Path directory;
    private final String driver;
    private final ReentrantLock lock = new ReentrantLock();

    NativeLibrary(Path directory) {
        this(directory, SQLiteJDBCLoader.class.getClassLoader());
    }

    /** @param driver who will load it */
    NativeLibrary(Path directory, ClassLoader driver) {
        this.directory = directory;
        this.driver = Integer.toString(System.identityHashCode(driver));
    }

    /** Before a connection is made. Does nothing once that is done, or if an operator has told the driver where to look. */
    void provide() {
        lock.lock();
        try {
            if (isUnsetOrOurs(PLACE) && isUnsetOrOurs(UNPACKING) && !driver.equals(System.getProperty(DRIVER))) {
                unpack();
            }
        } finally {
            lock.unlock();
        }
    }

    private static boolean isUnsetOrOurs(String property) {
        String value = System.getProperty(property);
        return value == null || value.equals(System.getProperty(GIVEN));
    }

    /** The JVM gives one file to one class loader only, so the second driver of this process gets a second copy. */
    private void unpack() {
        int earlier = Integer.getInteger(COUNT, 0);
        Path place = directory.resolve(SQLiteJDBCLoader.getVersion() + (earlier == 0 ? "" : "-" + (earlier + 1)));
        try {
            Files.createDirectories(place);
            unpack(place);
            System.setProperty(UNPACKING, place.toString());
            System.setProperty(PLACE, place.toString());
            System.setProperty(GIVEN, place.toString());
            System.setProperty(COUNT, Integer.toString(earlier + 1));
            System.setProperty(DRIVER, driver);
        } catch (IOException e) {
            LOG.warn("cannot unpack SQLite's native library into {}: {}", place, e.toString());
        }
    }

    private static void unpack(Path place) throws IOException {
        String name = LibraryLoaderUtil.getNativeLibName();
        Path library = place.resolve(name);
        if (Files.exists(library)) {
            return;
        }
        try (InputStream in =
                SQLiteJDBCLoader.class.getResourceAsStream(LibraryLoaderUtil.getNativeLibResourcePath() + '/' + name)) {
            if (in != null) { // else none for this system is in the driver, which has its own ways to find one
                Path fresh = place.resolve(name + ".new");
                Files.copy(in, fresh, StandardCopyOption.REPLACE_EXISTING);
                Files.move(fresh, library, StandardCopyOption.ATOMIC_MOVE);
            }
        }
    }
}
