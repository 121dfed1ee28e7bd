package im.restante.internal.stream;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Makes random legal stanzas, written in all the ways XML allows: prefixes bound and bound again, default namespaces taken away,
 * QNames in content, references in every form, CDATA, both quotes, white space wherever it may stand, characters of one to four
 * bytes. The same seed gives the same stanzas.
 */
final class StanzaGenerator {
    private static final String[] STANZAS = {"message", "message", "message", "presence", "iq"};
    private static final String[] NAMES = {
        "body", "x", "a", "q", "b\u00e9", "\u4f60", "x-.1", "subject", "long-name-of-an-element"
    };
    private static final String[] PREFIXES = {"p", "q", "ns0", "ns1", "xs", "c", "pr\u00e9"};
    private static final String[] NAMESPACES = {
        "urn:a", "urn:b", "jabber:client", "http://www.w3.org/2001/XMLSchema", "urn:&amp;&#x27;&lt;", "u\u00fc"
    };
    private static final String[] SPACES = {" ", " ", " ", "  ", "\n", "\t", "\r\n", " \n\t "};
    private static final String[] CHARACTERS = {
        "a",
        "b",
        " ",
        "1",
        ">",
        "]",
        "]]",
        "\n",
        "\t",
        "\r\n",
        "\r",
        "'",
        "\"",
        "\u00e9",
        "\u20ac",
        "\ud83d\udc4d",
        "\u007f",
        "&amp;",
        "&lt;",
        "&gt;",
        "&apos;",
        "&quot;",
        "&#38;",
        "&#x3C;",
        "&#9;",
        "&#10;",
        "&#13;",
        "&#xD;",
        "&#233;",
        "&#x1F44D;",
        "p:name",
        "xs:string",
        "\ufffd",
        "\ufeff",
        "word "
    };
    private static final String[] CDATA = {
        "<a>", "&", "&amp;", "]]", "]", ">", "x", "\n", "\r", "\u20ac", "\ud83d\udc4d", "<", "'"
    };

    private final Random random;
    private final Prefixes prefixes;
    private StringBuilder out;
    private int budget;

    /** Prefixes of the content's namespace. */
    enum Prefixes {
        /** None at the stanza's own tag. */
        BELOW,
        /** The stanza's own tag may have one. */
        OWN,
        /** The same, and {@code c} may be the one that the stream declares. */
        LENT
    }

    StanzaGenerator(long seed, Prefixes prefixes) {
        random = new Random(seed);
        this.prefixes = prefixes;
    }

    Random random() {
        return random;
    }

    String stanza() {
        out = new StringBuilder(256);
        budget = 1 + random.nextInt(20);
        String name = one(STANZAS);
        List<String> bound = new ArrayList<>(); // prefix=namespace, later ones hide earlier ones
        boolean lent = prefixes == Prefixes.LENT && random.nextBoolean();
        if (lent) {
            bound.add("c=jabber:client");
        }
        if (prefixes != Prefixes.BELOW && random.nextInt(3) == 0) {
            element("c:" + name, lent ? "" : " xmlns:c='jabber:client'", bound, true, 0);
        } else {
            element(name, random.nextInt(8) == 0 ? " xmlns=\"jabber:client\"" : "", bound, true, 0);
        }
        return out.toString();
    }

