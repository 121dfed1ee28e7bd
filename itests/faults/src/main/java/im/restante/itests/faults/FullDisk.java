package im.restante.itests.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A place for the database that runs full and can be given room again. */
interface FullDisk extends AutoCloseable {
    int MEBIBYTES = 6;

    /** Where the database shall be. */
    Path folder();

    /** Lets it run full from here on. */
    void limit(long pid) throws IOException;

    void giveRoom(long pid) throws IOException;

    @Override
    void close() throws IOException;

    /** A memory file system of its own; writing fails with ENOSPC. Needs the right to mount. */
    static FullDisk fileSystem() throws IOException {
        Path folder = Files.createTempDirectory("restante-disk");
        try {
            command("mount", "-t", "tmpfs", "-o", "size=" + MEBIBYTES + "m", "tmpfs", folder.toString());
        } catch (IOException e) {
            Files.delete(folder);
            throw e;
        }
        return new FullDisk() {
            @Override
            public Path folder() {
                return folder;
            }

            @Override
            public void limit(long pid) throws IOException {
                command("mount", "-o", "remount,size=" + MEBIBYTES + "m", folder.toString());
            }

            @Override
            public void giveRoom(long pid) throws IOException {
                command("mount", "-o", "remount,size=" + 64 * MEBIBYTES + "m", folder.toString());
            }

            @Override
            public void close() throws IOException {
                command("umount", folder.toString());
                Files.delete(folder);
            }

            @Override
            public String toString() {
                return "ENOSPC";
            }
        };
    }

    /** A limit on the size of the server's files; writing fails with EFBIG. Needs {@code prlimit} of util-linux. */
    static FullDisk fileSize(Path folder) throws IOException {
        command("prlimit", "--version");
        return new FullDisk() {
            @Override
            public Path folder() {
                return folder;
            }

            @Override
            public void limit(long pid) throws IOException {
                command("prlimit", "--pid", Long.toString(pid), "--fsize=" + (MEBIBYTES << 20) + ":unlimited");
            }

            @Override
            public void giveRoom(long pid) throws IOException {
                command("prlimit", "--pid", Long.toString(pid), "--fsize=unlimited:unlimited");
            }

            @Override
            public void close() {
                // goes with the process
            }

            @Override
            public String toString() {
                return "EFBIG";
            }
        };
    }

    private static void command(String... words) throws IOException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new IOException(List.of(words) + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
