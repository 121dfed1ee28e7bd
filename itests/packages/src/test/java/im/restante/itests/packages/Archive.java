package im.restante.itests.packages;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * A tar, read.
 *
 * @param entries by name, without {@code ./} before it and {@code /} behind it, in the order of the archive
 */
record Archive(Map<String, Entry> entries) {
    private static final Path PACKAGES = Path.of(System.getProperty("packages"));
    static final String VERSION = System.getProperty("version");

    /**
     * One file, folder or link.
     *
     * @param mode    the nine bits of permissions
     * @param owner   {@code USER:GROUP}
     * @param link    what it leads to; null: it is no link
     * @param content empty for a folder and a link
     */
    record Entry(boolean isFolder, int mode, String owner, String link, Instant modified, byte[] content) {}

    /** The folder for every system, as it was built. */
    static Archive tarGz() throws IOException {
        try (InputStream in = Files.newInputStream(target("restante-" + VERSION + ".tar.gz"))) {
            return read(in);
        }
    }

    /** @param part {@code control} or {@code data} of the Debian package */
    static Archive deb(String part) throws IOException {
        try (InputStream file = Files.newInputStream(target("restante_" + VERSION.replace('-', '~') + "_all.deb"));
                ArArchiveInputStream in = new ArArchiveInputStream(new BufferedInputStream(file))) {
            for (ArArchiveEntry member = in.getNextEntry(); member != null; member = in.getNextEntry()) {
                if (member.getName().equals(part + ".tar.gz")) {
                    return read(new ByteArrayInputStream(in.readAllBytes()));
                }
            }
        }
        throw new IllegalStateException("the Debian package has no " + part + ".tar.gz");
    }

    /** A file of the module that makes the packages. */
    static Path source(String name) {
        return PACKAGES.resolve(name);
    }

    private static Path target(String name) {
        return source("target").resolve(name);
    }

    private static Archive read(InputStream compressed) throws IOException {
        Map<String, Entry> entries = new LinkedHashMap<>();
        try (TarArchiveInputStream in = new TarArchiveInputStream(new GzipCompressorInputStream(compressed))) {
            for (TarArchiveEntry found = in.getNextEntry(); found != null; found = in.getNextEntry()) {
                String name = found.getName().replaceFirst("^\\./", "").replaceFirst("/$", "");
                Entry entry = new Entry(
                        found.isDirectory(),
                        found.getMode() & 0777,
                        found.getUserName() + ':' + found.getGroupName(),
                        found.isSymbolicLink() ? found.getLinkName() : null,
                        found.getLastModifiedTime().toInstant(),
                        in.readAllBytes());
                if (entries.put(name, entry) != null) {
                    throw new IllegalStateException(name + " is there twice");
                }
            }
        }
        return new Archive(entries);
    }

    Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw new AssertionError("there is no " + name + " among " + entries.keySet());
        }
        return entry;
    }

    /** The names of what is no folder. */
    Stream<String> files() {
        return entries.keySet().stream().filter(name -> !entries.get(name).isFolder());
    }

    /** Writes all of it into a folder, with its permissions. */
    void unpack(Path folder) throws IOException {
        for (Map.Entry<String, Entry> one : entries.entrySet()) {
            Path file = folder.resolve(one.getKey());
            Entry entry = one.getValue();
            if (entry.isFolder()) {
                Files.createDirectories(file);
            } else {
                Files.createDirectories(file.getParent());
                Files.write(file, entry.content());
                Files.setPosixFilePermissions(
                        file, PosixFilePermissions.fromString(entry.mode() == 0755 ? "rwxr-xr-x" : "rw-r--r--"));
            }
        }
    }
}
