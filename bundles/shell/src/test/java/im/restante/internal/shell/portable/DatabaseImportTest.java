package im.restante.internal.shell.portable;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Setting;
import im.restante.internal.shell.FakeAccounts;
import im.restante.internal.shell.portable.Import.Services;
import im.restante.internal.stream.HardenedXmlCodec;
import im.restante.jid.Jid;
import im.restante.migration.ForeignAccount;
import im.restante.migration.ForeignAccount.Credential;
import im.restante.migration.ForeignMessage;
import im.restante.migration.ForeignServer;
import im.restante.migration.ForeignServer.Range;
import im.restante.store.StoredMessage;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class DatabaseImportTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123Z");
    private static final Instant THEN = Instant.parse("2019-03-04T05:06:07.089Z");

    @TempDir
    private Path folder;

    private final FakeAccounts accounts = new FakeAccounts();
    private final FakeDelivery delivery = new FakeDelivery();
    private final List<ForeignAccount> users = new ArrayList<>();
    private final TreeMap<Long, ForeignMessage> waiting = new TreeMap<>();

    private final class FakeSpool implements ForeignServer.Spool {
        @Override
        public String place() {
            return "database tigase at here:3306";
        }

        @Override
        public Optional<Range> range() {
            return waiting.isEmpty() ? Optional.empty() : Optional.of(new Range(waiting.firstKey(), waiting.lastKey()));
        }

        @Override
        public List<ForeignAccount> accounts(long afterId, int most) {
            return users.stream()
                    .filter(user -> user.id() > afterId)
                    .limit(most)
                    .toList();
        }

        @Override
        public List<ForeignMessage> messages(long afterId, int most) {
            return waiting.tailMap(afterId, false).values().stream().limit(most).toList();
        }

        @Override
        public void close() {
            // nothing is open
        }
    }

    private DatabaseImport reading() {
        Services services = new Services(
                Jid.of("example.org"), accounts, delivery, new HardenedXmlCodec(), null, new FakeStanzaIds("sid"));
        return new DatabaseImport(new FakeSpool(), folder, services, Clock.fixed(NOON, ZoneOffset.UTC));
    }

    private List<String> ended() {
        DatabaseImport work = reading();
        work.run();
        work.end().toCompletableFuture().join();
        return work.report();
    }

    private void user(long id, String jid, String limit) {
        users.add(new ForeignAccount(id, jid, true, List.of(new Credential("PLAIN", "secret")), limit));
    }

    private void waits(long id, String owner, String stanza) {
        waiting.put(id, new ForeignMessage(id, owner, "tybalt@example.net/x", THEN, NOON.plusSeconds(60), stanza));
    }

    private void waits(long id) {
        waits(id, "romeo@example.org", "<message type='chat'><body>" + id + "</body></message>");
    }

    private List<String> bodies() {
        return delivery.rows.values().stream()
                .map(row -> new String(row.stanza(), UTF_8).replaceAll("(?s).*<body>(.*?)</body>.*", "$1"))
                .toList();
    }

    @Test
    void aMessageIsStoredAsIfItHadComeHereAtItsTime() {
        user(1, "romeo@example.org", null);
        waits(
                41,
                "Romeo@example.org/gone",
                "<message type='chat' xmlns:r='urn:restante:row:0' r:id='1'><body>x</body></message>");
        assertEquals("1 accounts looked at, 1 made, 1 messages stored, 0 messages there already", ended().get(0));
        StoredMessage row = delivery.rows.firstEntry().getValue();
        assertEquals(ROMEO, row.owner());
        assertEquals(Jid.of("tybalt@example.net"), row.sender());
        assertEquals(THEN, row.receivedAt());
        assertEquals(NOON.plusSeconds(60), row.expiresAt());
        String stanza = new String(row.stanza(), UTF_8);
        for (String part : List.of(
                "from='tybalt@example.net/x'",
                "to='romeo@example.org'",
                "stamp='2019-03-04T05:06:07.089Z'",
                "sid-romeo@example.org-" + row.id())) {
            assertTrue(stanza.contains(part), stanza);
        }
        assertTrue(row.id() > 1 && !stanza.contains("r:id"), stanza);
    }

    @ParameterizedTest
    @CsvSource({"7, 7", "-1, false", "0, false", "false, false"})
    void anOwnLimitComesAlongUnlessThereIsOneHere(String there, String here) {
        user(1, "romeo@example.org", there);
        user(2, "juliet@example.org", there);
        accounts.create(JULIET, "another");
        accounts.write(JULIET, List.of(new Setting("offline-msgs", "store-limit", "3")));
        assertEquals("2 accounts looked at, 1 made, 0 messages stored, 0 messages there already", ended().get(0));
        assertEquals(Map.of("store-limit", here), accounts.values.get(ROMEO).get("offline-msgs"));
        assertEquals(Map.of("store-limit", "3"), accounts.values.get(JULIET).get("offline-msgs"));
        assertEquals("another", accounts.passwords.get(JULIET));
    }

    @Test
    void whatCannotBeTakenIsNamedAndTheRestGoesOn() {
        user(1, "romeo@example.org", "many");
        user(2, "a@b@c", null);
        user(3, "nurse@elsewhere.example", null);
        users.add(new ForeignAccount(
                4, "juliet@example.org", true, List.of(new Credential("MD5-PASSWORD", "swordfish")), null));
        waits(1);
        waits(2, "romeo@example.org", "<message><body>cut off");
        waits(3, "romeo@example.org", "<presence/>");
        waits(4, "romeo@example.org", null);
        waits(5, "nobody@example.org", "<message/>");
        waits(6, "nurse@elsewhere.example", "<message/>");
        waits(7 + (1L << 36));
        waits(8 + (1L << 36), "juliet@example.org", "<message><body>for juliet</body></message>");
        waits(9);
        List<String> report = ended();
        String text = String.join("\n", report);
        assertEquals("4 accounts looked at, 2 made, 2 messages stored, 0 messages there already", report.get(0));
        assertEquals("not taken, since of elsewhere.example: 1 accounts, 1 messages", report.get(1));
        for (String part : List.of(
                "9 things could not be imported:",
                "romeo@example.org comes without its own limit",
                "account 2: ",
                "juliet@example.org comes without a password (restante:user-password gives it one): its password there cannot be used: [MD5-PASSWORD (",
                "message 2 for romeo@example.org: ",
                "message 3 for romeo@example.org: <presence> is not a message",
                "message 4 for romeo@example.org: it is larger than 1 MiB",
                "message 5 for nobody@example.org: there is no such account here",
                "message " + (7 + (1L << 36)) + " for romeo@example.org: its number is too far from 1")) {
            assertTrue(text.contains(part), () -> part + " in " + text);
        }
        assertFalse(text.contains("cut off") || text.contains("swordfish"), text);
        assertEquals(List.of("1", "9"), bodies());
        assertEquals(Set.of(ROMEO, JULIET), accounts.passwords.keySet());
    }

    @Test
    void startedAgainItTakesWhatIsNewAndNothingThatWasDeliveredOrRemovedSince() {
        user(1, "romeo@example.org", null);
        user(2, "juliet@example.org", null);
        waits(5_000_000);
        waits(5_000_001);
        ended();
        assertEquals(List.of("5000000", "5000001"), bodies());
        delivery.rows.clear();
        accounts.remove(JULIET);
        user(3, "paris@example.org", null);
        waits(5_000_002);
        assertEquals("1 accounts looked at, 1 made, 1 messages stored, 0 messages there already", ended().get(0));
        assertEquals(List.of("5000002"), bodies());
        assertFalse(accounts.passwords.containsKey(JULIET));
    }

    @ParameterizedTest(name = "dies at append {0}, after its effect: {1}")
    @CsvSource({"1, false", "1, true", "2, false", "2, true", "3, false", "3, true"})
    void brokenOffAnywhereItLosesAndDoublesNothingEvenIfRowsHaveGoneThere(int append, boolean afterItsEffect) {
        user(1, "romeo@example.org", null);
        for (long id = 1; id <= 500; id++) {
            waits(id * 3);
        }
        delivery.appendsLeft = append;
        delivery.failsAfterItsEffect = afterItsEffect;
        assertThrows(CompletionException.class, this::ended);
        List<String> stored = bodies();
        delivery.appendsLeft = Integer.MAX_VALUE;
        waiting.remove(append * 600L - 300);
        ended();
        List<String> expected = new ArrayList<>();
        for (long id = 1; id <= 500; id++) {
            String body = Long.toString(id * 3);
            if (waiting.containsKey(id * 3) || stored.contains(body)) {
                expected.add(body);
            }
        }
        assertEquals(expected, bodies());
    }

    @Test
    void theIdsAreNotAheadOfTheirTime() {
        user(1, "romeo@example.org", null);
        waits(1);
        waits(1_000_000_000);
        ended();
        long millis = (delivery.rows.lastKey() >> 22)
                + Instant.parse("2020-01-01T00:00:00Z").toEpochMilli();
        assertTrue(
                millis <= NOON.toEpochMilli(),
                () -> Instant.ofEpochMilli(millis).toString());
    }
}
