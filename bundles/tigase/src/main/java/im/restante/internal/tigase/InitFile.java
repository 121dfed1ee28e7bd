package im.restante.internal.tigase;

import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import org.osgi.framework.BundleContext;

/** The file that {@code init-properties} names. It may come and go. */
record InitFile(Path path) {
    static final String PID = "im.restante.tigase";
    static final String KEY = "init-properties";

    static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(
                    PID, "Restante: Tigase", "Who comes from Tigase may bring the offline-message settings along.")
            .text(
                    KEY,
                    "etc/init.properties",
                    "A Tigase configuration file; a relative path is meant from the server's home. Read when it is there;"
                            + " what it sets wins over the other .cfg files, and is said in the log."
                            + " restante:tigase-check tells line by line what is understood.")
            .build();

    private static final int MOST_BYTES = 1 << 20;

    /** Tells one state of the file from another. */
    record Stamp(FileTime modified, long size, Object fileKey) {
        static final Stamp ABSENT = new Stamp(null, 0, null);
    }

    /** The file that is configured. */
    static InitFile configured(BundleContext context, Map<String, ?> values) {
        return new InitFile(DESCRIPTOR.read(values).path(KEY, Settings.home(context::getProperty)));
    }

    /** A relative name starts from the server's home. */
    static InitFile named(BundleContext context, String name) {
        return configured(context, Map.of(KEY, name));
    }

    /** {@link Stamp#ABSENT} if there is no such file. */
    Stamp stamp() throws IOException {
        try {
            BasicFileAttributes now = Files.readAttributes(path, BasicFileAttributes.class);
            return new Stamp(now.lastModifiedTime(), now.size(), now.fileKey());
        } catch (NoSuchFileException e) {
            return Stamp.ABSENT;
        }
    }

    InitProperties read() throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            byte[] content = in.readNBytes(MOST_BYTES + 1);
            if (content.length > MOST_BYTES) {
                throw new IOException("larger than " + MOST_BYTES + " bytes");
            }
            return InitProperties.of(content);
        }
    }

    /** Why a file cannot be read, in words: the name of the exception often says all of it. */
    static String reason(IOException problem) {
        String kind = problem.getClass().getSimpleName();
        return kind.equals("IOException") ? problem.getMessage() : kind;
    }
}
