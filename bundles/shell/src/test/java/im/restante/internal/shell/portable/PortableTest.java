package im.restante.internal.shell.portable;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Setting;
import im.restante.internal.shell.FakeAccounts;
import im.restante.internal.shell.portable.Import.Services;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.message.StanzaIds;
import im.restante.migration.Job;
import im.restante.store.MessageKind;
import im.restante.store.StoredMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class PortableTest {
    private static final Jid DOMAIN = Jid.of("example.org");
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123Z");
    private static final String SCRAM = "SCRAM-SHA-1$4096:c2FsdA==$c3RvcmVk:c2VydmVy";
    private static final String ITEM = "<item xmlns='jabber:iq:roster' jid='nurse@example.org' name='Nurse &amp; co'"
            + " subscription='both'><group>Home</group></item>";
    private static final String ASKS = "<item xmlns='jabber:iq:roster' jid='paris@example.org' subscription='none'"
            + " listed='false'><presence xmlns='jabber:client' from='paris@example.org' type='subscribe'/></item>";

    @TempDir
    private Path folder;

    /** A server that gives stanza-ids by a key of its own. */
    private static final class Server {
        final FakeAccounts accounts = new FakeAccounts();
        final FakeDelivery delivery = new FakeDelivery();
        final Services services;

        Server(String key) {
            StanzaIds ids = new FakeStanzaIds(key);
            services = new Services(DOMAIN, accounts, delivery, new HardenedXmlCodec(), null, ids);
        }
    }

    private final Server server = new Server("here");

    private static StoredMessage row(long id, Instant expires, MessageKind kind) {
        String stanza =
                "<message from=\"juliet@example.org/balcony\" to=\"romeo@example.org\" type=\"chat\"><body>" + id
                        + " &lt;3 \uD83C\uDF39</body><delay xmlns=\"urn:xmpp:delay\" from=\"example.org\""
                        + " stamp=\"2026-11-22T12:00:00.123Z\"></delay></message>";
        return StoredMessage.of(id, ROMEO, JULIET, NOON, stanza.getBytes(UTF_8))
                .withExpiresAt(expires)
                .withKind(kind);
    }

    private void fill() {
        server.accounts.restore(
                JULIET,
                List.of(
                        new Setting("credentials", "SCRAM-SHA-1", SCRAM),
                        new Setting("credentials", "SCRAM-SHA-1.unprepared", SCRAM)));
        server.accounts.restore(
                ROMEO,
                List.of(
                        new Setting("credentials", "SCRAM-SHA-1", SCRAM),
                        new Setting("roster", "nurse@example.org", ITEM),
                        new Setting("roster", "paris@example.org", ASKS),
                        new Setting("blocking", "tybalt@example.org", "blocked")));
        server.delivery.requeue(
                List.of(row(11, null, MessageKind.OFFLINE), row(12, NOON.plusSeconds(60), MessageKind.RETURNED)));
    }

    private static List<String> ended(Task task) {
        task.run();
        task.end().toCompletableFuture().join();
        return task.report();
    }

    private Path export() {
        Path file = folder.resolve("all.xml");
        assertEquals(List.of("2 accounts and 2 messages written to " + file), ended(new Export(file, server.services)));
        return file;
    }

    private static Import reading(Path file, Server into) {
        return new Import(file, into.services, Clock.fixed(NOON, ZoneOffset.UTC));
    }

    private static List<String> bodies(Server server) {
        return server.delivery.rows.values().stream()
                .map(row -> new String(row.stanza(), UTF_8).replaceAll("(?s).*<body>(.*?)</body>.*", "$1"))
                .toList();
    }

    @Test
    void theFileIsForItsOwnersEyesOnlyAndHoldsNoPassword() throws Exception {
        fill();
        Path file = export();
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
        String text = Files.readString(file);
        assertTrue(text.contains("<iter-count>4096</iter-count>"), text);
        assertFalse(text.contains("password"), text);
        assertFalse(Files.exists(folder.resolve("all.xml.part")));
    }

    @ParameterizedTest
    @MethodSource("written")
    void aMessageComesBackInTheBytesInWhichItWasWritten(String content) throws Exception {
        String stanza = "<message from='a@example.net' to='romeo@example.org' type='chat'>" + content + "</message>";
        fill();
        StoredMessage was = server.delivery.rows.get(11L);
        server.delivery.rows.put(
                11L,
                StoredMessage.of(11, was.owner(), was.sender(), was.receivedAt(), stanza.getBytes(UTF_8))
                        .withExpiresAt(was.expiresAt())
                        .withKind(was.kind()));
        Path file = export();
        assertTrue(Files.size(file) < stanza.length() + 8_000, "the file has " + Files.size(file));
        Server empty = new Server("here");
        List<String> report = ended(reading(file, empty));
        assertEquals(List.of("2 accounts looked at, 2 messages stored, 0 messages there already"), report);
        assertEquals(stanza, new String(empty.delivery.rows.get(11L).stanza(), UTF_8));
    }

    static Stream<String> written() {
        return Stream.of(
                "<body>" + ">".repeat(250_000) + "</body>",
                "<x xmlns='urn:example:q' v='" + "\"".repeat(100_000) + "'/>",
                "<x xmlns='urn:example:q' v=\"" + "'".repeat(100_000) + "&#34;\"/>",
                "<body><![CDATA[" + "&<".repeat(50_000) + "]]>]]&gt;]>&amp;&#13;</body>",
                "<e xmlns='urn:example:soap' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'"
                        + " xmlns:xs='http://www.w3.org/2001/XMLSchema' xsi:type='xs:string'>x</e>",
                "<p:a xmlns:p='urn:example:1'><p:b xmlns:p='urn:example:2'/><p:c/><d xmlns='' xml:lang='de'/></p:a>",
                "<x xmlns='urn:x' xmlns:a='" + "n".repeat(20_000) + "'>" + "<a:x/>".repeat(500) + "</x>");
    }

    @Test
    void whatThisServerExportedComesBackAsItWasAndASecondTimeNothingHappens() throws Exception {
        fill();
        Path file = export();
        Server empty = new Server("here");
        List<String> report = ended(reading(file, empty));
        assertEquals("2 accounts looked at, 2 messages stored, 0 messages there already", report.get(0));
        assertEquals(1, report.size(), report::toString);
        assertEquals(server.accounts.passwords.keySet(), empty.accounts.passwords.keySet());
        assertEquals(
                server.accounts.values.get(ROMEO).get("credentials"),
                empty.accounts.values.get(ROMEO).get("credentials"));
        assertEquals(
                Map.of("tybalt@example.org", "blocked"),
                empty.accounts.values.get(ROMEO).get("blocking"));
        Map<String, String> roster = empty.accounts.values.get(ROMEO).get("roster");
        HardenedXmlCodec codec = new HardenedXmlCodec();
        assertEquals(
                codec.parse(ITEM.getBytes(UTF_8), ""),
                codec.parse(roster.get("nurse@example.org").getBytes(UTF_8), ""));
        assertTrue(roster.get("paris@example.org").contains("listed"), roster::toString);
        assertTrue(roster.get("paris@example.org").contains("subscribe"), roster::toString);
        for (long id : new long[] {11, 12}) {
            StoredMessage was = server.delivery.rows.get(id);
            StoredMessage is = empty.delivery.rows.get(id);
            assertEquals(was.expiresAt(), is.expiresAt());
            assertEquals(was.kind(), is.kind());
            assertEquals(was.sender(), is.sender());
            assertEquals(was.receivedAt(), is.receivedAt());
            assertEquals(
                    codec.parse(was.stanza(), "jabber:client"), codec.parse(is.stanza(), "jabber:client"), "stanza");
        }
        assertTrue(ended(reading(file, empty)).get(0).contains("was imported whole at"));
        Files.delete(folder.resolve("all.xml.import"));
        assertEquals(
                "2 accounts looked at, 0 messages stored, 2 messages there already",
                ended(reading(file, empty)).get(0));
        assertEquals(2, empty.delivery.rows.size());
    }

    @Test
    void anotherServersIdsAreNotTakenForOurs() {
        fill();
        Path file = export();
        Server other = new Server("elsewhere");
        other.delivery.requeue(List.of(row(11, null, MessageKind.OFFLINE)));
        ended(reading(file, other));
        assertEquals(3, other.delivery.rows.size());
        StoredMessage last = other.delivery.rows.lastEntry().getValue();
        assertEquals(MessageKind.RETURNED, last.kind());
        assertTrue(
                new String(last.stanza(), UTF_8).contains("elsewhere-romeo@example.org-" + last.id()),
                "a stanza-id of its own");
    }

    private Path foreign(int messages) throws IOException {
        String stanzas = IntStream.range(0, messages)
                .mapToObj(n -> "<message xmlns='jabber:client' from='juliet@example.org/b' to='romeo@example.org'>"
                        + "<body>" + n + "</body><delay xmlns='urn:xmpp:delay' from='old.example.org'"
                        + " stamp='2020-01-02T03:04:05Z'/><stanza-id xmlns='urn:xmpp:sid:0' by='example.org' id='forged'/>"
                        + "</message>")
                .collect(Collectors.joining("\n"));
        return file("<user name='romeo' password='secret'><vCard xmlns='vcard-temp'/><offline-messages>" + stanzas
                + "</offline-messages></user>");
    }

    private Path file(String users) throws IOException {
        return Files.writeString(
                folder.resolve("foreign.xml"),
                "<?xml version='1.0'?><server-data xmlns='urn:xmpp:pie:0'><host jid='example.org'>\n" + users
                        + "\n</host></server-data>");
    }

    @Test
    void whatAFileNamesIsOneLineOfTheReport() throws Exception {
        List<String> report = ended(reading(
                file("<user name='ro&#10;2026-11-29 INFO all is well&#x202e;&#x9b;2J@x' password='secret'/>"), server));
        String all = String.join("|", report);
        assertTrue(all.contains("\\u000A2026-11-29 INFO all is well\\u202E\\u009B2J"), all);
        assertFalse(all.matches("(?s).*[\n\u202e\u009b].*"), all);
    }

    @Test
    void messagesOfOtherServersKeepTheirOrderAndTheirStamps() throws Exception {
        List<String> report = ended(reading(foreign(500), server));
        assertEquals("1 accounts looked at, 500 messages stored, 0 messages there already", report.get(0));
        assertEquals("not imported: 1 times <vCard>", report.get(1));
        assertEquals(IntStream.range(0, 500).mapToObj(Integer::toString).toList(), bodies(server));
        assertEquals("secret", server.accounts.passwords.get(ROMEO));
        StoredMessage first = server.delivery.rows.firstEntry().getValue();
        assertEquals(Instant.parse("2020-01-02T03:04:05Z"), first.receivedAt());
        String stanza = new String(first.stanza(), UTF_8);
        assertFalse(stanza.contains("forged"), stanza);
        assertEquals(1, stanza.split("<delay").length - 1, stanza);
    }

    @Test
    void whereverItBreaksOffTheNextRunStoresTheRestOnce() throws Exception {
        Path file = foreign(900);
        for (boolean afterItsEffect : new boolean[] {false, true}) {
            for (int fatal = 1; fatal <= 6; fatal++) {
                Files.deleteIfExists(folder.resolve("foreign.xml.import"));
                Server broken = new Server("here");
                broken.delivery.appendsLeft = fatal;
                broken.delivery.failsAfterItsEffect = afterItsEffect;
                Import first = reading(file, broken);
                first.run();
                assertEquals(fatal <= 5, first.end().toCompletableFuture().isCompletedExceptionally());
                broken.delivery.appendsLeft = Integer.MAX_VALUE;
                ended(reading(file, broken));
                assertEquals(
                        IntStream.range(0, 900).mapToObj(Integer::toString).toList(), bodies(broken), "at " + fatal);
            }
        }
    }

    @Test
    void whatWasDeliveredSinceABreakDoesNotComeAgain() throws Exception {
        Path file = foreign(900);
        server.delivery.appendsLeft = 4;
        reading(file, server).run();
        server.delivery.rows.clear();
        server.delivery.appendsLeft = Integer.MAX_VALUE;
        ended(reading(file, server));
        assertEquals(IntStream.range(600, 900).mapToObj(Integer::toString).toList(), bodies(server));
    }

    @Test
    void whatCannotBeReadIsNamedWithItsLineAndTheRestGoesOn() throws Exception {
        String good = "<message xmlns='jabber:client' from='juliet@example.org'><body>good</body></message>\n";
        String deep = "<x>".repeat(100) + "</x>".repeat(100);
        Path file =
                file("<user name='romeo'><scram-credentials xmlns='urn:xmpp:pie:0#scram' mechanism='SCRAM-SHA-1'/>\n"
                        + "<query xmlns='jabber:iq:roster'><item jid='@'/></query>\n<offline-messages>\n"
                        + "<message xmlns='jabber:client'/>\n"
                        + good
                        + "<message xmlns='jabber:client' from='@@'/>\n"
                        + "<message xmlns='jabber:client' from='juliet@example.org'>" + deep + "</message>\n"
                        + "<message xmlns='jabber:client' from='juliet@example.org'><body>"
                        + "x".repeat(PieReader.MOST_CHARACTERS) + "</body></message>\n"
                        + good + "</offline-messages></user><user name='a@b'/>"
                        + "</host><host jid='example.net'><user name='x'/></host><host jid='example.org'>");
        List<String> report = ended(reading(file, server));
        String all = String.join("\n", report);
        assertEquals(List.of("good", "good"), bodies(server), all);
        assertTrue(all.contains("line 2: romeo@example.org: credentials without a iter-count"), all);
        assertTrue(all.contains("line 5: a message for romeo@example.org: it does not say who sent it"), all);
        assertTrue(all.contains("line 7: a message"), all);
        assertTrue(all.contains("line 8: a message for romeo@example.org: larger than"), all);
        assertTrue(all.contains("line 9: a message for romeo@example.org: larger than"), all);
        assertTrue(all.contains("host example.net is not example.org"), all);
        assertTrue(all.contains("user a@b"), all);
        assertTrue(all.contains("romeo@example.org comes without credentials"), all);
    }

    @Test
    void anAccountThatIsThereKeepsWhatItHasAndGetsWhatItLacks() throws Exception {
        server.accounts.create(ROMEO, "his own");
        server.accounts.write(ROMEO, List.of(new Setting("roster", "nurse@example.org", "kept")));
        ended(reading(
                file("<user name='romeo' password='other'><query xmlns='jabber:iq:roster'>"
                        + "<item jid='nurse@example.org' subscription='to'/>"
                        + "<item jid='friar@example.org' subscription='from'/></query></user>"),
                server));
        assertEquals("his own", server.accounts.passwords.get(ROMEO));
        Map<String, String> roster = server.accounts.values.get(ROMEO).get("roster");
        assertEquals("kept", roster.get("nurse@example.org"));
        assertTrue(roster.get("friar@example.org").contains("from"));
    }

    @Test
    void theOrderInWhichAUsersPartsStandDoesNotMatter() throws Exception {
        ended(reading(
                file("<user name='romeo'><offline-messages><message xmlns='jabber:client' from='juliet@example.org'/>"
                        + "</offline-messages><scram-credentials xmlns='urn:xmpp:pie:0#scram' mechanism='SCRAM-SHA-1'>"
                        + "<stored-key>c3RvcmVk</stored-key><server-key>c2VydmVy</server-key><salt>c2FsdA==</salt>"
                        + "<iter-count>4096</iter-count></scram-credentials></user>"),
                server));
        assertEquals(
                Map.of("SCRAM-SHA-1", SCRAM), server.accounts.values.get(ROMEO).get("credentials"));
        assertEquals(1, server.delivery.rows.size());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            <!DOCTYPE x [<!ENTITY a "b">]><server-data xmlns='urn:xmpp:pie:0'>&a;</server-data>          | document types
            <!DOCTYPE x SYSTEM "file:///etc/passwd"><server-data xmlns='urn:xmpp:pie:0'/>                | document types
            <server-data xmlns='urn:xmpp:pie:0'><host jid='example.org'><user name='a'>                  | not well-formed
            <server-data xmlns='urn:xmpp:pie:0'>&unknown;</server-data>                                  | line 1
            <html/>                                                                                      | not a file of XEP-0227
            nothing                                                                                      | not well-formed
            """)
    void aHostileOrBrokenFileBreaksItOffWithItsReason(String text, String reason) throws Exception {
        Path file = Files.writeString(folder.resolve("bad.xml"), text);
        Import reading = reading(file, server);
        reading.run();
        Job work = reading;
        Throwable e = assertThrows(
                        CompletionException.class,
                        () -> work.end().toCompletableFuture().join())
                .getCause();
        assertTrue(e.getMessage().contains(reason), e.getMessage());
    }

    @Test
    void aFaultForWhichTheParserHasNoTextEndsTheReading() throws Exception {
        byte[] bytes = "<!DOCTYPE a [\u0001]><a/>".getBytes(UTF_8);
        try (PieReader reader = new PieReader(new ByteArrayInputStream(bytes))) {
            IOException e = assertThrows(IOException.class, reader::enter);
            assertEquals("line 1: not well-formed", e.getMessage());
        }
    }

    @Test
    void aTextWithoutAnEndEndsTheReading() {
        byte[] filling = "x".repeat(1 << 20).getBytes(UTF_8);
        InputStream endless = new SequenceInputStream(Collections.enumeration(List.of(
                new ByteArrayInputStream("<a b='".getBytes(UTF_8)),
                new SequenceInputStream(Collections.enumeration(Collections.nCopies(64, filling).stream()
                        .map(bytes -> (InputStream) new ByteArrayInputStream(bytes))
                        .toList())))));
        IOException e = assertThrows(IOException.class, () -> new PieReader(endless).enter());
        assertTrue(e.getMessage().contains("a tag or a text of more than"), e.getMessage());
    }

    @Test
    void aFileOfAnySizeIsReadThrough() throws Exception {
        byte[] message = ("<m><body>" + "x".repeat(1_000) + "&lt;</body></m>").getBytes(UTF_8);
        int count = 55_000; // more than the 50 MB that the JDK allows entities
        InputStream large = new SequenceInputStream(Collections.enumeration(List.of(
                new ByteArrayInputStream("<all>".getBytes(UTF_8)),
                new SequenceInputStream(Collections.enumeration(Collections.nCopies(count, message).stream()
                        .map(bytes -> (InputStream) new ByteArrayInputStream(bytes))
                        .toList())),
                new ByteArrayInputStream("</all>".getBytes(UTF_8)))));
        int read = 0;
        try (PieReader reader = new PieReader(large)) {
            assertTrue(reader.enter());
            while (reader.enter()) {
                reader.element(new HardenedXmlCodec());
                read++;
            }
        }
        assertEquals(count, read);
    }

    @Test
    void aFileThatChangedSinceItsImportBeganIsRefused() throws Exception {
        Path file = foreign(3);
        ended(reading(file, server));
        foreign(4);
        Import reading = reading(file, server);
        reading.run();
        Throwable e = assertThrows(
                        CompletionException.class,
                        () -> reading.end().toCompletableFuture().join())
                .getCause();
        assertTrue(e.getMessage().contains("is not what it was when its import began; remove"), e.getMessage());
    }

    @Test
    void idsOfAnImportGrowAndAreOfAnotherNodeThanThoseOfArrivals() throws Exception {
        ImportMarker marker = ImportMarker.of(foreign(1), NOON);
        long last = 0;
        for (long position : new long[] {0, 1, 16_383, 16_384, 1_000_000}) {
            long id = marker.id(position);
            assertTrue(id > last);
            assertEquals(1, id >> 14 & 0xff, "node");
            last = id;
        }
        assertArrayEquals(new long[] {marker.id(5), marker.id(20_000)}, new long[] {
            ImportMarker.of(folder.resolve("foreign.xml"), NOON.plusSeconds(5)).id(5),
            ImportMarker.of(folder.resolve("foreign.xml"), NOON.plusSeconds(9)).id(20_000)
        });
    }
}
