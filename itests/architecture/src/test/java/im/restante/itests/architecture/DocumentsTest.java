package im.restante.itests.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What the Markdown files of the repository say of each other, of the code and of its commands is true. */
class DocumentsTest {
    private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
    private static final Path DOCS = ROOT.resolve("docs");
    /** Made by other means, and perhaps not there yet. */
    private static final Path CONFIGURE = DOCS.resolve("configure.md");

    private static final int LONGEST_LINE = 120;
    private static final int LONGEST_DECISION = 45;

    private static final Set<String> NOT_OURS = Set.of(".git", "target", "node_modules");

    private static final Pattern FENCE = Pattern.compile("\\s*(```|~~~).*");
    private static final Pattern LIST_ITEM = Pattern.compile("(\\s*(?:[-*+]|\\d+[.)])\\s+)\\S.*");
    private static final Pattern HEADING = Pattern.compile("#{1,6}\\s+(.*?)\\s*#*");
    private static final Pattern CODE_SPAN = Pattern.compile("(`+)(?:(?!\\1).)*?\\1", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\[(?:[^\\]\\\\]|\\\\.)*\\]\\(([^)\\s]+)\\)");
    private static final Pattern SCHEME = Pattern.compile("[a-z][a-z0-9+.-]*:.*");
    private static final Pattern COMMAND = Pattern.compile("(?<![\\w.:/-])restante:([a-z][a-z-]*)");
    private static final Pattern COMMAND_IN_CODE =
            Pattern.compile("osgi\\.command\\.function=([a-z-]+)|ShellCommand\\.NAME \\+ \"([a-z-]+)\"");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*(?:Test|IT|Contract))(?:#(\\w+))?`");
    private static final Pattern EXTENSION = Pattern.compile("XEP-(\\d{4})");
    private static final Pattern EXTENSION_ROW =
            Pattern.compile("(?m)^\\| XEP-(\\d{4}) \\| [^|]* \\| (\\d[\\d.]*|–) \\|");
    private static final Pattern EXTENSION_IN_DOAP = Pattern.compile(
            "extensions/xep-(\\d{4})\\.html'/>\\s*<xmpp:status>[a-z]+</xmpp:status>\\s*(?:<xmpp:version>([\\d.]+)</xmpp:version>)?");

    /** @param isCode whether it stands in a code block, or begins or ends one */
    private record Line(int number, String text, boolean isCode) {}

    private final Map<Path, Set<String>> anchors = new HashMap<>();

    @Test
    void everyLinkAndItsAnchorLeadSomewhere() throws IOException {
        List<String> dead = new ArrayList<>();
        int links = 0;
        for (Path file : markdown()) {
            Matcher link = LINK.matcher(CODE_SPAN.matcher(prose(file)).replaceAll(""));
            while (link.find()) {
                links++;
                if (!leadsSomewhere(file, link.group(1))) {
                    dead.add(ROOT.relativize(file) + ": " + link.group(1));
                }
            }
        }
        assertTrue(links > 100, "looks at the documents");
        assertEquals(List.of(), dead);
    }

    private boolean leadsSomewhere(Path file, String link) throws IOException {
        if (SCHEME.matcher(link).matches()) {
            return true; // elsewhere
        }
        int hash = link.indexOf('#');
        String name = hash < 0 ? link : link.substring(0, hash);
        Path target = name.isEmpty() ? file : file.resolveSibling(name).normalize();
        if (target.equals(CONFIGURE) && Files.notExists(target)) {
            return true;
        }
        return Files.exists(target)
                && (hash < 0
                        || !target.toString().endsWith(".md")
                        || anchors(target).contains(link.substring(hash + 1)));
    }

    /** As GitHub makes them of headings. */
    private Set<String> anchors(Path file) throws IOException {
        Set<String> known = anchors.get(file);
        if (known != null) {
            return known;
        }
        Set<String> found = new HashSet<>();
        Map<String, Integer> times = new HashMap<>();
        for (Line line : lines(file)) {
            Matcher heading = HEADING.matcher(line.text());
            if (!line.isCode() && heading.matches()) {
                String anchor = anchor(heading.group(1));
                int before = times.merge(anchor, 1, Integer::sum) - 1;
                found.add(before == 0 ? anchor : anchor + '-' + before);
            }
        }
        anchors.put(file, found);
        return found;
    }

    private static String anchor(String heading) {
        return heading.replaceAll("!?\\[([^\\]]*)\\]\\([^)]*\\)", "$1") // the text of a link
                .strip()
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{M}\\p{N}_\\- ]", "")
                .replace(' ', '-');
    }

    @Test
    void noLineOfProseIsLongerThanAHundredAndTwentyCharacters() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : markdown()) {
            for (Line line : lines(file)) {
                String text = line.text();
                boolean isRow = text.stripLeading().startsWith("|");
                if (!line.isCode() && !isRow && text.codePointCount(0, text.length()) > LONGEST_LINE) {
                    tooLong.add(ROOT.relativize(file) + ":" + line.number());
                }
            }
        }
        assertEquals(List.of(), tooLong);
    }

    /** In code blocks, tables and prose alike. */
    @Test
    void everyCommandOfTheShellThatIsNamedExists() throws IOException {
        Set<String> commands = new TreeSet<>();
        for (Path file : sources()) {
            if (file.toString().replace('\\', '/').contains("/src/main/")) {
                COMMAND_IN_CODE
                        .matcher(Files.readString(file))
                        .results()
                        .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                        .forEach(commands::add);
            }
        }
        assertTrue(commands.size() > 15, () -> "looks at the sources: " + commands);
        List<String> unknown = new ArrayList<>();
        for (Path file : markdown()) {
            COMMAND.matcher(Files.readString(file))
                    .results()
                    .filter(found -> !commands.contains(found.group(1)))
                    .forEach(found -> unknown.add(ROOT.relativize(file) + ": " + found.group()));
        }
        assertEquals(List.of(), unknown);
    }

    /** Whoever compares them would ask which one is right. */
    @Test
    void theFirstCommandIsTheSameInTheReadmeAndTheQuickStart() throws IOException {
        List<String> commands =
                List.of(firstCommand(ROOT.resolve("README.md")), firstCommand(DOCS.resolve("quick-start.md")));
        assertEquals(commands.get(0), commands.get(1));
    }

    private static String firstCommand(Path file) throws IOException {
        return lines(file).stream()
                .map(line -> line.text().strip())
                .filter(text -> text.startsWith("mvn "))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void everyTestThatTheProtocolsNameExists() throws IOException {
        Map<String, Path> classes = new HashMap<>();
        for (Path file : sources()) {
            classes.put(file.getFileName().toString().replace(".java", ""), file);
        }
        List<String> missing = new ArrayList<>();
        Set<String> named = new HashSet<>();
        for (String document : List.of("protocols.md", "from-tigase.md")) {
            for (MatchResult test : results(TEST, Files.readString(DOCS.resolve(document)))) {
                Path file = classes.get(test.group(1));
                named.add(test.group(1));
                if (file == null
                        || test.group(2) != null && !Files.readString(file).contains("void " + test.group(2) + '(')) {
                    missing.add(document + ": " + test.group());
                }
            }
        }
        assertTrue(named.size() > 30, "looks at the documents");
        assertEquals(List.of(), missing);
    }

    @Test
    void theProtocolsAndTheDoapFileSayTheSame() throws IOException {
        String protocols = Files.readString(DOCS.resolve("protocols.md"));
        Map<String, String> described = new TreeMap<>();
        results(EXTENSION_ROW, protocols)
                .forEach(row -> described.put(row.group(1), row.group(2).replace("–", "")));
        Map<String, String> declared = new TreeMap<>();
        results(EXTENSION_IN_DOAP, Files.readString(DOCS.resolve("restante.doap")))
                .forEach(one -> declared.put(one.group(1), one.group(2) == null ? "" : one.group(2)));
        assertTrue(declared.size() > 20, "looks at the DOAP file");
        assertEquals(declared, described);
        Set<String> mentioned =
                results(EXTENSION, protocols).stream().map(one -> one.group(1)).collect(Collectors.toSet());
        assertEquals(declared.keySet(), new TreeSet<>(mentioned));
    }

    @Test
    void everyDecisionIsListedAndShort() throws IOException {
        Path folder = DOCS.resolve("decisions");
        String list = Files.readString(folder.resolve("README.md"));
        List<String> wrong = new ArrayList<>();
        for (Path file : markdown()) {
            String name = file.getFileName().toString();
            if (!file.startsWith(folder) || name.equals("README.md")) {
                continue;
            }
            if (!list.contains("](" + name + ')')) {
                wrong.add(name + " is not listed");
            }
            if (lines(file).size() > LONGEST_DECISION) {
                wrong.add(name + " has more than " + LONGEST_DECISION + " lines");
            }
        }
        assertEquals(List.of(), wrong);
    }

    private static List<MatchResult> results(Pattern pattern, String text) {
        return pattern.matcher(text).results().toList();
    }

    /** Without code blocks, so that what looks like a link in one is none. */
    private static String prose(Path file) throws IOException {
        return lines(file).stream()
                .map(line -> line.isCode() ? "" : line.text())
                .collect(Collectors.joining("\n"));
    }

    private static List<Line> lines(Path file) throws IOException {
        List<Line> lines = new ArrayList<>();
        String fence = null; // none is open
        int listIndent = 0; // where the text of the list item begins
        boolean isBehindBlank = true;
        boolean isIndentedCode = false;
        int number = 0;
        for (String text : Files.readAllLines(file)) {
            number++;
            Matcher fenced = FENCE.matcher(text);
            if (fence != null || fenced.matches()) {
                lines.add(new Line(number, text, true));
                if (fence == null) {
                    fence = fenced.group(1);
                } else if (fenced.matches() && fenced.group(1).equals(fence)) {
                    fence = null;
                }
                isBehindBlank = false;
                continue;
            }
            if (text.isBlank()) {
                lines.add(new Line(number, text, false));
                isBehindBlank = true;
                continue;
            }
            int indent = text.length() - text.stripLeading().length();
            isIndentedCode = indent >= listIndent + 4 && (isBehindBlank || isIndentedCode);
            Matcher item = LIST_ITEM.matcher(text);
            if (!isIndentedCode && item.matches()) {
                listIndent = item.group(1).length();
            } else if (indent == 0) {
                listIndent = isBehindBlank ? 0 : listIndent;
            }
            lines.add(new Line(number, text, isIndentedCode));
            isBehindBlank = false;
        }
        return lines;
    }

    private static List<Path> markdown() throws IOException {
        List<Path> found = files(ROOT, ".md");
        assertTrue(found.size() > 40, "looks at the documents");
        return found;
    }

    private static List<Path> sources() throws IOException {
        List<Path> found = new ArrayList<>();
        for (String folder : List.of("bundles", "runtime", "itests")) {
            found.addAll(files(ROOT.resolve(folder), ".java"));
        }
        assertTrue(found.size() > 300, "looks at the sources");
        return found;
    }

    /** What was built, or was fetched for it, is left out. */
    private static List<Path> files(Path folder, String ending) throws IOException {
        List<Path> found = new ArrayList<>();
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return NOT_OURS.contains(directory.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(ending)) {
                    found.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return found;
    }
}
