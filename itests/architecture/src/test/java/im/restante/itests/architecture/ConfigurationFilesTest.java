package im.restante.itests.architecture;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsDescriptor.Key;
import im.restante.config.SettingsDescriptor.Type;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * What is made from the descriptors of the settings: the delivered {@code .cfg} files, what consoles show (OSGi Metatype), and
 * {@code docs/configure.md}. They are in the repository so that they can be read there; {@code -Dsettings.write=true} writes them anew.
 */
class ConfigurationFilesTest {
    private static final Path ROOT = Path.of("../..");
    private static final Path BUNDLES = ROOT.resolve("bundles");
    private static final int WIDTH = 116;

    /** A descriptor, and the folder of the bundle that has it. */
    private record Described(SettingsDescriptor settings, Path bundle) {}

    @Test
    void theFilesSayWhatTheDescriptorsSay() throws Exception {
        List<Described> all = all();
        assertTrue(all.size() >= 13, "only " + all.size());
        Map<Path, String> files = new LinkedHashMap<>();
        for (Described one : all) {
            String pid = one.settings().pid();
            if (!pid.equals("im.restante.shell")) { // delivered with a value, and by the standalone runtime alone
                files.put(ROOT.resolve("features/src/main/cfg").resolve(pid + ".cfg"), cfg(one.settings()));
            }
            files.put(
                    one.bundle().resolve("src/main/resources/OSGI-INF/metatype").resolve(pid + ".xml"),
                    metatype(one.settings()));
        }
        files.put(ROOT.resolve("docs/configure.md"), document(all));
        if (Boolean.getBoolean("settings.write")) {
            for (Map.Entry<Path, String> file : files.entrySet()) {
                Files.createDirectories(file.getKey().getParent());
                Files.writeString(file.getKey(), file.getValue());
            }
        }
        assertAll(files.entrySet().stream()
                .<Executable>map(file -> () -> assertEquals(
                        file.getValue(),
                        Files.isRegularFile(file.getKey()) ? Files.readString(file.getKey()) : "",
                        file.getKey() + " is not what its descriptor says; -Dsettings.write=true writes it")));
    }

