package im.restante.internal.shell;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import im.restante.account.Setting;
import im.restante.internal.administration.Desks;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import im.restante.session.ClientConnection;
import im.restante.session.ClientSession;
import im.restante.session.SessionInfo;
import im.restante.session.SessionManager;
import im.restante.spool.SpoolPurge;
import im.restante.store.StoreException;
import im.restante.store.StoreStatistics;
import im.restante.store.StoredMessage;
import im.restante.xml.StreamCondition;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code session-end}, {@code limit}, {@code purge} and {@code status}. */
class AdministrationCommandsTest {
    private static final Jid ROMEO = Jid.of("romeo@example.org");
    private static final Jid JULIET = Jid.of("juliet@example.org");
    private static final Jid NURSE = Jid.of("nurse@example.org");
    private static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");

    private final Desks administration = new Desks();
    private final FakeAccounts accounts = new FakeAccounts();
    private final Sessions sessions = new Sessions();
    private final Limits limits = new Limits();
    private final Spool spool = new Spool();
    private final Gogo gogo = new Gogo(
            new SessionEndCommand(administration.sessions(sessions)),
            new LimitCommand(administration.accounts(accounts, limits)),
            new PurgeCommand(administration.spools(spool), Clock.fixed(NOW, ZoneOffset.UTC)),
            new StatusCommand(administration.statistics(
                    sessions,
                    () -> "sqlite",
                    new FakeStore(
                                    completedFuture(StoreStatistics.of(12, 99)
                                            .withOwners(3)
                                            .withBytes(4_711)),
                                    null,
                                    List.of())
                            .as("sqlite", 0))));

    @AfterEach
    void close() {
        gogo.close();
        administration.close();
    }

    private final class Sessions implements SessionManager {
        final List<SessionInfo> all = new ArrayList<>();
        final List<String> ended = new ArrayList<>();

        void add(Jid jid, SessionInfo.State state) {
            boolean live = state == SessionInfo.State.LIVE;
            all.add(new SessionInfo(jid, live, 0, NOW, "127.0.0.1:5", true, !live, 0, state));
        }

        @Override
        public CompletionStage<ClientSession> bind(Jid account, String resource, ClientConnection link) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<SessionInfo> sessions() {
            return List.copyOf(all);
        }

        @Override
        public CompletionStage<Boolean> end(Jid session, StreamCondition condition, String text) {
            boolean there = all.removeIf(one -> one.jid().equals(session));
            ended.add(session + " " + condition.element() + " " + text);
            return completedFuture(there);
        }
    }

    /** As the quota bundle keeps them: 100 for everybody, and no more than 500. */
    private final class Limits implements UserLimits {
        boolean on = true;

        @Override
        public boolean enabled() {
            return on;
        }

        @Override
        public CompletionStage<Integer> limit(Jid owner) {
            return accounts.setting(owner, NODE, KEY)
                    .thenApply(own -> on && own.isPresent() ? inForce(own.get()) : 100);
        }

        private static int inForce(String own) {
            return own.equals(NO_LIMIT) ? 500 : Math.min(500, Integer.parseInt(own));
        }

        @Override
        public CompletionStage<OptionalInt> set(Jid owner, int limit) {
            return write(owner, limit < 0 ? NO_LIMIT : Integer.toString(limit));
        }

        @Override
        public CompletionStage<OptionalInt> forget(Jid owner) {
            return write(owner, null);
        }

        private CompletionStage<OptionalInt> write(Jid owner, String value) {
            if (!accounts.passwords.containsKey(owner)) {
                return completedFuture(OptionalInt.empty());
            }
            return accounts.write(owner, List.of(new Setting(NODE, KEY, value)))
                    .thenApply(done -> OptionalInt.of(value == null ? 100 : inForce(value)));
        }
    }

    /** Three messages a page. */
    private static final class Spool implements SpoolPurge {
        final List<StoredMessage> rows = new ArrayList<>();
        int left;
        StoreException failure;
        String by;

