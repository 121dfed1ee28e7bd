package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** What the executable jar carries beside the launcher. */
final class Contents {
    private static final String INDEX = "bundles.index";
    /** Never closed: the program ends with it. */
    private static final ZipFile JAR = open();

    /** Names in {@code etc} of the jar. */
    private static final List<String> CONFIGURATION = List.of(
            "fail2ban-restante.conf",
            "im.restante.accounts.cfg",
            "im.restante.administration.cfg",
            "im.restante.amp.cfg",
            "im.restante.c2s.cfg",
            "im.restante.filter.cfg",
            "im.restante.http.cfg",
            "im.restante.limits.cfg",
            "im.restante.offline.cfg",
            "im.restante.quota.cfg",
            "im.restante.shell.cfg",
            "im.restante.store.mariadb.cfg",
            "im.restante.store.postgresql.cfg",
            "im.restante.store.sqlite.cfg",
            "im.restante.tigase.cfg",
            "logback.xml");

    /**
     * One bundle of the index.
     *
     * @param level when it starts: lower first
     * @param file  its name in {@code bundles} of the jar
     */
    record Part(int level, String file) {
        InputStream open() throws IOException {
            return resource(entry());
        }

        private String entry() {
            return "bundles/" + file;
        }
    }

    private Contents() {}

    /** The bundles, in the order of installation. */
    static List<Part> parts() {
        List<Part> parts = new ArrayList<>();
        for (String line : lines(INDEX)) {
            if (!line.isBlank() && line.charAt(0) != '#') {
                int blank = line.indexOf(' ');
                parts.add(new Part(Integer.parseInt(line.substring(0, blank)), line.substring(blank + 1)));
            }
        }
        return parts;
    }

    static List<String> configurationFiles() {
        return CONFIGURATION;
    }

    static InputStream configurationFile(String name) throws IOException {
        return resource("etc/" + name);
    }

    /** Changes whenever a bundle or its start level does; costs a look at the jar's directory only. */
    static String buildId() {
        StringBuilder sums = new StringBuilder(sum(INDEX));
        for (Part part : parts()) {
            sums.append(sum(part.entry()));
        }
        CRC32 sum = new CRC32();
        sum.update(sums.toString().getBytes(UTF_8));
        return Long.toHexString(sum.getValue());
    }

    private static String sum(String name) {
        return name + ' ' + entry(name).getCrc() + '\n';
    }

    /** The jar this runs from. */
    static Path jar() {
        try {
            return Path.of(Contents.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    static String version() {
        String version = Contents.class.getPackage().getImplementationVersion();
        return version == null ? "unknown" : version;
    }

    private static List<String> lines(String name) {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(resource(name), UTF_8))) {
            return in.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream resource(String name) throws IOException {
        return JAR.getInputStream(entry(name));
    }

    private static ZipEntry entry(String name) {
        ZipEntry entry = JAR.getEntry(name);
        if (entry == null) {
            throw new IllegalStateException("the jar is damaged: it has no " + name);
        }
        return entry;
    }

    private static ZipFile open() {
        try {
            return new ZipFile(jar().toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