    private void element(String qname, String declared, List<String> around, boolean stanza, int depth) {
        List<String> bound = new ArrayList<>(around);
        if (declared.contains("xmlns:c")) {
            bound.add("c=jabber:client");
        }
        Set<String> here = new HashSet<>();
        out.append('<').append(qname).append(declared);
        List<String> attributes = new ArrayList<>();
        if (!stanza && random.nextInt(4) == 0 && qname.indexOf(':') < 0) {
            attributes.add("xmlns" + equalsSign() + quoted(random.nextInt(6) == 0 ? "" : one(NAMESPACES)));
        }
        for (int i = random.nextInt(6) - 3; i > 0; i--) {
            String prefix = one(PREFIXES);
            if (here.add(prefix) && !declared.contains(":" + prefix + "=") && !qname.startsWith(prefix + ":")) {
                String namespace = one(NAMESPACES);
                attributes.add("xmlns:" + prefix + equalsSign() + quoted(namespace));
                bound.add(prefix + "=" + namespace);
            }
        }
        Set<String> expanded = new HashSet<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            String name = one(NAMES);
            String attribute = name;
            int at = bound.isEmpty() ? -1 : random.nextInt(2 * bound.size()) - bound.size();
            if (at >= 0) {
                String prefix = bound.get(at).substring(0, bound.get(at).indexOf('='));
                String namespace = namespace(prefix, bound);
                attribute = prefix + ':' + name;
                name = '{' + namespace + '}' + name;
            }
            if (expanded.add(name)) {
                attributes.add(attribute + equalsSign() + value());
            }
        }
        if (random.nextInt(8) == 0) {
            attributes.add("xml:lang" + equalsSign() + quoted("de"));
        }
        if (stanza) {
            for (String name : List.of("to", "from", "id", "type")) {
                if (random.nextBoolean()) {
                    attributes.add(name + equalsSign() + (name.equals("id") ? value() : quoted("chat")));
                }
            }
        }
        while (!attributes.isEmpty()) {
            out.append(one(SPACES)).append(attributes.remove(random.nextInt(attributes.size())));
        }
        out.append(random.nextInt(6) == 0 ? one(SPACES) : "");
        int children = depth > 5 ? 0 : random.nextInt(stanza ? 6 : 4);
        if (children == 0 && random.nextBoolean()) {
            out.append("/>");
            return;
        }
        out.append('>');
        text();
        for (int i = 0; i < children && budget-- > 0; i++) {
            String name = one(NAMES);
            int at = bound.isEmpty() ? -1 : random.nextInt(2 * bound.size()) - bound.size();
            element(
                    at < 0 ? name : bound.get(at).substring(0, bound.get(at).indexOf('=')) + ':' + name,
                    "",
                    bound,
                    false,
                    depth + 1);
            text();
        }
        out.append("</")
                .append(qname)
                .append(random.nextInt(8) == 0 ? one(SPACES) : "")
                .append('>');
    }

    private static String namespace(String prefix, List<String> bound) {
        for (int i = bound.size() - 1; i >= 0; i--) {
            if (bound.get(i).startsWith(prefix + "=")) {
                return bound.get(i).substring(prefix.length() + 1);
            }
        }
        throw new AssertionError(prefix);
    }

    private String equalsSign() {
        return random.nextInt(10) == 0 ? one(SPACES) + "=" + one(SPACES) : "=";
    }

    private String value() {
        StringBuilder value = new StringBuilder();
        char quote = random.nextBoolean() ? '\'' : '"';
        for (int i = random.nextInt(5); i > 0; i--) {
            String piece = one(CHARACTERS);
            value.append(piece.indexOf(quote) >= 0 ? "x" : piece);
        }
        return quote + value.toString() + quote;
    }

    private String quoted(String escaped) {
        return random.nextBoolean() ? '\'' + escaped + '\'' : '"' + escaped + '"';
    }

    private void text() {
        if (random.nextInt(3) == 0) {
            return;
        }
        int from = out.length();
        for (int i = random.nextInt(5); i > 0; i--) {
            if (random.nextInt(6) == 0) {
                out.append("<![CDATA[");
                int start = out.length();
                for (int j = random.nextInt(4); j > 0; j--) {
                    out.append(one(CDATA));
                    if (out.substring(start).contains("]]>")) {
                        out.setLength(out.length() - 1);
                        break;
                    }
                }
                out.append("]]>");
                from = out.length();
            } else {
                out.append(one(CHARACTERS));
                if (out.substring(from).contains("]]>")) {
                    out.setLength(out.length() - 1);
                    out.append("&gt;");
                }
            }
        }
    }

    private <T> T one(T[] of) {
        return of[random.nextInt(of.length)];
    }
}
