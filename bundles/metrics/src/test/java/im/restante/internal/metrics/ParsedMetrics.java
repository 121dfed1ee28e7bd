package im.restante.internal.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What stands in the text format, read as strictly as its description allows. */
final class ParsedMetrics {
    private static final String NAME = "[a-zA-Z_][a-zA-Z0-9_]*";
    private static final Pattern HELP = Pattern.compile("# HELP (" + NAME + ") ((?:[^\\\\\n]|\\\\\\\\|\\\\n)+)");
    private static final Pattern TYPE = Pattern.compile("# TYPE (" + NAME + ") (counter|gauge|histogram)");
    private static final String PAIR = NAME + "=\"(?:[^\\\\\"\n]|\\\\\\\\|\\\\\"|\\\\n)*\"";
    private static final Pattern SAMPLE = Pattern.compile(
            "(" + NAME + ")(\\{" + PAIR + "(?:," + PAIR + ")*\\})? (NaN|[+-]Inf|-?[0-9]+(?:\\.[0-9]+)?(?:E-?[0-9]+)?)");

    final Map<String, String> types = new LinkedHashMap<>();
    final Map<String, String> helps = new LinkedHashMap<>();
    /** By name and labels, as they stand there. */
    final Map<String, Double> values = new LinkedHashMap<>();

    static ParsedMetrics of(String text) {
        assertTrue(text.isEmpty() || text.endsWith("\n"), "the last line ends");
        ParsedMetrics parsed = new ParsedMetrics();
        String current = null;
        for (String line : text.lines().toList()) {
            Matcher help = HELP.matcher(line);
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (help.matches()) {
                current = help.group(1);
                assertNull(parsed.helps.put(current, help.group(2)), () -> "told twice: " + line);
            } else if (type.matches()) {
                assertEquals(current, type.group(1), "the type stands behind the help");
                assertNull(parsed.types.put(type.group(1), type.group(2)), line);
            } else {
                assertTrue(sample.matches(), () -> "no line of this format: " + line);
                parsed.sample(current, sample, line);
            }
        }
        parsed.values.keySet().forEach(parsed::bucketsGrow);
        return parsed;
    }

    private void sample(String family, Matcher sample, String line) {
        assertNotNull(family, line);
        String name = sample.group(1);
        if (types.get(family).equals("histogram")) {
            assertTrue(name.matches(family + "_(bucket|sum|count)"), line);
            assertEquals(name.endsWith("_bucket"), line.contains("le=\""), line);
        } else {
            assertEquals(family, name, line);
        }
        String labels = sample.group(2) == null ? "" : sample.group(2);
        double value = sample.group(3).endsWith("Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(sample.group(3));
        assertNull(values.put(name + labels, value), () -> "told twice: " + line);
    }

    private void bucketsGrow(String series) {
        if (!series.matches("(?s).*_bucket\\{.*")) {
            return;
        }
        String all = series.replaceFirst("le=\"[^\"]*\"", "le=\"+Inf\"");
        assertTrue(values.get(series) <= values.get(all), series);
        String count = all.replaceFirst("_bucket\\{", "_count{").replaceFirst(",?le=\"\\+Inf\"", "");
        assertEquals(values.get(all), values.get(count.replace("{}", "")), series);
        assertFalse(values.get(series) < 0, series);
    }
}
