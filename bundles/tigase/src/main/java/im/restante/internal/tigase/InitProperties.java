package im.restante.internal.tigase;

import static java.util.stream.Collectors.toUnmodifiableList;

import im.restante.internal.tigase.Finding.Kind;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an {@code init.properties} says to this server, and what it says of each line. Immutable.
 *
 * <p>The old server is told everything in one file, passwords of databases among it: a value is quoted only if it belongs to a
 * setting that we know.
 */
final class InitProperties {
    /** Of the two places that mean the same here, the one that wins. */
    static final String FIRST_PLACE = "sess-man/plugins-conf/amp/";

    static final String SECOND_PLACE = "amp/";

    private static final String PLUGINS = "--sm-plugins";
    private static final Pattern TYPED = Pattern.compile("([^\\[\\]]+)(?:\\[([FLISBflisb])])?");
    private static final int QUOTED = 120;

    private final List<Finding> findings = new ArrayList<>();
    private final Map<TigaseSetting, Said> first = new EnumMap<>(TigaseSetting.class);
    private final Map<TigaseSetting, Said> second = new EnumMap<>(TigaseSetting.class);
    private final Map<String, Map<String, String>> overlay = new TreeMap<>();

    /** A setting with its value at a line. */
    private record Said(int line, String name, TigaseSetting.Value value) {}

    /**
     * What holds for one key of ours, and where it is said.
     *
     * @param name as the line has it
     */
    record Meant(int line, String name, String pid, String key, String value) {}

    private final List<Meant> meant = new ArrayList<>();

    private InitProperties() {}

    /** Reads UTF-8, with or without a byte order mark. Never fails: what is wrong is among the findings. */
    static InitProperties of(byte[] content) {
        InitProperties read = new InitProperties();
        String text = read.decode(content);
        if (text != null) {
            LogicalLine.of(text).forEach(read::understand);
            read.conclude();
        }
        read.findings.sort(Comparator.comparingInt(Finding::line));
        return read;
    }

    /** In the order of the lines; a line may have several. */
    List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** Why the file is refused as a whole; empty if it is not. */
    List<String> problems() {
        return findings.stream()
                .filter(finding -> finding.kind() == Kind.REFUSES)
                .map(Finding::sentence)
                .collect(toUnmodifiableList());
    }

    /** PID to key to value; empty if the file is refused. */
    Map<String, Map<String, String>> overlay() {
        Map<String, Map<String, String>> copy = new HashMap<>();
        if (problems().isEmpty()) {
            overlay.forEach((pid, values) -> copy.put(pid, Map.copyOf(values)));
        }
        return Map.copyOf(copy);
    }

    /** One for each setting that is said, with its line; empty if the file is refused. */
    List<Meant> meant() {
        return problems().isEmpty() ? List.copyOf(meant) : List.of();
    }