        void add(long id, Jid sender, Instant received) {
            rows.add(StoredMessage.of(id, ROMEO, sender, received, new byte[0]));
        }

        @Override
        public CompletionStage<Long> waitingUpTo(Jid owner) {
            return completedFuture(1_000L);
        }

        @Override
        public CompletionStage<Step> step(
                Jid owner, long after, long upTo, Predicate<StoredMessage> wanted, String who) {
            by = who;
            List<StoredMessage> page = rows.stream()
                    .filter(row -> row.owner().equals(owner) && row.id() > after)
                    .limit(3)
                    .toList();
            if (failure != null && after > 0) {
                return CompletableFuture.failedFuture(failure);
            }
            List<StoredMessage> gone = page.stream().filter(wanted).toList();
            rows.removeAll(gone);
            long end = page.isEmpty() ? upTo : page.get(page.size() - 1).id();
            return completedFuture(new Step(end, page.isEmpty(), gone.size(), page.isEmpty() ? left : 0));
        }
    }

    @Test
    void endsASessionOrAllOfAnAccount() throws Exception {
        sessions.add(ROMEO.withResource("orchard"), SessionInfo.State.LIVE);
        sessions.add(ROMEO.withResource("hall"), SessionInfo.State.SUSPENDED);
        sessions.add(ROMEO.withResource("tomb"), SessionInfo.State.LIVE);
        sessions.add(JULIET.withResource("tomb"), SessionInfo.State.LIVE);
        assertEquals("ended romeo@example.org/hall\n", gogo.run("session-end romeo@example.org/hall 'Go home'"));
        assertEquals("ended 2 sessions of romeo@example.org\n", gogo.run("session-end romeo@example.org"));
        assertEquals("ended 0 sessions of romeo@example.org\n", gogo.run("session-end romeo@example.org"));
        assertEquals(
                List.of(
                        "romeo@example.org/hall policy-violation Go home",
                        "romeo@example.org/orchard policy-violation An administrator ended this session",
                        "romeo@example.org/tomb policy-violation An administrator ended this session"),
                sessions.ended);
        assertEquals(1, sessions.all.size());
    }

    @Test
    void tellsAndSetsALimit() throws Exception {
        accounts.passwords.put(ROMEO, "secret");
        String everybody = "romeo@example.org: 100 messages of one sender (as for everybody)\n";
        assertEquals(everybody, gogo.run("limit romeo@example.org"));
        assertEquals("romeo@example.org: 1 message of one sender (its own)\n", gogo.run("limit romeo@example.org 1"));
        assertEquals("romeo@example.org: 0 messages of one sender (its own)\n", gogo.run("limit romeo@example.org 0"));
        assertEquals(
                "romeo@example.org: 500 messages of one sender (its own, any number of messages, is over"
                        + " user-store-limit-max)\n",
                gogo.run("limit romeo@example.org false"));
        limits.on = false;
        assertEquals(
                "romeo@example.org: 100 messages of one sender (as for everybody; its own, any number of messages, has no"
                        + " effect while user-store-limit-enable=false)\n",
                gogo.run("limit romeo@example.org"));
        limits.on = true;
        assertEquals(everybody, gogo.run("limit romeo@example.org default"));
    }

    @Test
    void purgesAllOfOneSenderOrWhatIsOld() throws Exception {
        for (int i = 1; i <= 10; i++) {
            spool.add(i, i % 2 == 0 ? JULIET : NURSE, NOW.minusSeconds(86_400L * (11 - i)));
        }
        assertEquals(
                "removed 2 messages\n",
                gogo.run("purge --from nurse@example.org/kitchen --older-than-days 6 romeo@example.org"));
        assertEquals("removed 2 messages\n", gogo.run("purge --older-than-days 6 romeo@example.org"));
        spool.left = 1;
        assertEquals(
                "removed 3 messages\nleft 1 message on the way to a session\n",
                gogo.run("purge romeo@example.org --from juliet@example.org"));
        spool.left = 0;
        assertEquals("removed 3 messages\n", gogo.run("purge romeo@example.org"));
        assertEquals("removed 0 messages\n", gogo.run("purge romeo@example.org"));
        assertEquals("an operator at the shell", spool.by);
    }

