package im.restante.internal.shell.portable;

import java.util.Map;
import javax.xml.stream.XMLStreamReader;

/**
 * Copies elements of a file as text: names with their prefixes, declarations, CDATA; not what {@link Pie#ROW} says. What it writes is
 * no longer than what it reads, but for the declarations it is told to add. Not safe for concurrent use.
 */
final class PieText {
    private static final String END = "]]>";

    private final StringBuilder out = new StringBuilder(512);
    /** Where the opening tag ends that may become an empty-element tag; -1 if something came since. */
    private int opened = -1;
    /** Behind the last CDATA section. */
    private int sectionEnd = -1;

    /** The opening tag at which {@code reader} stands, with these declarations. */
    void open(XMLStreamReader reader, Map<String, String> declared) {
        out.append('<').append(name(reader.getPrefix(), reader.getLocalName()));
        declared.forEach((prefix, namespace) -> {
            if (!prefix.equals("xml") && !namespace.equals(Pie.ROW)) {
                out.append(prefix.isEmpty() ? " xmlns" : " xmlns:")
                        .append(prefix)
                        .append('=');
                value(namespace);
            }
        });
        for (int i = 0; i < reader.getAttributeCount(); i++) {
            if (Pie.ROW.equals(reader.getAttributeNamespace(i))) {
                continue;
            }
            out.append(' ')
                    .append(name(reader.getAttributePrefix(i), reader.getAttributeLocalName(i)))
                    .append('=');
            value(reader.getAttributeValue(i));
        }
        out.append('>');
        opened = out.length();
    }

    /** The closing tag at which {@code reader} stands. */
    void close(XMLStreamReader reader) {
        if (opened == out.length()) {
            out.insert(opened - 1, '/');
        } else {
            out.append("</")
                    .append(name(reader.getPrefix(), reader.getLocalName()))
                    .append('>');
        }
    }

    void characters(String text, boolean cdata) {
        if (cdata && text.indexOf('\r') < 0 && !text.contains(END)) {
            section(text);
            return;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '\r' -> out.append("&#13;");
                case '>' -> out.append(isBehindBrackets() ? "&gt;" : ">");
                default -> out.append(c);
            }
        }
    }

    /** Looks at two characters, however many there are. */
    private boolean isBehindBrackets() {
        int end = out.length();
        return out.charAt(end - 1) == ']' && out.charAt(end - 2) == ']';
    }

    /** A parser gives a long section in several pieces: they become one again. */
    private void section(String text) {
        boolean goesOn = sectionEnd == out.length();
        if (goesOn) {
            out.setLength(sectionEnd - END.length());
            goesOn = !(out.substring(out.length() - 2) + text.substring(0, Math.min(2, text.length()))).contains(END);
            if (!goesOn) {
                out.append(END);
            }
        }
        out.append(goesOn ? "" : "<![CDATA[").append(text).append(END);
        sectionEnd = out.length();
    }

    private void value(String value) {
        long single = value.chars().filter(c -> c == '\'').count();
        char quote =
                2 * single > value.chars().filter(c -> c == '\'' || c == '"').count() ? '"' : '\'';
        out.append(quote);
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '&') {
                out.append("&amp;");
            } else if (c == '<') {
                out.append("&lt;");
            } else if (c == quote || c == '\t' || c == '\n' || c == '\r') {
                out.append("&#").append((int) c).append(';');
            } else {
                out.append(c);
            }
        }
        out.append(quote);
    }

    private static String name(String prefix, String local) {
        return prefix == null || prefix.isEmpty() ? local : prefix + ':' + local;
    }

    /** What was copied. */
    @Override
    public String toString() {
        return out.toString();
    }
}
