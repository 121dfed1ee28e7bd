package im.restante.internal.shell.portable;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.migration.ForeignServer.Range;
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
 * How far an import came, in a file of its own, and the ids its messages have: the n-th one always the same, so that what was
 * stored just before a crash is known when it is stored again. On the disk before anything is stored.
 */
final class ImportMarker {
    private static final String SUFFIX = ".import";
    private static final int HEAD_BYTES = 1 << 16;
    private static final long EPOCH_MILLIS = 1_577_836_800_000L; // 2020-01-01T00:00:00Z, as all arrival ids
    private static final int TIME_SHIFT = 22;
    /** No message that arrives here, at node 0, ever has an id of node 1 or 2. */
    private static final long FILE_NODE = 1L << 14;

    private static final long DATABASE_NODE = 2L << 14;
    private static final long COUNTERS = 1L << 14;
    /** Their ids lie within 70 minutes. */
    private static final long MOST_POSITIONS = 1L << 36;

    private final Path path;
    private final String identity;
    private final long node;
    private long firstMillis;
    private long base;
    private long done;
    private long accounts;
    private String ended;

    private ImportMarker(Path path, String identity, long node, long firstMillis, long base) {
        this.path = path;
        this.identity = identity;
        this.node = node;
        this.firstMillis = firstMillis;
        this.base = base;
        this.done = base;
    }

    /** The marker of a file, made now if there is none. @throws IOException also if the file is not the one that was begun */
    static ImportMarker of(Path file, Instant now) throws IOException {
        Path path = file.resolveSibling(file.getFileName() + SUFFIX);
        return kept(new ImportMarker(path, identity(file), FILE_NODE, now.toEpochMilli(), 0));
    }

    /**
     * The marker of a database, made now if there is none. Its messages are counted by their own numbers, since some may have gone
     * when it is read again; the last one there is now gets an id of this moment.
     *
     * @param folder where it is kept
     * @param place  the database's name
     * @param range  the numbers of its messages
     */
    static ImportMarker ofDatabase(Path folder, String place, Range range, Instant now) throws IOException {
        Path path = folder.resolve(place.replaceAll("[^A-Za-z0-9.]+", "-") + SUFFIX);
        long begin = now.toEpochMilli() - Math.min(range.last() - range.first(), MOST_POSITIONS) / COUNTERS - 1;
        return kept(new ImportMarker(path, place, DATABASE_NODE, begin, range.first()));
    }

    /** As it was written before, or else written now. */
    private static ImportMarker kept(ImportMarker marker) throws IOException {
        if (Files.exists(marker.path)) {
            marker.read();
        } else {
            marker.write();
        }
        return marker;
    }

    private void read() throws IOException {
        Properties kept = new Properties();
        kept.load(new StringReader(Files.readString(path, UTF_8)));
        if (!identity.equals(kept.getProperty("file"))) {
            throw new IOException(
                    "what is read is not what it was when its import began; remove " + path + " to import it as new");
        }
        try {
            firstMillis = Long.parseLong(kept.getProperty("first"));
            base = Long.parseLong(kept.getProperty("base", "0"));
            done = Long.parseLong(kept.getProperty("done"));
            accounts = Long.parseLong(kept.getProperty("accounts", "0"));
            ended = kept.getProperty("ended");
        } catch (NumberFormatException e) {
            throw new IOException(path + " cannot be read; remove it to import as new", e);
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

    /** Messages before this one need not be looked at again. */
    long done() {
        return done;
    }

    /** The number of the last account of a database that need not be looked at again. */
    long accounts() {
        return accounts;
    }

    /**
     * The id of a message.
     *
     * @param position in a file counted from 0; in a database its number
     */
    long id(long position) {
        long count = position - base;
        if (count < 0 || count > MOST_POSITIONS) {
            throw new IllegalArgumentException("its number is too far from " + base + ", the first one");
        }
        long millis = firstMillis - EPOCH_MILLIS + count / COUNTERS;
        return (millis << TIME_SHIFT) + node + count % COUNTERS;
    }

    void done(long messages) throws IOException {
        done = messages;
        write();
    }

    void accounts(long last) throws IOException {
        accounts = last;
        write();
    }

    void end(Instant now) throws IOException {
        ended = now.toString();
        write();
    }

    private void write() throws IOException {
        String text = "file=" + identity + "\nfirst=" + firstMillis + "\nbase=" + base + "\ndone=" + done
                + "\naccounts=" + accounts + "\n"
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
