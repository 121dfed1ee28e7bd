package im.restante.internal.administration;

import static im.restante.internal.administration.Fakes.JULIET;
import static im.restante.internal.administration.Fakes.ROMEO;
import static im.restante.internal.administration.Fakes.done;
import static im.restante.internal.administration.Fakes.get;
import static im.restante.internal.administration.Fakes.refusal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Accounts;
import im.restante.admin.AccountLimit;
import im.restante.admin.AdministrationException;
import im.restante.internal.support.ThreadWorkers;
import im.restante.jid.Jid;
import im.restante.quota.UserLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountsDeskTest {
    private final Questions questions =
            new Questions(new ThreadWorkers("administration"), AdministrationException.DEADLINE);
    private final AccountsDesk desk = new AccountsDesk(questions);

    /** In the order in which the stores give them. */
    private final TreeMap<Jid, String> passwords = new TreeMap<>((one, other) -> Arrays.compareUnsigned(
            one.toString().getBytes(StandardCharsets.UTF_8), other.toString().getBytes(StandardCharsets.UTF_8)));

    private final Map<Jid, String> limits = new HashMap<>();
    private boolean limitsOn = true;
    private final AtomicInteger looked = new AtomicInteger();

    @BeforeEach
    void services() {
        desk.server = Fakes.server();
        desk.accounts = Fakes.fake(Accounts.class, (name, args) -> switch (name) {
            case "exists" -> done(passwords.containsKey(args[0]));
            case "create" -> done(create((Jid) args[0], (String) args[1]));
            case "changePassword" -> done(passwords.replace((Jid) args[0], (String) args[1]) != null);
            case "remove" -> done(passwords.remove((Jid) args[0]) != null);
            case "list" -> done(list((Jid) args[0], (int) args[1]));
            case "setting" -> done(Optional.ofNullable(limits.get((Jid) args[0])));
            default -> throw new UnsupportedOperationException(name);
        });
        desk.limits = Fakes.fake(UserLimits.class, (name, args) -> switch (name) {
            case "enabled" -> limitsOn;
            case "limit" -> done(inForce((Jid) args[0]));
            case "set" -> done(set((Jid) args[0], (int) args[1] < 0 ? UserLimits.NO_LIMIT : args[1].toString()));
            case "forget" -> done(set((Jid) args[0], null));
            default -> throw new UnsupportedOperationException(name);
        });
    }

    @AfterEach
    void close() {
        questions.close();
    }

    private boolean create(Jid account, String password) {
        if (password.isEmpty()) {
            throw new IllegalArgumentException("a password is not empty");
        }
        return passwords.putIfAbsent(account, password) == null;
    }

    private List<Jid> list(Jid after, int max) {
        looked.incrementAndGet();
        return (after == null ? passwords : passwords.tailMap(after, false))
                .keySet().stream().limit(max).toList();
    }

    private int inForce(Jid account) {
        String own = limits.get(account);
        return !limitsOn || own == null ? 100 : own.equals(UserLimits.NO_LIMIT) ? -1 : Integer.parseInt(own);
    }

    private OptionalInt set(Jid account, String value) {
        if (!passwords.containsKey(account)) {
            return OptionalInt.empty();
        }
        limits.put(account, value);
        return OptionalInt.of(inForce(account));
    }

    private void accounts(String... names) {
        Stream.of(names).forEach(name -> passwords.put(Jid.of(name + "@example.org"), "secret"));
    }

    private static List<String> names(List<Jid> accounts) {
        return accounts.stream().map(Jid::local).toList();
    }

    @Test
    void makesChangesAndRemovesAnAccount() {
        get(desk.mayAdd(ROMEO));
        get(desk.add(ROMEO, "secret"));
        assertTrue(get(desk.exists(ROMEO)));
        assertEquals("CONFLICT there is an account romeo@example.org already", refusal(desk.mayAdd(ROMEO)));
        assertEquals("CONFLICT there is an account romeo@example.org already", refusal(desk.add(ROMEO, "other")));
        get(desk.setPassword(ROMEO, "other"));
        assertEquals("other", passwords.get(ROMEO));
        get(desk.remove(ROMEO));
        assertFalse(get(desk.exists(ROMEO)));
        assertEquals("NOT_FOUND there is no account romeo@example.org", refusal(desk.remove(ROMEO)));
        assertEquals("NOT_FOUND there is no account romeo@example.org", refusal(desk.setPassword(ROMEO, "x")));
    }

    @Test
    void refusesNonsenseWithWhatWouldBeRight() {
        assertEquals(
                "INVALID this server has the domain example.org, and no accounts of example.net",
                refusal(desk.add(Jid.of("romeo@example.net"), "secret")));
        assertEquals(
                "INVALID this server has the domain example.org, and no accounts of example.net",
                refusal(desk.mayAdd(Jid.of("romeo@example.net"))));
        assertEquals("INVALID a password is not empty", refusal(desk.add(ROMEO, "")));
        for (Jid none : List.of(Jid.of("example.org"), ROMEO.withResource("orchard"))) {
            assertEquals(
                    "INVALID an account's address looks like name@domain, got " + none, refusal(desk.remove(none)));
            assertEquals("INVALID an account's address looks like name@domain, got " + none, refusal(desk.limit(none)));
            assertEquals(
                    "INVALID an account's address looks like name@domain, got " + none,
                    refusal(desk.setLimit(none, 5)));
        }
        assertThrows(NullPointerException.class, () -> desk.add(ROMEO, null));
    }

    @Test
    void saysWhatIsNotThere() {
        desk.accounts = null;
        desk.limits = null;
        String accounts = "UNAVAILABLE accounts are not available: is its bundle running?";
        assertEquals(accounts, refusal(desk.add(ROMEO, "secret")));
        assertEquals(accounts, refusal(desk.accounts("ro", null, 10)));
        assertEquals(
                "UNAVAILABLE limits of accounts are not available: is its bundle running?",
                refusal(desk.setLimit(ROMEO, 5)));
        desk.server = null;
        assertEquals(
                "UNAVAILABLE the server's domain is not known yet; try again soon",
                refusal(desk.accounts("ro", null, 10)));
    }

    /** Characters before and behind the @ stand in the order of the list on either side of it. */
    @Test
    void listsNamesThatBeginInOneWay() {
        accounts(
                "a",
                "ju",
                "jul",
                "jul-9",
                "jul.b",
                "jul0",
                "jula",
                "juliet",
                "juliet2",
                "jum",
                "juk",
                "jukz",
                "k",
                "été",
                "étéx",
                "\uD800\uDF48a");
        assertEquals(
                List.of("jul-9", "jul.b", "jul0", "jul", "jula", "juliet2", "juliet"),
                names(get(desk.accounts("JUL", null, 100))));
        assertEquals(List.of("jul-9", "jul.b", "jul0"), names(get(desk.accounts("jul", null, 3))));
        assertEquals(List.of("jul", "jula"), names(get(desk.accounts("jul", Jid.of("jul0@example.org"), 2))));
        assertEquals(List.of("été", "étéx"), names(get(desk.accounts("ét", null, 100))));
        assertEquals(List.of("\uD800\uDF48a"), names(get(desk.accounts("\uD800\uDF48", null, 100))));
        assertEquals(List.of("a"), names(get(desk.accounts("a", null, 100))));
        assertEquals(List.of(), names(get(desk.accounts("zz", null, 100))));
        assertEquals(List.of(), names(get(desk.accounts("jul", Jid.of("k@example.org"), 100))));
        assertEquals(passwords.size(), get(desk.accounts("", null, 100)).size());
        assertEquals(2, get(desk.accounts(null, null, 2)).size());
    }

    @Test
    void looksNotAtEverybodyForAPrefix() {
        IntStream.range(0, 5_000).forEach(i -> accounts("a" + i));
        accounts("juliet");
        assertEquals(List.of("juliet"), names(get(desk.accounts("jul", null, 10))));
        assertTrue(looked.get() <= 2, looked.get() + " pages");
        IntStream.range(0, 2_500).forEach(i -> accounts("juk%04d".formatted(i)));
        List<String> found = new ArrayList<>(names(get(desk.accounts("jul", null, 10))));
        assertEquals(List.of("juliet"), found, "pages behind the first are read too");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ju@", "ju@example.org", "ju/x", "ju liet", "\u0000"})
    void aPrefixThatNoNameCanHaveIsRefused(String prefix) {
        assertEquals(
                "INVALID no account's name begins with " + prefix
                        + "; a prefix is the beginning of what stands before @",
                refusal(desk.accounts(prefix, null, 10)));
    }

    @ParameterizedTest
    @CsvSource({"0", "-1", "1001"})
    void aPageHasItsBounds(int max) {
        assertEquals(
                "INVALID the number of accounts must be a number from 1 to 1000, got " + max,
                refusal(desk.accounts(null, null, max)));
    }

    private static void check(int inForce, OptionalInt own, boolean allowed, AccountLimit limit) {
        assertEquals(inForce, limit.inForce());
        assertEquals(own, limit.own());
        assertEquals(allowed, limit.isOwnAllowed());
    }

    @Test
    void readsAndSetsALimit() {
        passwords.put(ROMEO, "secret");
        check(100, OptionalInt.empty(), true, get(desk.limit(ROMEO)));
        check(7, OptionalInt.of(7), true, get(desk.setLimit(ROMEO, 7)));
        check(-1, OptionalInt.of(-1), true, get(desk.setLimit(ROMEO, -5)));
        check(0, OptionalInt.of(0), true, get(desk.setLimit(ROMEO, 0)));
        limitsOn = false;
        check(100, OptionalInt.of(0), false, get(desk.limit(ROMEO)));
        assertEquals(
                "NOT_ALLOWED limits of accounts are switched off; user-store-limit-enable=true in im.restante.quota"
                        + " allows them",
                refusal(desk.setLimit(ROMEO, 7)));
        limitsOn = true;
        check(100, OptionalInt.empty(), true, get(desk.forgetLimit(ROMEO)));
        limits.put(ROMEO, "1e3");
        limitsOn = false;
        check(100, OptionalInt.empty(), false, get(desk.limit(ROMEO)));
        assertEquals("NOT_FOUND there is no account juliet@example.org", refusal(desk.limit(JULIET)));
        limitsOn = true;
        assertEquals("NOT_FOUND there is no account juliet@example.org", refusal(desk.setLimit(JULIET, 1)));
        assertEquals("NOT_FOUND there is no account juliet@example.org", refusal(desk.forgetLimit(JULIET)));
    }
}
