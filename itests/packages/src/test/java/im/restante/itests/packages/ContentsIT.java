package im.restante.itests.packages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the two packages, with which permissions, and whether other programs understand it. */
class ContentsIT {
    private static final String FOLDER = "restante-" + Archive.VERSION + '/';

    private static Archive tar;
    private static Archive control;
    private static Archive data;

    @TempDir
    Path directory;

    @BeforeAll
    static void read() throws IOException {
        tar = Archive.tarGz();
        control = Archive.deb("control");
        data = Archive.deb("data");
    }

    @Test
    void theTarHasOneFolderAndInItWhatItsReadmeNames() {
        assertEquals(
                new TreeMap<>(Map.ofEntries(
                        Map.entry("LICENSE", "644"),
                        Map.entry("README", "644"),
                        Map.entry("bin/restante", "755"),
                        Map.entry("bin/restantectl", "755"),
                        Map.entry("lib/environment.sh", "644"),
                        Map.entry("lib/restante.jar", "644"),
                        Map.entry("share/bash-completion/completions/restantectl", "644"),
                        Map.entry("share/fail2ban/restante.conf", "644"),
                        Map.entry("share/man/man1/restante.1", "644"),
                        Map.entry("share/man/man1/restantectl.1", "644"),
                        Map.entry("share/systemd/restante.service", "644"))),
                modes(tar, FOLDER));
    }

    @Test
    void theDebianPackageHasItsFilesWhereDebianHasThem() throws IOException {
        Map<String, String> expected = new TreeMap<>(Map.ofEntries(
                Map.entry("etc/default/restante", "644"),
                Map.entry("lib/systemd/system/restante.service", "644"),
                Map.entry("usr/bin/restante", "-> ../share/restante/bin/restante"),
                Map.entry("usr/bin/restantectl", "-> ../share/restante/bin/restantectl"),
                Map.entry("usr/share/bash-completion/completions/restantectl", "644"),
                Map.entry("usr/share/doc/restante/CHANGELOG.md.gz", "644"),
                Map.entry("usr/share/doc/restante/changelog.gz", "644"),
                Map.entry("usr/share/doc/restante/copyright", "644"),
                Map.entry("usr/share/man/man1/restante.1.gz", "644"),
                Map.entry("usr/share/man/man1/restantectl.1.gz", "644"),
                Map.entry("usr/share/restante/bin/restante", "755"),
                Map.entry("usr/share/restante/bin/restantectl", "755"),
                Map.entry("usr/share/restante/defaults", "-> /etc/default/restante"),
                Map.entry("usr/share/restante/lib/environment.sh", "644"),
                Map.entry("usr/share/restante/lib/restante.jar", "644"),
                Map.entry("var/lib/restante/etc", "-> /etc/restante"),
                Map.entry("var/lib/restante/log", "-> ../../log/restante")));
        configuration().keySet().forEach(name -> expected.put("etc/restante/" + name, "644"));
        assertEquals(expected, modes(data, ""));
        assertTrue(data.entry("var/log/restante").isFolder());
    }

    @Test
    void everythingBelongsToRootAndHasTheTimeOfTheBuild() {
        Instant built = Instant.parse(System.getProperty("timestamp"));
        for (Archive archive : List.of(tar, control, data)) {
            Map<String, String> others = new TreeMap<>();
            archive.entries().forEach((name, entry) -> {
                if (!entry.owner().equals("root:root") || !entry.modified().equals(built)) {
                    others.put(name, entry.owner() + ' ' + entry.modified());
                }
            });
            assertEquals(Map.of(), others);
        }
    }

    /** Else they would stand as the file system lists them, which differs from machine to machine. */
    @Test
    void theFilesOfAFolderAreInTheOrderOfTheirNames() {
        for (Archive archive : List.of(tar, data)) {
            List<String> listed = archive.files()
                    .filter(name -> name.matches("etc/restante/.*|.*/man1/.*"))
                    .toList();
            assertTrue(listed.size() > 1, listed::toString);
            assertEquals(listed.stream().sorted().toList(), listed);
        }
    }

