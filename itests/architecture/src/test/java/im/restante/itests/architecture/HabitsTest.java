package im.restante.itests.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What went wrong once in one place and must not come back in another. */
@AnalyzeClasses(
        packages = {"im.restante", "org.example.restante"},
        importOptions = ImportOption.DoNotIncludeTests.class)
class HabitsTest {
    /** They ask for a locale and have a form without, which takes the system's: other digits, and a Turkish i. */
    private static final Set<String> FORMS = Set.of(
            "java.lang.String.format",
            "java.lang.String.formatted",
            "java.lang.String.toLowerCase",
            "java.lang.String.toUpperCase",
            "java.io.PrintStream.format",
            "java.io.PrintStream.printf",
            "java.io.PrintWriter.format",
            "java.io.PrintWriter.printf",
            "java.util.Formatter.<init>",
            "java.text.SimpleDateFormat.<init>",
            "java.text.DecimalFormat.<init>",
            "java.text.NumberFormat.getInstance",
            "java.text.NumberFormat.getIntegerInstance",
            "java.text.NumberFormat.getNumberInstance",
            "java.text.NumberFormat.getPercentInstance",
            "java.time.format.DateTimeFormatter.ofPattern",
            "java.time.format.DateTimeFormatterBuilder.toFormatter",
            "java.util.Scanner.<init>");

    @ArchTest
    static final ArchRule NOTHING_DEPENDS_ON_THE_LANGUAGE_OF_THE_SYSTEM = noClasses()
            .should()
            .callMethodWhere(takesTheSystemsLocale())
            .orShould()
            .callConstructorWhere(takesTheSystemsLocale())
            .orShould()
            .callMethod(Locale.class, "getDefault");

    private static DescribedPredicate<JavaCall<?>> takesTheSystemsLocale() {
        return DescribedPredicate.describe("takes the locale of the system", call -> {
            String name = call.getTargetOwner().getName() + '.' + call.getName();
            return FORMS.contains(name)
                    && call.getTarget().getRawParameterTypes().stream()
                            .noneMatch(type -> type.isEquivalentTo(Locale.class));
        });
    }

    private static final Pattern REFERENCE = Pattern.compile("String::(toLowerCase|toUpperCase|format|formatted)\\b");
    private static final Pattern GUARD = Pattern.compile(
            "catch \\([^)]*\\b(Throwable|Error) \\w+\\) \\{[^\\n]*\\n(?!\\s*OutOfMemory\\.endsProcess\\()");

    private static final Pattern CODE = Pattern.compile("\\s*(?!\\*|/\\*|//)\\S.*");

    @Test
    void noMethodReferenceDependsOnTheLanguageOfTheSystem() throws IOException {
        assertEquals(List.of(), found(REFERENCE));
    }

    /** Else a server that has run out of memory goes on, half alive. */
    @Test
    void everyGuardThatCatchesErrorsEndsTheProcessWhenMemoryHasRunOut() throws IOException {
        assertEquals(List.of(), found(GUARD));
    }

    /** `mvn -Pnullness clean compile -pl bundles/api,bundles/spi` checks what they say. */
    @Test
    void everyPackageOfApiAndSpiSaysWhatMayBeNull() throws IOException {
        List<String> silent = new ArrayList<>();
        for (String bundle : List.of("api", "spi")) {
            try (Stream<Path> all = Files.walk(Path.of("..", "..", "bundles", bundle))) {
                for (Path file : (Iterable<Path>) all.filter(HabitsTest::isMainCode)::iterator) {
                    Path info = file.resolveSibling("package-info.java");
                    if (!Files.exists(info) || !Files.readString(info).contains("NullMarked")) {
                        silent.add(file.toString());
                    }
                }
            }
        }
        assertEquals(List.of(), silent);
    }

    /** A bundle that a newcomer can read in a day. Lines that hold no code, and comments, do not count. */
    @Test
    void noBundleHasMoreThanFourThousandLinesOfCode() throws IOException {
        Map<String, Long> tooLong = new TreeMap<>();
        Path bundles = Path.of("..", "..", "bundles");
        try (Stream<Path> all = Files.walk(bundles)) {
            for (Path file : (Iterable<Path>) all.filter(HabitsTest::isMainCode)::iterator) {
                long lines;
                try (Stream<String> text = Files.lines(file)) {
                    lines = text.filter(CODE.asMatchPredicate()).count();
                }
                tooLong.merge(bundles.relativize(file).getName(0).toString(), lines, Long::sum);
            }
        }
        assertTrue(tooLong.size() > 20, "looks at the sources");
        tooLong.values().removeIf(lines -> lines <= 4_000);
        assertEquals(Map.of(), tooLong);
    }

    /** Whoever reads a name in a log or a stack trace must not have to ask which one is meant. */
    @Test
    void noTwoClassesOfOurBundlesHaveOneName() throws IOException {
        Map<String, List<String>> places = new TreeMap<>();
        Path bundles = Path.of("..", "..", "bundles");
        try (Stream<Path> all = Files.walk(bundles)) {
            all.filter(HabitsTest::isMainCode)
                    .filter(file -> !file.endsWith("package-info.java"))
                    .forEach(file -> places.computeIfAbsent(file.getFileName().toString(), name -> new ArrayList<>())
                            .add(bundles.relativize(file).getName(0).toString()));
        }
        assertTrue(places.size() > 300, "looks at the sources");
        places.values().removeIf(one -> one.size() == 1);
        assertEquals(Map.of(), places);
    }

    /** Where the pattern stands in the main code of bundles and run times. */
    private static List<String> found(Pattern pattern) throws IOException {
        List<String> places = new ArrayList<>();
        int files = 0;
        for (String folder : List.of("bundles", "runtime")) {
            try (Stream<Path> all = Files.walk(Path.of("..", "..", folder))) {
                for (Path file : (Iterable<Path>) all.filter(HabitsTest::isMainCode)::iterator) {
                    files++;
                    String text = Files.readString(file);
                    Matcher matcher = pattern.matcher(text);
                    while (matcher.find()) {
                        long line =
                                1 + text.substring(0, matcher.start()).lines().count();
                        places.add(file.getFileName() + ":" + line + " "
                                + matcher.group().strip());
                    }
                }
            }
        }
        assertTrue(files > 300, "looks at the sources");
        return places;
    }

    private static boolean isMainCode(Path file) {
        return file.toString().replace('\\', '/').matches(".*/src/main/java/.*\\.java");
    }
}
