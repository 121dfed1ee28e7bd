package im.restante.internal.tigase;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * A key and its value as {@link Properties} reads them, continued lines, escapes and separators included, and where it began,
 * which {@link Properties} does not tell.
 *
 * @param number the first of its lines, counted from 1
 * @param key    null if the line is malformed; then {@code value} says how
 */
record LogicalLine(int number, String key, String value) {

    /** All but blank lines and comments. */
    static List<LogicalLine> of(String text) {
        List<LogicalLine> found = new ArrayList<>();
        StringBuilder begun = new StringBuilder();
        int start = 0;
        int number = 0;
        for (String line : text.split("\r\n|\r|\n", -1)) {
            number++;
            if (begun.isEmpty()) {
                String content = withoutLeadingBlanks(line);
                if (content.isEmpty() || content.startsWith("#") || content.startsWith("!")) {
                    continue;
                }
                start = number;
            }
            begun.append(line).append('\n');
            if (!continues(line)) {
                found.add(parse(start, begun.toString()));
                begun.setLength(0);
            }
        }
        if (!begun.isEmpty()) {
            found.add(parse(start, begun.toString()));
        }
        return found;
    }

    /** What {@link Properties} calls white space; every other character begins a key. */
    private static String withoutLeadingBlanks(String line) {
        int from = 0;
        while (from < line.length() && " \t\f".indexOf(line.charAt(from)) >= 0) {
            from++;
        }
        return line.substring(from);
    }

    /** An odd number of backslashes at the end. */
    private static boolean continues(String line) {
        int backslashes = 0;
        while (backslashes < line.length() && line.charAt(line.length() - 1 - backslashes) == '\\') {
            backslashes++;
        }
        return backslashes % 2 == 1;
    }

    private static LogicalLine parse(int number, String lines) {
        Properties one = new Properties();
        try {
            one.load(new StringReader(lines));
        } catch (IllegalArgumentException e) {
            return new LogicalLine(number, null, "\\u must be followed by four hexadecimal digits");
        } catch (IOException e) {
            throw new IllegalStateException("a text in memory cannot be read", e);
        }
        String key = one.stringPropertyNames().stream().findFirst().orElse("");
        String value = one.getProperty(key, "").strip();
        String end = lines.strip();
        if (key.isBlank() || value.isEmpty() && !end.endsWith("=") && !end.endsWith(":")) {
            return new LogicalLine(number, null, "must be KEY=VALUE");
        }
        return new LogicalLine(number, key, value);
    }
}
