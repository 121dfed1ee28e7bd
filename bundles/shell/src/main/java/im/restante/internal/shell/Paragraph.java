package im.restante.internal.shell;

import im.restante.internal.support.OperatorConsole;

/** Text behind a margin, broken at blanks so that it fits a terminal of {@value #COLUMNS} columns. A longer word is not broken. */
final class Paragraph {
    static final int COLUMNS = 80;

    private static final String MARGIN = "    ";

    private Paragraph() {}

    static void print(OperatorConsole out, String text) {
        StringBuilder line = new StringBuilder(MARGIN);
        for (String word : text.split(" ")) {
            boolean begun = line.length() > MARGIN.length();
            if (begun && line.length() + 1 + word.length() > COLUMNS) {
                out.println(line);
                line.setLength(MARGIN.length());
                begun = false;
            }
            line.append(begun ? " " : "").append(word);
        }
        out.println(line);
    }
}