    @Test
    void nobodyDeliversAFileThatNobodyReads() throws Exception {
        List<String> pids = all().stream().map(one -> one.settings().pid()).toList();
        try (Stream<Path> files = Files.list(ROOT.resolve("features/src/main/cfg"))) {
            List<String> strangers = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".cfg"))
                    .map(name -> name.substring(0, name.length() - ".cfg".length()))
                    .filter(pid -> !pids.contains(pid))
                    .toList();
            assertEquals(List.of(), strangers);
        }
    }

    private static List<Described> all() throws ReflectiveOperationException, IOException {
        List<Described> all = new ArrayList<>();
        for (JavaClass type : new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("im.restante")) {
            for (JavaField described : type.getFields()) {
                if (described.getRawType().isEquivalentTo(SettingsDescriptor.class)
                        && described.getModifiers().contains(JavaModifier.STATIC)) {
                    Field field = described.reflect();
                    field.setAccessible(true);
                    all.add(new Described((SettingsDescriptor) field.get(null), bundle(type)));
                }
            }
        }
        all.sort(Comparator.comparing(one -> one.settings().pid()));
        return all;
    }

    private static Path bundle(JavaClass type) throws IOException {
        Path source = Path.of("src/main/java", type.getName().replace('.', '/') + ".java");
        try (Stream<Path> folders = Files.list(BUNDLES)) {
            return folders.filter(folder -> Files.isRegularFile(folder.resolve(source)))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no bundle has " + source));
        }
    }

    // ---- a .cfg file

    private static String cfg(SettingsDescriptor settings) {
        StringBuilder text = new StringBuilder();
        comment(
                text,
                settings.description()
                        + " Read again when saved; a bad value is refused in the log, and what was in force"
                        + " stays. A key behind '#' shows its default.");
        for (Key key : settings.keys()) {
            text.append('\n');
            comment(text, key.description() + (key.description().contains("\n") ? "\n" : " ") + sentence(key));
            text.append('#').append(key.name()).append(" =");
            text.append(key.byDefault().isEmpty() ? "" : " " + key.byDefault()).append('\n');
        }
        return text.toString();
    }

    private static void comment(StringBuilder text, String sentences) {
        for (String paragraph : sentences.strip().split("\n")) {
            StringBuilder line = new StringBuilder("#");
            for (String word : paragraph.strip().split(" ")) {
                if (line.length() + 1 + word.length() > WIDTH) {
                    text.append(line).append('\n');
                    line.setLength(1);
                }
                line.append(' ').append(word);
            }
            text.append(line).append('\n');
        }
    }

    /** What a value may be, as a sentence; nothing for a text. */
    private static String sentence(Key key) {
        if (key.type() == Type.TEXT || key.type() == Type.SECRET) {
            return "";
        }
        String wanted = wanted(key);
        return wanted.substring(0, 1).toUpperCase(Locale.ROOT) + wanted.substring(1) + ".";
    }

    private static String wanted(Key key) {
        if (key.type() == Type.NUMBER && key.min() <= Integer.MIN_VALUE) {
            return "a whole number";
        }
        return key.wanted().replace(" to " + Integer.MAX_VALUE, " on");
    }

    // ---- OSGi Metatype

    private static String metatype(SettingsDescriptor settings) {
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<!-- made from the descriptor of these settings: ConfigurationFilesTest -->\n"
                + "<metatype:MetaData xmlns:metatype=\"http://www.osgi.org/xmlns/metatype/v1.4.0\">\n");
        xml.append("  <OCD id=\"").append(settings.pid());
        attribute(xml, "name", settings.title());
        attribute(xml, "description", settings.description());
        xml.append("\">\n");
        for (Key key : settings.keys()) {
            xml.append("    <AD id=\"").append(key.name());
            attribute(xml, "name", key.name());
            attribute(xml, "type", type(key));
            attribute(xml, "required", "false");
            if (!key.byDefault().isEmpty()) {
                attribute(xml, "default", key.byDefault().replaceAll("[\\\\, ]", "\\\\$0")); // a comma parts values
            }
            if (key.type() == Type.NUMBER) {
                attribute(xml, "min", Long.toString(least(key)));
                attribute(xml, "max", Long.toString(key.max()));
            }
            attribute(xml, "description", key.description().replace('\n', ' '));
            if (key.choices().isEmpty()) {
                xml.append("\"/>\n");
            } else {
                xml.append("\">\n");
                for (String choice : key.choices()) {
                    xml.append("      <Option label=\"").append(choice);
                    attribute(xml, "value", choice);
                    xml.append("\"/>\n");
                }
                xml.append("    </AD>\n");
            }
        }
        return xml.append("  </OCD>\n  <Designate pid=\"")
                .append(settings.pid())
                .append("\">\n    <Object ocdref=\"")
                .append(settings.pid())
                .append("\"/>\n  </Designate>\n</metatype:MetaData>\n")
                .toString();
    }

    private static void attribute(StringBuilder xml, String name, String value) {
        xml.append("\" ")
                .append(name)
                .append("=\"")
                .append(value.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;"));
    }

    private static String type(Key key) {
        return switch (key.type()) {
            case FLAG -> "Boolean";
            case NUMBER -> least(key) >= Integer.MIN_VALUE && key.max() <= Integer.MAX_VALUE ? "Integer" : "Long";
            case SECRET -> "Password";
            case CHOICE, TEXT -> "String";
        };
    }

    private static long least(Key key) {
        return key.apart() == null ? key.min() : Math.min(key.min(), key.apart());
    }

    // ---- the document

    private static String document(List<Described> all) {
        StringBuilder text = new StringBuilder("""
                # Configure

                Settings are in files named `etc/PID.cfg` in the server's home, in Karaf in its own `etc` folder. A file is read
                again when it is saved. A value that cannot be used is refused in the log, which says what would be right, and
                what was in force stays; only at the start does it end the standalone server. Several bundles may read one PID: a
                bad value of any key keeps those from starting that are started anew while it stands there. A change is a line
                in the log with the old and the new value, and so is a key that nothing reads. The server never writes these files.

                This page is made from the descriptors that also check the values (`ConfigurationFilesTest` in
                `itests/architecture`, with `-Dsettings.write=true`).
                """);
        for (Described one : all) {
            SettingsDescriptor settings = one.settings();
            text.append("\n## ").append(settings.pid()).append("\n\n");
            prose(text, settings.description());
            text.append("\n| Key | Default | May be | Meaning |\n|---|---|---|---|\n");
            for (Key key : settings.keys()) {
                text.append("| `").append(key.name()).append("` | ");
                text.append(key.byDefault().isEmpty() ? "" : "`" + key.byDefault() + "`")
                        .append(" | ");
                text.append(wanted(key)).append(" | ");
                text.append(key.description().replace("|", "\\|").replace("\n", "<br>"))
                        .append(" |\n");
            }
        }
        return text.toString();
    }

    private static void prose(StringBuilder text, String sentences) {
        StringBuilder lines = new StringBuilder();
        comment(lines, sentences);
        text.append(lines.toString().replaceAll("(?m)^# ", ""));
    }
}
