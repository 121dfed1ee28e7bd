package im.restante.internal.filter;

import im.restante.stanza.Message;
import im.restante.xml.Element;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Paths in an order, compiled: which is the first that a message has? One pass over the message's children however many paths
 * there are. Immutable.
 */
final class PathTable {
    /** Greater than any row's number: no path matches. */
    static final int NONE = Integer.MAX_VALUE;

    private final Map<String, Row[]> byFirstStep;

    /**
     * @param number   its place in the order
     * @param below    names of the elements below the first step
     * @param withText whether the element must have text in it
     */
    private record Row(int number, String[] below, String namespace, boolean withText) {
        boolean matches(Element first) {
            return matches(first, 0);
        }

        private boolean matches(Element element, int depth) {
            if (depth == below.length) {
                return (namespace == null || namespace.equals(element.namespace()))
                        && (!withText || !element.text().isEmpty());
            }
            var content = element.content();
            for (int i = 0; i < content.size(); i++) {
                if (content.get(i) instanceof Element child
                        && child.name().equals(below[depth])
                        && matches(child, depth + 1)) {
                    return true;
                }
            }
            return false;
        }
    }

    private PathTable(Map<String, Row[]> byFirstStep) {
        this.byFirstStep = byFirstStep;
    }

    /** Puts a table together, in ascending order of numbers. */
    static final class Builder {
        private final Map<String, List<Row>> rows = new HashMap<>();

        Builder add(int number, PathEntry path, boolean withText) {
            List<String> steps = path.steps();
            rows.computeIfAbsent(steps.get(0), name -> new ArrayList<>())
                    .add(new Row(
                            number, steps.subList(1, steps.size()).toArray(String[]::new), path.namespace(), withText));
            return this;
        }

        PathTable build() {
            Map<String, Row[]> compiled = new HashMap<>();
            rows.forEach((name, list) -> compiled.put(name, list.toArray(Row[]::new)));
            return new PathTable(compiled);
        }
    }

    /** The lowest number of a path that {@code message} has, if it is below {@code below}; else {@code below}. */
    int first(Message message, int below) {
        int first = below;
        var content = message.element().content();
        for (int i = 0; i < content.size(); i++) {
            if (content.get(i) instanceof Element child) {
                first = first(child, first);
            }
        }
        return first;
    }

    /** The same for the child of that name alone. */
    int first(Message message, String name, int below) {
        int first = below;
        for (Element child : message.element().children()) {
            if (child.name().equals(name)) {
                first = first(child, first);
            }
        }
        return first;
    }

    /** The same for one child of a message. */
    int first(Element child, int below) {
        Row[] rows = byFirstStep.get(child.name());
        if (rows != null) {
            for (Row row : rows) {
                if (row.number >= below) {
                    return below;
                }
                if (row.matches(child)) {
                    return row.number;
                }
            }
        }
        return below;
    }
}