    @Test
    void saysHowFarItCame() {
        for (int i = 1; i <= 5; i++) {
            spool.add(i, JULIET, NOW);
        }
        spool.failure = new StoreException("no connection");
        assertEquals(
                "broken off: no connection",
                assertThrows(Exception.class, () -> gogo.run("purge romeo@example.org"))
                        .getMessage());
        assertEquals(2, spool.rows.size());
    }

    @Test
    void tellsTheStatus() throws Exception {
        sessions.add(ROMEO.withResource("orchard"), SessionInfo.State.LIVE);
        sessions.add(ROMEO.withResource("hall"), SessionInfo.State.SUSPENDED);
        assertEquals("""
                Restante 0 on Java %s, domain example.org
                up 2d 3h 4m 5s, since 2026-11-22T20:00:00Z
                2 sessions of 1 account; 1 available, 1 waiting for the client to resume
                12 messages wait, 4711 bytes, in sqlite
                """.formatted(Runtime.version()), gogo.run("status"));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            session-end romeo@example.org/nowhere         | there is no session romeo@example.org/nowhere
            session-end example.org                       | an account's address looks like name@domain, got example.org
            session-end example.org/x                     | a session's address looks like name@domain/resource, got example.org/x
            limit tybalt@example.org                      | there is no account tybalt@example.org
            limit tybalt@example.org 5                    | there is no account tybalt@example.org
            limit romeo@example.org -1                    | a limit is a whole number from 0, false (no limit) or default, got -1
            limit romeo@example.org 2147483648            | a limit is a whole number from 0, false (no limit) or default, got 2147483648
            purge                                         | usage: restante:purge [--from SENDER] [--older-than-days N] JID
            purge --from romeo@example.org                | usage: restante:purge [--from SENDER] [--older-than-days N] JID
            purge romeo@example.org --from                | usage: restante:purge [--from SENDER] [--older-than-days N] JID
            purge romeo@example.org --older-than-days x   | --older-than-days takes a whole number from 0 to 36500, got x
            purge romeo@example.org/orchard               | an account's address looks like name@domain, got romeo@example.org/orchard
            purge romeo@example.net                       | broken off: this server has the domain example.org, and no mail of example.net
            """)
    void saysWhatIsWrongInOneLine(String line, String message) {
        accounts.passwords.put(ROMEO, "secret");
        assertEquals(
                message, assertThrows(Exception.class, () -> gogo.run(line)).getMessage());
    }

    @Test
    void aReasonIsOneShortLine() {
        sessions.add(ROMEO.withResource("orchard"), SessionInfo.State.LIVE);
        assertEquals(
                "a reason has at most 256 characters, got 257",
                assertThrows(
                                Exception.class,
                                () -> gogo.run("session-end romeo@example.org/orchard " + "x".repeat(257)))
                        .getMessage());
        assertEquals(
                "a reason is one line without control characters",
                assertThrows(Exception.class, () -> gogo.run("session-end romeo@example.org/orchard 'a\u0001b'"))
                        .getMessage());
        assertEquals(1, sessions.all.size());
    }

    @Test
    void saysThatLimitsAreSwitchedOff() {
        accounts.passwords.put(ROMEO, "secret");
        limits.on = false;
        assertEquals(
                "limits of accounts are switched off; user-store-limit-enable=true in im.restante.quota allows them",
                assertThrows(Exception.class, () -> gogo.run("limit romeo@example.org 5"))
                        .getMessage());
    }
}
