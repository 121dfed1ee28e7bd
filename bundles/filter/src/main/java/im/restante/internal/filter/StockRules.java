package im.restante.internal.filter;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.restante.filter.Opinion;
import im.restante.stanza.Message;
import im.restante.stanza.Substance;
import im.restante.xml.Element;
import im.restante.xml.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The hints of XEP-0334 and what is stored by default: the table {@code stock-rules.txt} beside this class, of which the first
 * row that fits a message decides. Immutable.
 */
final class StockRules {
    private static final String FILE = "stock-rules.txt";
    private static final String TYPE = "type=";
    private static final String BODY = "body";
    private static final String CONTENT = "content";
    private static final String OTHERWISE = "otherwise";

    private final List<Opinion> opinions = new ArrayList<>();
    private final int[] byType = new int[Message.Type.values().length];
    private final PathTable table;
    /** The row for content that has no row of its own. */
    private int ofContent = PathTable.NONE;
    /** The rows below that one: what they name is not such content. */
    private final PathTable below;

    /** Reads the table. */
    StockRules() {
        this(lines());
    }

    StockRules(List<String> lines) {
        Arrays.fill(byType, PathTable.NONE);
        PathTable.Builder paths = new PathTable.Builder();
        PathTable.Builder belowContent = new PathTable.Builder();
        try {
            for (String line : lines) {
                if (!line.isBlank() && line.charAt(0) != '#') {
                    add(line.trim().split("\\s+", 3), paths, belowContent);
                }
            }
        } catch (PathEntry.Malformed | ArrayIndexOutOfBoundsException e) {
            throw new IllegalStateException(FILE + " is broken", e);
        }
        table = paths.build();
        below = belowContent.build();
    }

    private void add(String[] row, PathTable.Builder paths, PathTable.Builder belowContent) throws PathEntry.Malformed {
        int number = opinions.size();
        opinions.add(row[0].equals("keep") ? Opinion.keep(row[2]) : Opinion.skip(row[2]));
        if (row[1].startsWith(TYPE)) {
            String type = row[1].substring(TYPE.length()).toUpperCase(Locale.ROOT);
            byType[Message.Type.valueOf(type).ordinal()] = number;
        } else if (row[1].equals(BODY)) {
            paths.add(number, PathEntry.listOf("/message/body[jabber:client]").get(0), true);
        } else if (row[1].equals(CONTENT)) {
            ofContent = number;
        } else if (!row[1].equals(OTHERWISE)) {
            PathEntry path = PathEntry.listOf(row[1]).get(0);
            paths.add(number, path, false);
            if (ofContent < number) {
                belowContent.add(number, path, false);
            }
        }
    }

    /** {@link Opinion.Keep} or {@link Opinion.Skip}. */
    Opinion decide(Message message) {
        int otherwise = opinions.size() - 1;
        int ofType = Math.min(byType[message.type().ordinal()], otherwise);
        int first = table.first(message, ofType);
        return opinions.get(first > ofContent && hasOtherContent(message) ? ofContent : first);
    }

    private boolean hasOtherContent(Message message) {
        List<Node> content = message.element().content();
        for (int i = 0; i < content.size(); i++) {
            if (content.get(i) instanceof Element child
                    && Substance.of(child) == Substance.CONTENT
                    && below.first(child, PathTable.NONE) == PathTable.NONE) {
                return true;
            }
        }
        return false;
    }

    /** What the rows say, in their order. */
    List<Opinion> opinions() {
        return List.copyOf(opinions);
    }

    private static List<String> lines() {
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(StockRules.class.getResourceAsStream(FILE), UTF_8))) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
