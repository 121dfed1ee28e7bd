package im.restante.internal.standalone;

import java.util.ArrayList;
import java.util.List;

/**
 * A command as an operator types it at the prompt. Blanks part the words; between {@code '} everything stands for itself, outside a
 * {@code \\} makes the next character stand for itself. Nothing else means anything: there are no variables, pipes or second commands.
 */
final class Typed {
    private Typed() {}

    /** @throws IllegalArgumentException if a quote is not closed */
    static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        StringBuilder word = null; // none begun
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (Character.isWhitespace(c)) {
                if (word != null) {
                    words.add(word.toString());
                    word = null;
                }
                continue;
            }
            word = word == null ? new StringBuilder() : word;
            if (c == '\'') {
                int end = line.indexOf('\'', i + 1);
                if (end < 0) {
                    throw new IllegalArgumentException("a quote (') is not closed; \\' stands for one");
                }
                word.append(line, i + 1, end);
                i = end;
            } else {
                i = c == '\\' && i + 1 < line.length() ? i + 1 : i;
                word.append(line.charAt(i));
            }
        }
        if (word != null) {
            words.add(word.toString());
        }
        return words;
    }
}
