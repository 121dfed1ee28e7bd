package im.restante.internal.filter;

import im.restante.filter.Opinion;
import java.util.ArrayList;
import java.util.List;

/**
 * One entry of {@code msg-store-offline-paths}: {@code [+|-]/message/child…[xmlns]}.
 *
 * @param text      as it is written
 * @param keep      whether what it matches is stored
 * @param steps     names of elements below {@code message}, at least one
 * @param namespace of the element that the last step names; null for any
 */
record PathEntry(String text, boolean keep, List<String> steps, String namespace) {
    private static final String ROOT = "/message";

    PathEntry {
        steps = List.copyOf(steps);
    }

    /** What is wrong with a list of entries; the message says where and what would be right. */
    static final class Malformed extends Exception {
        private static final long serialVersionUID = 1L;

        Malformed(String message) {
            super(message);
        }
    }

    /** Entries parted by commas; none if there is nothing but blanks. A comma between brackets belongs to the namespace. */
    static List<PathEntry> listOf(String value) throws Malformed {
        List<PathEntry> entries = new ArrayList<>();
        if (value.isBlank()) {
            return entries;
        }
        int from = 0;
        while (from <= value.length()) {
            int comma = endOfEntry(value, from);
            entries.add(new Parser(value, from, comma, entries.size() + 1).entry());
            from = comma + 1;
        }
        return entries;
    }

    private static int endOfEntry(String value, int from) {
        boolean inside = false;
        for (int i = from; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '[') {
                inside = true;
            } else if (c == ']') {
                inside = false;
            } else if (c == ',' && !inside) {
                return i;
            }
        }
        return value.length();
    }

    /** Whether every message that {@code later} matches is matched by this one. */
    boolean covers(PathEntry later) {
        if (namespace != null) {
            return steps.equals(later.steps) && namespace.equals(later.namespace);
        }
        return steps.size() <= later.steps.size() && steps.equals(later.steps.subList(0, steps.size()));
    }

    /** What it says of a message that it matches. */
    Opinion opinion() {
        return keep ? Opinion.keep(text) : Opinion.skip(text);
    }

    @Override
    public String toString() {
        return text;
    }

    private static final class Parser {
        private final String value;
        private final int end;
        private final int start;
        private final int number;
        private int at;

        Parser(String value, int from, int to, int number) {
            int first = from;
            int last = to;
            while (first < last && Character.isWhitespace(value.charAt(first))) {
                first++;
            }
            while (last > first && Character.isWhitespace(value.charAt(last - 1))) {
                last--;
            }
            this.value = value;
            this.start = first;
            this.end = last;
            this.number = number;
            this.at = first;
        }

        PathEntry entry() throws Malformed {
            if (start == end) {
                throw wrong("nothing stands between the commas");
            }
            boolean keep = value.charAt(at) != '-';
            if (!keep || value.charAt(at) == '+') {
                at++;
            }
            if (!value.startsWith(ROOT, at) || at + ROOT.length() < end && isName(value.charAt(at + ROOT.length()))) {
                throw wrong("a path begins with " + ROOT + "/");
            }
            at += ROOT.length();
            List<String> steps = new ArrayList<>();
            while (at < end && value.charAt(at) == '/') {
                at++;
                steps.add(name());
            }
            if (steps.isEmpty()) {
                throw wrong("a path names a child: " + ROOT + "/child");
            }
            String namespace = at < end && value.charAt(at) == '[' ? namespace() : null;
            if (at < end) {
                throw wrong("nothing may follow here but a comma");
            }
            return new PathEntry(value.substring(start, end), keep, steps, namespace);
        }

        private String name() throws Malformed {
            int from = at;
            while (at < end && isName(value.charAt(at))) {
                at++;
            }
            if (from == at) {
                throw wrong("the name of a child is missing");
            }
            char first = value.charAt(from);
            if (!Character.isLetter(first) && !Character.isSurrogate(first) && first != '_') {
                at = from;
                throw wrong("the name of an element begins with a letter or _");
            }
            return value.substring(from, at);
        }

        private String namespace() throws Malformed {
            int close = value.indexOf(']', at);
            if (close < 0 || close >= end) {
                throw wrong("the ] to this [ is missing");
            }
            String namespace = value.substring(at + 1, close);
            if (namespace.isEmpty()
                    || namespace.indexOf('[') >= 0
                    || namespace.chars().anyMatch(Character::isWhitespace)) {
                throw wrong("a namespace without blanks stands between [ and ]");
            }
            at = close + 1;
            return namespace;
        }

        /** Characters of an element's name (XML, "Namespaces in XML": NCName), a few that no specification uses apart. */
        private static boolean isName(char c) {
            return Character.isLetterOrDigit(c) || Character.isSurrogate(c) || c == '_' || c == '-' || c == '.';
        }

        private Malformed wrong(String what) {
            return new Malformed("entry " + number + " (" + value.substring(start, end) + ") is wrong at character "
                    + (at + 1) + " of the value: " + what);
        }
    }
}