    private String decode(byte[] content) {
        CharsetDecoder strict = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(content);
        CharBuffer out = CharBuffer.allocate(content.length);
        CoderResult result = strict.decode(in, out, true);
        out.flip();
        String text = out.toString();
        if (result.isError()) {
            int line = text.split("\r\n|\r|\n", -1).length;
            add(line, Kind.REFUSES, "not UTF-8: save the file in that encoding");
            return null;
        }
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private void understand(LogicalLine line) {
        if (line.key() == null) {
            add(line.number(), Kind.REFUSES, line.value());
        } else if (line.key().equals(PLUGINS)) {
            plugins(line);
        } else if (line.key().startsWith(FIRST_PLACE)) {
            amp(line, line.key().substring(FIRST_PLACE.length()), first);
        } else if (line.key().startsWith(SECOND_PLACE)) {
            amp(line, line.key().substring(SECOND_PLACE.length()), second);
        } else {
            add(line.number(), Kind.IGNORES, quote(line.key()) + ": not a setting of this server");
        }
    }

    private void plugins(LogicalLine line) {
        for (String item : line.value().split(",")) {
            String plugin = item.strip();
            if (plugin.isEmpty()) {
                continue;
            }
            boolean signed = plugin.charAt(0) == '+' || plugin.charAt(0) == '-';
            String name = plugin.substring(signed ? 1 : 0).split("=", 2)[0].strip(); // NAME=THREADS
            if (name.isEmpty()) {
                add(line.number(), Kind.REFUSES, PLUGINS + ": " + quote(plugin) + ": must be +NAME or -NAME");
            } else if (name.equals("amp")) {
                String on = Boolean.toString(plugin.charAt(0) != '-');
                say(line, PLUGINS + ": " + plugin, TigaseSetting.AMP_ENABLED, TigaseSetting.Value.of(on), first);
            } else {
                add(line.number(), Kind.IGNORES, PLUGINS + ": " + quote(plugin) + ": not a plugin of this server");
            }
        }
    }

    private void amp(LogicalLine line, String nameAndType, Map<TigaseSetting, Said> place) {
        String key = quote(line.key());
        int bracket = nameAndType.indexOf('[');
        String bare = bracket < 0 ? nameAndType : nameAndType.substring(0, bracket);
        TigaseSetting setting = TigaseSetting.named(bare).orElse(null);
        if (setting == null) {
            add(line.number(), Kind.IGNORES, key + ": not a setting of this server");
            return;
        }
        Matcher typed = TYPED.matcher(nameAndType);
        if (!typed.matches()) {
            add(
                    line.number(),
                    Kind.REFUSES,
                    key + "=" + quote(line.value())
                            + ": the type must be one of F, L, I, S, B in brackets, or lower case");
            return;
        }
        try {
            checkType(typed.group(2), line.value());
            say(line, key, setting, setting.read(line.value()), place);
        } catch (IllegalArgumentException e) {
            add(line.number(), Kind.REFUSES, key + "=" + quote(line.value()) + ": must be " + e.getMessage());
        }
    }

    /** Lower case is a list of the type. */
    private static void checkType(String typeOrNull, String value) {
        if (typeOrNull == null) {
            return;
        }
        boolean list = Character.isLowerCase(typeOrNull.charAt(0));
        for (String item : list ? value.split(",") : new String[] {value}) {
            String one = item.strip();
            switch (Character.toUpperCase(typeOrNull.charAt(0))) {
                case 'B' -> require(one.equalsIgnoreCase("true") || one.equalsIgnoreCase("false"), "true or false");
                case 'I', 'L' -> require(one.matches("[-+]?[0-9]+"), "a whole number");
                case 'F' -> require(one.matches("[-+]?[0-9]+(\\.[0-9]*)?"), "a number");
                default -> {} // a text may be anything
            }
        }
    }

    private static void require(boolean right, String wanted) {
        if (!right) {
            throw new IllegalArgumentException(wanted);
        }
    }

    private void say(
            LogicalLine line,
            String name,
            TigaseSetting setting,
            TigaseSetting.Value value,
            Map<TigaseSetting, Said> place) {
        Said before = place.put(setting, new Said(line.number(), name, value));
        if (value.notice() != null) {
            add(line.number(), Kind.NOTICE, name + ": " + value.notice());
        }
        if (before != null) {
            boolean same = before.value.text().equals(value.text());
            add(
                    before.line,
                    same ? Kind.NOTICE : Kind.WARNING,
                    before.name + ": " + (same ? "said again at line " : "the later one wins, at line ")
                            + line.number());
        }
    }

    /** Both places are read: now which wins is known. */
    private void conclude() {
        for (TigaseSetting setting : TigaseSetting.values()) {
            Said winner = first.getOrDefault(setting, second.get(setting));
            if (winner == null) {
                continue;
            }
            String meaning = setting.pid + " " + setting.key + "=" + winner.value.text();
            add(winner.line, Kind.SETS, winner.name + ": " + meaning);
            meant.add(new Meant(winner.line, winner.name, setting.pid, setting.key, winner.value.text()));
            overlay.computeIfAbsent(setting.pid, pid -> new TreeMap<>()).put(setting.key, winner.value.text());
            Said other = second.get(setting);
            if (other == null || other == winner) {
                continue;
            }
            if (other.value.text().equals(winner.value.text())) {
                add(other.line, Kind.SETS, other.name + ": " + meaning + ", as line " + winner.line + " does");
            } else {
                add(
                        other.line,
                        Kind.WARNING,
                        other.name + ": " + other.value.text() + " differs from line " + winner.line + ", which wins: "
                                + meaning);
            }
        }
    }

    private void add(int line, Kind kind, String text) {
        findings.add(new Finding(line, kind, text));
    }

    /** Printable and short. */
    private static String quote(String text) {
        String printable = text.replaceAll("\\p{Cntrl}", "?");
        return printable.length() <= QUOTED ? printable : printable.substring(0, QUOTED) + "...";
    }
}
