package im.restante.internal.filter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.filter.Opinion;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import im.restante.xml.Namespaces;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfiguredPathsTest {
    private static final String RECEIPTS = "urn:xmpp:receipts";

    /** {@code has}: children as {@code name[namespace]/child}, parted by blanks; without a namespace {@code jabber:client}. */
    @ParameterizedTest(name = "{0} and a message with {1}: {2}")
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            # the guide's examples
            /message/received[urn:xmpp:receipts],/message/store-offline; received[urn:xmpp:receipts]; /message/received[urn:xmpp:receipts]
            /message/received[urn:xmpp:receipts],/message/store-offline; received[urn:other];         none
            /message/received[urn:xmpp:receipts],/message/store-offline; store-offline;               /message/store-offline
            /message/received[urn:xmpp:receipts],/message/store-offline; store-offline[urn:other];    /message/store-offline
            /message/received[urn:xmpp:receipts],/message/store-offline; body;                        none
            /message/store-offline,-/message/do-not-store; store-offline;              /message/store-offline
            /message/store-offline,-/message/do-not-store; do-not-store body;          -/message/do-not-store
            /message/store-offline,-/message/do-not-store; do-not-store store-offline; /message/store-offline
            # its trap, and the cure
            /message/received,-/message/plain; plain received; /message/received
            /message/received,-/message/plain; plain;          -/message/plain
            -/message/plain,/message/received; plain received; -/message/plain
            -/message/plain,/message/received; received;       /message/received
            # the order is the list's, not the message's
            -/message/b,/message/a; a b; -/message/b
            -/message/b,/message/a; b a; -/message/b
            /message/a,-/message/a[urn:x]; a[urn:x]; /message/a
            -/message/a[urn:x],/message/a; a[urn:x]; -/message/a[urn:x]
            -/message/a[urn:x],/message/a; a[urn:y]; /message/a
            -/message/a[urn:x],/message/a; a[urn:y] a[urn:x]; -/message/a[urn:x]
            # several steps: any child of a name, not the first only; the namespace is that of the last
            /message/a/b;             a/b;         /message/a/b
            /message/a/b;             a b;         none
            /message/a/b;             a a/b;       /message/a/b
            /message/a/b;             a/c a/b;     /message/a/b
            /message/a/b/c[urn:x];    a/b/c[urn:x]; /message/a/b/c[urn:x]
            /message/a/b/c[urn:x];    a[urn:x]/b/c; none
            /message/a/b/c[urn:x];    a/b;         none
            /message/b;               a/b;         none
            # signs and blanks
            +/message/a;              a;           +/message/a
            "  -/message/b  ,  /message/a  "; a;   /message/a
            "  -/message/b  ,  /message/a  "; b;   -/message/b
            # a comma between brackets belongs to the namespace
            "/message/a[tag:example.org,2026:x],-/message/b"; a[tag:example.org,2026:x]; /message/a[tag:example.org,2026:x]
            "/message/a[tag:example.org,2026:x],-/message/b"; b; -/message/b
            /message/x.y_z-1;         x.y_z-1;     /message/x.y_z-1
            """)
    void letsTheFirstEntryThatMatchesDecide(String value, String has, String entry) {
        assertEquals(opinion(entry), paths(value).consider(message("chat", has)));
    }

    @ParameterizedTest(name = "a {0} with the element is kept")
    @ValueSource(strings = {"chat", "normal", "headline", "groupchat"})
    void overridesTypeBodyAndHints(String type) {
        Message message = message(type, "no-store[" + Namespaces.HINTS + "] received[" + RECEIPTS + "]");
        assertEquals(opinion("/message/received"), paths("/message/received").consider(message));
        assertEquals(opinion("-/message/received"), paths("-/message/received").consider(message));
    }

    @Test
    void leavesAnErrorAloneUnlessTheErrorItselfIsNamed() {
        Message bounced = message("error", "received[" + RECEIPTS + "] error/service-unavailable");
        assertEquals(Opinion.NONE, paths("/message/received").consider(bounced));
        assertEquals(
                opinion("/message/error"),
                paths("/message/received,/message/error").consider(bounced));
        assertEquals(
                opinion("/message/error/service-unavailable"),
                paths("/message/error/service-unavailable").consider(bounced));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  "})
    void hasNoOpinionWithoutEntries(String value) {
        assertEquals(Opinion.NONE, paths(value).consider(message("chat", "body")));
        assertEquals(Opinion.NONE, ConfiguredPaths.of(Map.of()).consider(message("chat", "body")));
    }

    @ParameterizedTest(name = "{0}: entry {1}, character {2}: {3}")
    @CsvSource(delimiter = ';', quoteCharacter = '"', textBlock = """
            message;                    1; 1;  begins with /message/
            /;                          1; 1;  begins with /message/
            //x;                        1; 1;  begins with /message/
            /message/[;                 1; 10; the name of a child is missing
            -;                          1; 2;  begins with /message/
            +;                          1; 2;  begins with /message/
            --/message/a;               1; 2;  begins with /message/
            - /message/a;               1; 2;  begins with /message/
            /messages/a;                1; 1;  begins with /message/
            /iq/a;                      1; 1;  begins with /message/
            /message;                   1; 9;  names a child
            /message/;                  1; 10; the name of a child is missing
            /message/a/;                1; 12; the name of a child is missing
            /message//a;                1; 10; the name of a child is missing
            /message/*;                 1; 10; the name of a child is missing
            /message/1a;                1; 10; begins with a letter
            /message/x:a;               1; 11; nothing may follow
            /message/a b;               1; 11; nothing may follow
            /message/a[;                1; 11; the ] to this [
            /message/a[urn:x;           1; 11; the ] to this [
            /message/a[];               1; 11; a namespace without blanks
            /message/a[ urn:x];         1; 11; a namespace without blanks
            /message/a[urn:x]b;         1; 18; nothing may follow
            /message/a[urn:x]/b;        1; 18; nothing may follow
            /message/a];                1; 11; nothing may follow
            "/message/a,";              2; 12; nothing stands between the commas
            "/message/a,,/message/b";   2; 12; nothing stands between the commas
            ",";                        1; 1;  nothing stands between the commas
            "/message/a , message/b";   2; 14; begins with /message/
            "/message/a[urn:x,/message/b"; 1; 11; the ] to this [
            """)
    void refusesTheWholeValueAndSaysWhereItIsWrong(String value, int entry, int character, String why) {
        ConfigException e = assertThrows(ConfigException.class, () -> paths(value));
        assertTrue(
                e.getMessage().startsWith("im.restante.filter: msg-store-offline-paths=" + value + ": must be"),
                e.getMessage());
        assertTrue(e.getMessage().contains("entry " + entry + " "), e.getMessage());
        assertTrue(e.getMessage().contains("at character " + character + " "), e.getMessage());
        assertTrue(e.getMessage().contains(why), e.getMessage());
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = ';', textBlock = """
            /message/a,-/message/a;                    2
            -/message/a,/message/a[urn:x];             2
            /message/a[urn:x],-/message/a[urn:x];      2
            /message/a,/message/b,-/message/a/b;       3
            /message/a[urn:x],/message/a;              0
            /message/a[urn:x],/message/a/b;            0
            /message/a/b,/message/a;                   0
            /message/received,-/message/plain;         0
            """)
    void warnsOfAnEntryThatCanNeverDecide(String value, int entry) {
        List<String> lines = paths(value).unreachable();
        assertEquals(entry == 0 ? 0 : 1, lines.size(), lines::toString);
        assertTrue(entry == 0 || lines.get(0).startsWith("entry " + entry + " ("), lines::toString);
    }

    private static ConfiguredPaths paths(String value) {
        return ConfiguredPaths.of(Map.of("msg-store-offline-paths", value));
    }

    private static Opinion opinion(String entry) {
        if (entry.equals("none")) {
            return Opinion.NONE;
        }
        return entry.startsWith("-") ? Opinion.skip(entry) : Opinion.keep(entry);
    }

    private static Message message(String type, String has) {
        Element.Builder message = Element.builder(Namespaces.CLIENT, "message").attribute("type", type);
        for (String child : has.split(" ")) {
            message.text("\n").child(element(child));
        }
        return Message.of(message.build());
    }

    private static Element element(String path) {
        int bracket = path.indexOf('[');
        int slash = path.indexOf('/');
        String head = slash < 0 || bracket >= 0 && bracket < slash && path.indexOf(']') == path.length() - 1
                ? path
                : path.substring(0, slash);
        String name = head.contains("[") ? head.substring(0, head.indexOf('[')) : head;
        String namespace =
                head.contains("[") ? head.substring(head.indexOf('[') + 1, head.length() - 1) : Namespaces.CLIENT;
        Element.Builder element = Element.builder(namespace, name);
        if (head.length() < path.length()) {
            element.child(element(path.substring(head.length() + 1)));
        }
        return element.build();
    }
}
