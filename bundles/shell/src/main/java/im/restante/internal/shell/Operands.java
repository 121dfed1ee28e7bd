package im.restante.internal.shell;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What may stand behind a command, read from its usage: {@code [--from SENDER] JID [N|false|default]} has an option that takes a value,
 * and two places, the second with three alternatives. Brackets, and {@code |} between blanks, only end an option's value.
 */
final class Operands {
    /** With what stands behind each; empty: nothing. */
    private final Map<String, String> options = new LinkedHashMap<>();
    /** The alternatives of each place. */
    private final List<List<String>> places = new ArrayList<>();

    Operands(String usage) {
        String option = null; // the word before
        for (String word : usage.replace("[", " [ ").replace("]", " ] ").strip().split("\\s+")) {
            if (word.isEmpty() || word.equals("[") || word.equals("]") || word.equals("|")) {
                option = null;
            } else if (word.startsWith("--")) {
                options.put(word, "");
                option = word;
            } else if (option != null) {
                options.put(option, word);
                option = null;
            } else {
                places.add(List.of(word.split("\\|")));
            }
        }
    }

    /** What may stand behind these words: what the next place takes, and the options that were not used. */
    List<String> next(List<String> words) {
        int place = 0;
        String value = ""; // what the option before takes
        for (String word : words) {
            if (!value.isEmpty()) {
                value = "";
            } else if (options.containsKey(word)) {
                value = options.get(word);
            } else {
                place++;
            }
        }
        if (!value.isEmpty()) {
            return List.of(value);
        }
        List<String> next = new ArrayList<>();
        if (place < places.size()) {
            next.addAll(places.get(place));
        }
        options.keySet().stream().filter(option -> !words.contains(option)).forEach(next::add);
        return next;
    }
}
