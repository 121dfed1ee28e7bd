package im.restante.itests.faults;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lines of the server's log by kind: level, logger and message, without addresses and figures. Traces belong to the line above. */
final class LogKinds {
    private static final Pattern LINE = Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\S+ +([A-Z]+) +(\\S+): (.*)");
    private static final Pattern ADDRESS = Pattern.compile("[\\w.+-]+@[\\w.-]+(/[\\w.+-]+)?");
    private static final Pattern FIGURE = Pattern.compile("\\b0x[0-9a-fA-F]+\\b|\\d+");

    private final Map<String, Integer> counts = new TreeMap<>();

    LogKinds(String log) {
        log.lines().forEach(line -> kind(line).ifPresent(kind -> counts.merge(kind, 1, Integer::sum)));
    }

    /** Empty for what does not begin a message. */
    private static Optional<String> kind(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            return Optional.empty();
        }
        String message = ADDRESS.matcher(parts.group(3)).replaceAll("JID");
        return Optional.of(parts.group(1) + ' ' + parts.group(2) + ": "
                + FIGURE.matcher(message).replaceAll("#"));
    }

    /** Of the most frequent kind; 0 without a line. */
    int most() {
        return counts.values().stream().max(Integer::compare).orElse(0);
    }

    /** Empty without a line. */
    String mostFrequent() {
        return counts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse("");
    }
}