    /** Else two builds of a commit would differ where their umask does. */
    @Test
    void theJarKeepsNothingOfTheUmaskOfItsBuild() throws IOException {
        Map<String, String> others = new TreeMap<>();
        Path file = Files.write(directory.resolve("restante.jar"), content(tar, FOLDER + "lib/restante.jar"));
        try (ZipFile jar = ZipFile.builder().setPath(file).get()) {
            jar.getEntries().asIterator().forEachRemaining(entry -> {
                String mode = Integer.toOctalString(entry.getUnixMode() & 0777);
                if (!mode.equals(entry.isDirectory() ? "755" : "644")) {
                    others.put(entry.getName(), mode);
                }
            });
        }
        assertEquals(Map.of(), others);
    }

    @Test
    void bothPackagesHaveTheSameBytes() throws IOException {
        Map<String, String> places = new LinkedHashMap<>();
        places.put("bin/restante", "usr/share/restante/bin/restante");
        places.put("bin/restantectl", "usr/share/restante/bin/restantectl");
        places.put("lib/environment.sh", "usr/share/restante/lib/environment.sh");
        places.put("lib/restante.jar", "usr/share/restante/lib/restante.jar");
        places.put("share/systemd/restante.service", "lib/systemd/system/restante.service");
        places.put(
                "share/bash-completion/completions/restantectl", "usr/share/bash-completion/completions/restantectl");
        places.put("share/fail2ban/restante.conf", "etc/restante/fail2ban-restante.conf");
        places.forEach((inTar, inDeb) -> assertArrayEquals(content(tar, FOLDER + inTar), content(data, inDeb), inDeb));
        for (String manual : List.of("restante.1", "restantectl.1")) {
            assertArrayEquals(
                    content(tar, FOLDER + "share/man/man1/" + manual),
                    unzipped("usr/share/man/man1/" + manual + ".gz"));
        }
    }

