package im.restante.itests.faults;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A place for the database that runs full and can be given room again. */
interface FullDisk extends AutoCloseable {
    int MEBIBYTES = 6;
    int BLOCK = 4096;
    String FILLER = "filler";

    /** Where the database shall be. */
    Path folder();

    /** Lets it run full from here on. */
    void limit(long pid) throws IOException;

    /** Leaves no room at all, at once. To be called in place of {@link #limit}. */
    void fill(long pid) throws IOException;

    void giveRoom(long pid) throws IOException;

    @Override
    void close() throws IOException;

    /** A memory file system of its own, of so many MiB; writing fails with ENOSPC. Needs the right to mount. */
    static FullDisk fileSystem(int mebibytes) throws IOException {
        Path folder = Files.createTempDirectory("restante-disk");
        try {
            Command.run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", folder.toString());
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
                Command.run("mount", "-o", "remount,size=" + mebibytes + "m", folder.toString());
            }

            @Override
            public void fill(long pid) throws IOException {
                try (FileChannel channel =
                        FileChannel.open(folder.resolve(FILLER), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                    while (true) {
                        channel.write(ByteBuffer.allocate(BLOCK));
                    }
                } catch (IOException e) {
                    if (Files.getFileStore(folder).getUsableSpace() >= BLOCK) {
                        throw e;
                    }
                }
            }

            @Override
            public void giveRoom(long pid) throws IOException {
                Files.deleteIfExists(folder.resolve(FILLER));
                Command.run("mount", "-o", "remount,size=" + 64 * mebibytes + "m", folder.toString());
            }

            @Override
            public void close() throws IOException {
                Command.run("umount", folder.toString());
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
        Command.run("prlimit", "--version");
        return new FullDisk() {
            @Override
            public Path folder() {
                return folder;
            }

            @Override
            public void limit(long pid) throws IOException {
                limit(pid, (long) MEBIBYTES << 20);
            }

            /** No file may become larger than the log of the database is, which takes all that is new. */
            @Override
            public void fill(long pid) throws IOException {
                limit(pid, Files.size(folder.resolve("spool.db-wal")));
            }

            private void limit(long pid, long bytes) throws IOException {
                Command.run("prlimit", "--pid", Long.toString(pid), "--fsize=" + bytes + ":unlimited");
            }

            @Override
            public void giveRoom(long pid) throws IOException {
                Command.run("prlimit", "--pid", Long.toString(pid), "--fsize=unlimited:unlimited");
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
}
