package im.restante.itests.bench;

import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** A copy of the standalone jar whose server starts fewer bundles; removed at the end. */
record LesserJar(Path path) implements AutoCloseable {
    /** @param without files of bundles, e.g. {@code why.jar} */
    static LesserJar of(Path jar, List<String> without) throws IOException {
        Path copy = Files.createTempFile("restante-lesser", ".jar");
        Files.copy(jar, copy, StandardCopyOption.REPLACE_EXISTING);
        try (FileSystem files = FileSystems.newFileSystem(copy)) {
            Path index = files.getPath("bundles.index");
            List<String> lines = new ArrayList<>(Files.readAllLines(index));
            for (String bundle : without) {
                if (!lines.removeIf(line -> line.endsWith(" " + bundle))) {
                    throw new IOException(jar + " has no bundle " + bundle);
                }
            }
            Files.write(index, lines);
        }
        return new LesserJar(copy);
    }

    @Override
    public void close() throws IOException {
        Files.delete(path);
    }
}