    @Test
    void theConfigurationIsWhatTheServerWouldMakeAndDebianKeepsWhatTheOperatorChanges() throws IOException {
        Map<String, String> files = configuration();
        assertTrue(files.size() > 10, "looks into the jar");
        Set<String> kept = new TreeSet<>(Set.of("/etc/default/restante"));
        files.forEach((name, text) -> {
            assertEquals(text, new String(content(data, "etc/restante/" + name), UTF_8), name);
            kept.add("/etc/restante/" + name);
        });
        assertEquals(
                kept,
                new String(content(control, "conffiles"), UTF_8)
                        .lines()
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void theControlFileSaysWhatIsNeeded() {
        Map<String, String> fields = new TreeMap<>();
        new String(content(control, "control"), UTF_8)
                .lines()
                .filter(line -> !line.startsWith(" "))
                .map(line -> line.split(": ", 2))
                .forEach(field -> fields.put(field[0], field[1]));
        assertEquals("restante", fields.get("Package"));
        assertEquals(Archive.VERSION.replace('-', '~'), fields.get("Version"));
        assertEquals("all", fields.get("Architecture"));
        assertEquals("adduser, default-jre-headless (>= 2:1.17) | java17-runtime-headless", fields.get("Depends"));
        long kilobytes = Long.parseLong(fields.get("Installed-Size"));
        assertTrue(kilobytes > 10_000 && kilobytes < 100_000, () -> kilobytes + " KiB");
        assertNull(fields.get("Essential"));
    }

    @Test
    void theSumsOfTheDebianPackageAreRight() throws Exception {
        Map<String, String> said = new TreeMap<>();
        new String(content(control, "md5sums"), UTF_8).lines().forEach(line -> {
            String[] both = line.split("\\s+", 2);
            said.put(both[1].replaceFirst("^\\./", ""), both[0]);
        });
        Map<String, String> right = new TreeMap<>();
        MessageDigest md5 = MessageDigest.getInstance("MD5");
        for (Map.Entry<String, Archive.Entry> one : data.entries().entrySet()) {
            if (!one.getValue().isFolder() && one.getValue().link() == null) {
                right.put(
                        one.getKey(),
                        HexFormat.of().formatHex(md5.digest(one.getValue().content())));
            }
        }
        // dpkg has the sums of configuration files elsewhere.
        right.keySet().retainAll(said.keySet());
        assertEquals(right, said);
        assertTrue(said.containsKey("usr/share/restante/lib/restante.jar"), said::toString);
    }

    @Test
    void theChangelogHasVersionAndDateOfTheBuild() throws IOException {
        String changelog = new String(unzipped("usr/share/doc/restante/changelog.gz"), UTF_8);
        assertTrue(
                changelog.startsWith("restante (" + Archive.VERSION.replace('-', '~') + ") unstable; urgency="),
                changelog);
        assertTrue(
                changelog.matches(
                        "(?s).*\n -- [^<]+ <[^>]+>  [A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} 00:00:00 \\+0000\n"),
                changelog);
    }

    @Test
    void theShellUnderstandsItsScripts() throws Exception {
        List<String> scripts = List.of("postinst", "prerm", "postrm");
        assertEquals(
                Set.of("control", "md5sums", "conffiles", "postinst", "prerm", "postrm"),
                control.files().collect(Collectors.toSet()));
        for (String script : scripts) {
            assertEquals(0755, control.entry(script).mode(), script);
            assertTrue(new String(content(control, script), UTF_8).startsWith("#!/bin/sh\nset -e\n"), script);
            parse("sh", content(control, script));
        }
        for (String script : List.of("bin/restante", "bin/restantectl", "lib/environment.sh")) {
            parse("sh", content(tar, FOLDER + script));
        }
        assumeTrue(Finished.has("bash"), "the completion: needs bash");
        parse("bash", content(tar, FOLDER + "share/bash-completion/completions/restantectl"));
    }

    private void parse(String shell, byte[] script) throws Exception {
        Path file = Files.write(directory.resolve("script"), script);
        assertEquals(new Finished(0, "", ""), Finished.run(Map.of(), List.of(shell, "-n", file.toString())));
    }

    @Test
    void manUnderstandsTheManualPages() throws Exception {
        assumeTrue(Finished.has("man") && Finished.has("groff"), "the manual pages: need man and groff");
        for (String manual : List.of("restante.1", "restantectl.1")) {
            Path file = Files.write(directory.resolve(manual), content(tar, FOLDER + "share/man/man1/" + manual));
            Finished shown = Finished.run(
                    Map.of("MANWIDTH", "80", "LC_ALL", "C.UTF-8"),
                    List.of("man", "--warnings", "-E", "UTF-8", "-l", "-P", "cat", file.toString()));
            assertEquals(0, shown.exitCode(), shown.err());
            assertEquals("", shown.err());
            assertTrue(shown.out().contains("EXIT STATUS"), shown.out());
        }
    }

    @Test
    void systemdUnderstandsTheUnit() throws Exception {
        assumeTrue(Finished.has("systemd-analyze"), "the unit: needs systemd-analyze");
        tar.unpack(directory);
        // It is not installed where systemd looks for a command without a folder.
        String unit = new String(content(tar, FOLDER + "share/systemd/restante.service"), UTF_8);
        assertTrue(unit.contains("\nExecStart=restante --home /var/lib/restante\n"), unit);
        Path file = Files.writeString(
                directory.resolve("restante.service"),
                unit.replace("ExecStart=restante ", "ExecStart=" + directory.resolve(FOLDER) + "/bin/restante "));
        Finished verified = Finished.run(Map.of(), List.of("systemd-analyze", "verify", "--man=no", file.toString()));
        assertEquals(new Finished(0, "", ""), verified);
    }

    private static byte[] content(Archive archive, String name) {
        return archive.entry(name).content();
    }

    private static byte[] unzipped(String name) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(content(data, name)))) {
            return in.readAllBytes();
        }
    }

    /** What the server makes in {@code etc/} at its first start, as the delivered jar carries it. */
    private static Map<String, String> configuration() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (ZipInputStream jar =
                new ZipInputStream(new ByteArrayInputStream(content(tar, FOLDER + "lib/restante.jar")))) {
            for (ZipEntry entry = jar.getNextEntry(); entry != null; entry = jar.getNextEntry()) {
                if (entry.getName().startsWith("etc/") && !entry.isDirectory()) {
                    files.put(entry.getName().substring("etc/".length()), new String(jar.readAllBytes(), UTF_8));
                }
            }
        }
        return files;
    }

    /** @param folder what stands before each name */
    private static Map<String, String> modes(Archive archive, String folder) {
        Map<String, String> modes = new TreeMap<>();
        archive.files().forEach(name -> {
            assertTrue(name.startsWith(folder), name);
            Archive.Entry entry = archive.entry(name);
            modes.put(
                    name.substring(folder.length()),
                    entry.link() == null ? Integer.toOctalString(entry.mode()) : "-> " + entry.link());
        });
        return modes;
    }
}
