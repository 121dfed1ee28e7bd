package im.restante.internal.store.sqlite;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteJDBCLoader;
import org.sqlite.util.LibraryLoaderUtil;

class NativeLibraryTest {
    private static final List<String> PROPERTIES = List.of(
            "org.sqlite.lib.path",
            "org.sqlite.tmpdir",
            "im.restante.store.sqlite.library",
            "im.restante.store.sqlite.library.driver",
            "im.restante.store.sqlite.library.drivers");

    @TempDir
    private Path directory;

    @BeforeEach
    @AfterEach
    void forget() {
        PROPERTIES.forEach(System::clearProperty);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> found = Files.walk(directory)) {
            return found.filter(Files::isRegularFile).toList();
        }
    }

    @Test
    void theLibraryIsUnpackedOnceForEachVersionOfTheDriver() throws IOException {
        new NativeLibrary(directory).provide();
        Path library = directory.resolve(SQLiteJDBCLoader.getVersion()).resolve(LibraryLoaderUtil.getNativeLibName());
        assertEquals(List.of(library), files());
        assertEquals(library.getParent().toString(), System.getProperty("org.sqlite.lib.path"));

        Files.writeString(library, "from the first time");
        forget();
        new NativeLibrary(directory).provide();
        assertEquals("from the first time", Files.readString(library));
        assertEquals(library.getParent().toString(), System.getProperty("org.sqlite.lib.path"));
    }

    @Test
    void aSecondDriverInTheProcessIsGivenACopyOfItsOwnAndTheFirstNoOther() throws Exception {
        try (URLClassLoader first = new URLClassLoader(new URL[0]);
                URLClassLoader second = new URLClassLoader(new URL[0])) {
            new NativeLibrary(directory, first).provide();
            String place = System.getProperty("org.sqlite.lib.path");
            new NativeLibrary(directory, first).provide();
            assertEquals(place, System.getProperty("org.sqlite.lib.path"));
            assertEquals(1, files().size());

            new NativeLibrary(directory, second).provide();
            assertEquals(place + "-2", System.getProperty("org.sqlite.lib.path"));
            assertEquals(2, files().size());
        }
    }

    @Test
    void whatAnOperatorHasSetStays() throws IOException {
        System.setProperty("org.sqlite.tmpdir", "/elsewhere");
        new NativeLibrary(directory).provide();
        assertEquals(List.of(), files());
        assertNull(System.getProperty("org.sqlite.lib.path"));
    }

    @Test
    void aDirectoryThatCannotBeUsedLeavesTheDriverToItself() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "no directory");
        new NativeLibrary(file).provide();
        PROPERTIES.forEach(property -> assertNull(System.getProperty(property)));
    }
}
