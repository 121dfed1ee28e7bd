package im.restante.internal.shell.portable;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Properties;
import java.util.zip.CRC32;

/**
 * How far an import came, in a file beside it, and the ids its messages have: the n-th one always the same, so that what was
 * stored just before a crash is known when it is stored again. On the disk before anything is stored.
 */
final class ImportMarker {
    private static final String SUFFIX = ".import";
    private static final int HEAD_BYTES = 1 << 16;
    private static final long EPOCH_MILLIS = 1_577_836_800_000L; // 2020-01-01T00:00:00Z, as all arrival ids
    private static final int TIME_SHIFT = 22;
    /** Node 1: no message that arrives here, at node 0, ever has such an id. */
    private static final long NODE = 1L << 14;

    private static final long COUNTERS = 1L << 14;

    private final Path path;
    private final String identity;
    private final long firstMillis;
    private long done;
    private String ended;

    private ImportMarker(Path path, String identity, long firstMillis, long done, String ended) {
        this.path = path;
        this.identity = identity;
        this.firstMillis = firstMillis;
        this.done = done;
        this.ended = ended;
    }

    /** The marker of a file, made now if there is none. @throws IOException also if the file is not the one that was begun */
    static ImportMarker of(Path file, Instant now) throws IOException {
        Path path = file.resolveSibling(file.getFileName() + SUFFIX);
        String identity = identity(file);
        if (!Files.exists(path)) {
            ImportMarker made = new ImportMarker(path, identity, now.toEpochMilli(), 0, null);
            made.write();
            return made;
        }
        Properties kept = new Properties();
        kept.load(new StringReader(Files.readString(path, UTF_8)));
        if (!identity.equals(kept.getProperty("file"))) {
            throw new IOException(
                    file + " is not what it was when its import began; remove " + path + " to import it as a new one");
        }
        try {
            return new ImportMarker(
                    path,
                    identity,
                    Long.parseLong(kept.getProperty("first")),
                    Long.parseLong(kept.getProperty("done")),
                    kept.getProperty("ended"));
        } catch (NumberFormatException e) {
            throw new IOException(path + " cannot be read; remove it to import the file as a new one", e);
        }
    }

    private static String identity(Path file) throws IOException {
        CRC32 head = new CRC32();
        try (InputStream in = Files.newInputStream(file)) {
            head.update(in.readNBytes(HEAD_BYTES));
        }
        return Files.size(file) + "-" + Long.toHexString(head.getValue());
    }

    Path path() {
        return path;
    }

    /** When it was imported whole; null if it was not yet. */
    String ended() {
        return ended;
    }

    /** How many messages, from the first, need not be looked at again. */
    long done() {
        return done;
    }

    /** The id of a message, counted from 0. */
    long id(long position) {
        long millis = firstMillis - EPOCH_MILLIS + position / COUNTERS;
        return (millis << TIME_SHIFT) + NODE + position % COUNTERS;
    }

    void done(long messages) throws IOException {
        done = messages;
        write();
    }

    void end(Instant now) throws IOException {
        ended = now.toString();
        write();
    }

    private void write() throws IOException {
        String text = "file=" + identity + "\nfirst=" + firstMillis + "\ndone=" + done + "\n"
                + (ended == null ? "" : "ended=" + ended.replace(":", "\\:") + "\n");
        Path unready = path.resolveSibling(path.getFileName() + ".part");
        try (FileChannel channel = FileChannel.open(
                unready, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(text.getBytes(UTF_8)));
            channel.force(true);
        }
        Files.move(unready, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
