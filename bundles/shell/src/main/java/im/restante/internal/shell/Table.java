package im.restante.internal.shell;

import im.restante.internal.support.OperatorConsole;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows under aligned headings. Where they are wider than a terminal ({@value Paragraph#COLUMNS} columns), the columns that have no more
 * room stand on further, indented lines of their row; what is in a cell is never cut.
 */
final class Table {
    private static final String GAP = "  ";
    private static final String FURTHER = "    ";

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
        boolean[] begins = new boolean[columns]; // a line
        int width = 0;
        for (int i = 0; i < columns; i++) {
            begins[i] = i > 0 && width + GAP.length() + widths[i] > Paragraph.COLUMNS;
            width = begins[i] ? FURTHER.length() + widths[i] : width + (i > 0 ? GAP.length() : 0) + widths[i];
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                if (begins[i]) {
                    out.println(line.toString().stripTrailing());
                    line.setLength(0);
                    line.append(FURTHER);
                }
                line.append(row.get(i))
                        .append(" ".repeat(widths[i] - row.get(i).length()))
                        .append(GAP);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
