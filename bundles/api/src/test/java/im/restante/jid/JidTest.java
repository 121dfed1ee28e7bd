package im.restante.jid;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 7622; the examples of its §3.5 are among these. */
class JidTest {
    @Test
    void takesAnAddressApartAtTheFirstSlashAndTheFirstAt() {
        Jid jid = Jid.of("juliet@example.com/foo/bar@baz");
        assertEquals("juliet", jid.local());
        assertEquals("example.com", jid.domain());
        assertEquals("foo/bar@baz", jid.resource());
        assertTrue(jid.isFull());
        assertFalse(jid.isBare());
        assertFalse(jid.isDomain());
        assertEquals(Jid.of("juliet@example.com"), jid.bare());
        assertSame(jid.bare(), jid.bare().bare());
        assertEquals(jid, jid.bare().withResource("foo/bar@baz"));
    }

    @Test
    void knowsAServerFromItsService() {
        assertTrue(Jid.of("example.com").isDomain());
        assertNull(Jid.of("example.com").local());
        assertFalse(Jid.of("example.com/service").isDomain());
        assertFalse(Jid.of("juliet@example.com").isDomain());
        assertEquals("service", Jid.of("example.com/service").resource());
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(
            delimiter = '|',
            value = {
                "Juliet@Example.COM | juliet@example.com",
                "A_B-c.9@x | a_b-c.9@x",
                "fussball@example.com | fussball@example.com",
                "fu\u00dfball@example.com | fu\u00dfball@example.com",
                "\u03c0@example.com | \u03c0@example.com",
                "\u03a3@example.com/foo | \u03c3@example.com/foo",
                "\u03c2@example.com/foo | \u03c2@example.com/foo",
                "king@example.com/\u265a | king@example.com/\u265a",
                "\u212bngstr\u00f6m@x | \u00e5ngstr\u00f6m@x",
                "a\u030angstro\u0308m@x | \u00e5ngstr\u00f6m@x",
                "\uff2a\uff55\uff4c\uff49\uff45\uff54@x | juliet@x",
                "foo\\20bar@example.com | foo\\20bar@example.com",
                "a!#$%*+=?^`{}~@x | a!#$%*+=?^`{}~@x",
                "\u05d01@x | \u05d01@x",
            })
    void preparesTheLocalpart(String given, String prepared) {
        assertPrepared(prepared, given);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "EXAMPLE.com, example.com",
        "example.com., example.com",
        "a@M\u00dcNCHEN.de, a@m\u00fcnchen.de",
        "a@mu\u0308nchen.de, a@m\u00fcnchen.de",
        "a@xn--mnchen-3ya.de, a@m\u00fcnchen.de",
        "a@XN--MNCHEN-3YA.DE, a@m\u00fcnchen.de",
        "a@\uff45xample.com, a@example.com",
        "a@ex\u3002ample, a@ex.ample",
        "a@example\uff0ecom, a@example.com",
        "a@Exa_mple, a@exa_mple",
        "a@192.0.2.1, a@192.0.2.1",
        "a@[2001:DB8::1], a@[2001:db8::1]",
        "a@[::ffff:192.0.2.1], a@[::ffff:192.0.2.1]",
    })
    void preparesTheDomainpart(String given, String prepared) {
        assertPrepared(prepared, given);
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "a@b/Balcony, a@b/Balcony",
        "'a@b/ two  words ', 'a@b/ two  words '",
        "'a@b/no\u00a0break', 'a@b/no break'",
        "a@b/e\u0301, a@b/\u00e9",
        "a@b/\uff21, a@b/\uff21",
        "a@b/\ufb01, a@b/\ufb01",
        "a@b/\ud83d\ude00, a@b/\ud83d\ude00",
        "a@b/<&'>, a@b/<&'>",
    })
    void preparesTheResourcepartAndKeepsItsCase(String given, String prepared) {
        assertPrepared(prepared, given.replace("''", "'"));
    }

    private static void assertPrepared(String prepared, String given) {
        Jid jid = Jid.of(given);
        assertEquals(prepared, jid.toString());
        assertEquals(jid, Jid.of(prepared), "prepared twice");
        assertEquals(jid.hashCode(), Jid.of(prepared).hashCode());
        assertEquals(0, jid.compareTo(Jid.of(prepared)));
        assertEquals(jid.local(), Jid.of(prepared).local());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "@example.com",
                "juliet@",
                "/resource",
                "juliet@/resource",
                "juliet@example.com/",
                "juliet@example.com/\u0000",
                "juliet@example.com/\u0007",
                "juliet@example.com/\ud800",
                "\"juliet\"@example.com",
                "foo bar@example.com",
                "a&b@x",
                "a'b@x",
                "a:b@x",
                "a<b@x",
                "a>b@x",
                "a@b@example.com",
                "henry\u2163@example.com",
                "\u265a@example.com",
                "a\u00adb@x",
                "a\u200db@x",
                "\u05d0b@x",
                "\ud800@x",
                "juliet@example .com",
                "juliet@exam\tple",
                "juliet@a..b",
                "juliet@.b",
                "juliet@b..",
                "juliet@.",
                "juliet@a,b",
                "juliet@\u00ad",
                "juliet@[::1",
                "juliet@[1.2.3.4]",
                "juliet@[:]",
                "juliet@[fe80::1%eth0]",
                "juliet@[....]",
                "juliet@[example.com]",
            })
    void refusesWhatIsNoAddress(String text) {
        assertThrows(InvalidJidException.class, () -> Jid.of(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "juliet\uff20evil.example@x",
                "a\uff0fb@x",
                "a\uff1ab@x",
                "\uff1ca@x",
                "a\uff06@x",
                "a@b\uff0fc",
                "a@b\uff20c"
            })
    void letsNoSeparatorComeOutOfPreparation(String text) {
        assertThrows(InvalidJidException.class, () -> Jid.of(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a&b@x", "secret word@x", "juliet@exam ple.secret", "juliet@secret\ud800"})
    void namesThePartAndNotTheTextInTheMessage(String text) {
        String message =
                assertThrows(InvalidJidException.class, () -> Jid.of(text)).getMessage();
        assertTrue(message.startsWith(text.startsWith("juliet") ? "domainpart" : "localpart"), message);
        assertFalse(message.contains("secret"), message);
    }

    @Test
    void admits1023BytesInEachPart() {
        String most = "a".repeat(1023);
        String bytes = "\u00e9".repeat(511) + "a";
        Jid.of(most, most, most);
        Jid.of(bytes, "b", bytes);
        for (String over : new String[] {
            most + "a", bytes + "a", "\u00e9".repeat(512), "A".repeat(1_000_000), "\u00c9".repeat(500_000)
        }) {
            assertThrows(InvalidJidException.class, () -> Jid.of(over, "b", null));
            assertThrows(InvalidJidException.class, () -> Jid.of(null, over, null));
            assertThrows(InvalidJidException.class, () -> Jid.of("a", "b", over));
            assertThrows(InvalidJidException.class, () -> Jid.of("a@b").withResource(over));
        }
    }

    @Test
    void distinguishesResourcesByCaseAndEverythingByPart() {
        assertNotEquals(Jid.of("a@b/C"), Jid.of("a@b/c"));
        assertNotEquals(Jid.of("a@b"), Jid.of("b"));
        assertNotEquals(Jid.of("a@b"), Jid.of("a@b/c"));
        assertTrue(Jid.of("a@b").compareTo(Jid.of("b@b")) < 0);
    }
}
