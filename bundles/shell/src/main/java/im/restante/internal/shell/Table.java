package im.restante.internal.shell;

import im.restante.internal.support.OperatorConsole;
import java.util.ArrayList;
import java.util.List;

/** Rows under aligned headings. */
final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    Table(String... headings) {
        rows.add(List.of(headings));
    }

    /** As many cells as there are headings. */
    void row(String... cells) {
        rows.add(List.of(cells));
    }

    /** Nothing if there is no row. */
    void print(OperatorConsole out) {
        if (rows.size() == 1) {
            return;
        }
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row.get(i)).append(" ".repeat(widths[i] - row.get(i).length() + 2));
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
