package im.restante.internal.commands;

import static im.restante.internal.commands.Asked.JULIET;
import static im.restante.internal.commands.Asked.actions;
import static im.restante.internal.commands.Asked.command;
import static im.restante.internal.commands.Asked.error;
import static im.restante.internal.commands.Asked.fields;
import static im.restante.internal.commands.Asked.result;
import static im.restante.internal.commands.Asked.session;
import static im.restante.internal.commands.Asked.status;
import static im.restante.internal.commands.Asked.submit;
import static im.restante.internal.commands.Asked.values;
import static java.util.concurrent.CompletableFuture.completedFuture;
import static java.util.concurrent.CompletableFuture.failedFuture;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.admin.AccountAdministration;
import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.admin.Administrators;
import im.restante.admin.SessionAdministration;
import im.restante.admin.SessionDetails;
import im.restante.command.AdHocCommand;
import im.restante.command.CommandNote;
import im.restante.command.CommandStep;
import im.restante.delivery.Verdict;
import im.restante.form.DataForm;
import im.restante.itests.support.FakeReference;
import im.restante.jid.Jid;
import im.restante.server.ServerInfo;
import im.restante.server.StanzaSender;
import im.restante.stanza.Message;
import im.restante.xml.Element;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The commands of XEP-0133, led through as a client does. */
class AdministratorsCommandsTest {
    private static final String SECRET = "R0m30-and-nobody-else";

    private final List<String> log = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final Map<String, AdministrationException> refused = new TreeMap<>();
    private final List<SessionDetails> online = new ArrayList<>();
    private final List<Message> sent = new ArrayList<>();
    private final AdHocCommands commands = new AdHocCommands();
    private final AtomicLong nanos = new AtomicLong();
    private final AdminActs acts = new AdminActs(new AuditLines(log::add), nanos::get, AdminActs.TIME);
    private Runnable beforeEachAct = () -> {};
    private boolean isAdministrator = true;
    private int accountsThere = 1;

    private final AccountAdministration accounts = fake(AccountAdministration.class, (name, args) -> switch (name) {
        case "add", "setPassword", "remove" -> act(name, args);
        case "exists" -> completedFuture(args[0].equals(Jid.of("romeo@example.org")));
        case "accounts" -> page((Jid) args[1], (Integer) args[2]);
        default -> throw new UnsupportedOperationException(name);
    });

    private final SessionAdministration sessions = fake(SessionAdministration.class, (name, args) -> switch (name) {
        case "end" -> act(name, args);
        case "endAll" -> act(name, args).thenApply(nothing -> args[0].equals(Jid.of("romeo@example.org")) ? 2 : 0);
        case "sessions" ->
            completedFuture(
                    args == null
                            ? List.copyOf(online)
                            : online.stream()
                                    .filter(one -> one.jid().bare().equals(args[0]))
                                    .toList());
        default -> throw new UnsupportedOperationException(name);
    });

    private final StanzaSender sender = fake(StanzaSender.class, (name, args) -> {
        beforeEachAct.run();
        sent.add((Message) args[0]);
        return completedFuture(new Verdict.Delivered(1));
    });

    private static <T> T fake(Class<T> type, BiFunction<String, Object[], Object> answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, args) -> answers.apply(method.getName(), args)));
    }

    private CompletableFuture<Void> act(String name, Object[] args) {
        beforeEachAct.run();
        AdministrationException refusal = refused.get(String.valueOf(args[0]));
        if (refusal != null) {
            return failedFuture(refusal);
        }
        done.add(name + ' ' + args[0] + (args.length > 1 && args[1] != null ? " " + args[1] : ""));
        return completedFuture(null);
    }

    private CompletableFuture<List<Jid>> page(Jid after, int most) {
        beforeEachAct.run();
        int from = after == null ? 0 : Integer.parseInt(after.local().substring(1)) + 1;
        return completedFuture(IntStream.range(from, Math.min(from + most, accountsThere))
                .mapToObj(i -> Jid.of("u" + i + "@example.org"))
                .toList());
    }

    private void online(String jid, String client, boolean isAvailable) {
        online.add(fake(SessionDetails.class, (name, args) -> switch (name) {
            case "jid" -> Jid.of(jid);
            case "client" -> client;
            case "isAvailable" -> isAvailable;
            default -> throw new UnsupportedOperationException(name);
        }));
    }

    @BeforeEach
    void anAdministratorAndAllCommands() {
        Administrators administrators =
                address -> isAdministrator && address.bare().equals(JULIET.bare());
        commands.bindAdministrators(administrators);
        acts.bindAdministrators(administrators);
        Map<String, AdHocCommand> all = Map.of(
                "add-user", new AddUserCommand(accounts, acts),
                "delete-user", new DeleteUserCommand(accounts, acts),
                "end-user-session", new EndSessionCommand(sessions, acts),
                "change-user-password", new ChangePasswordCommand(accounts, acts),
                "user-stats", new UserStatisticsCommand(accounts, sessions, acts),
                "get-registered-users-num", new CountAccountsCommand(accounts, acts),
                "get-online-users-num", new CountOnlineCommand(sessions, acts),
                "get-online-users-list", new ListOnlineCommand(sessions, acts),
                "announce", new AnnounceCommand(sessions, sender, acts));
        int id = 0;
        for (Map.Entry<String, AdHocCommand> one : all.entrySet()) {
            commands.bindCommand(
                    new FakeReference<>(++id, 0, Map.of(AdHocCommand.NODE, AdminForms.NODES + one.getKey())),
                    one.getValue());
        }
    }

    private Element begin(String name) throws Exception {
        return result(commands.handle(command(JULIET, AdminForms.NODES + name, null, "execute")));
    }

    /** To the end, by a form that was filled in. */
    private Element run(String name, Element form) throws Exception {
        Element asked = begin(name);
        assertEquals("executing", status(asked));
        assertEquals(List.of("complete", "complete"), actions(asked));
        return result(commands.handle(command(JULIET, AdminForms.NODES + name, session(asked), "complete", form)));
    }

    private String refusal(String name, Element form) throws Exception {
        return error(commands.handle(command(JULIET, AdminForms.NODES + name, session(begin(name)), null, form)));
    }

    private static List<String> notes(Element command) {
        return command.children().stream()
                .filter(one -> one.name().equals("note"))
                .map(one -> one.attribute("type") + ' ' + one.text())
                .toList();
    }

    @Test
    void addsAUserAndNeverLogsThePassword() throws Exception {
        assertEquals(List.of("FORM_TYPE", "accountjid", "password", "password-verify"), fields(begin("add-user")));
        Element form = submit("accountjid", "Romeo@example.org", "password", SECRET, "password-verify", SECRET);
        assertEquals("completed", status(run("add-user", form)));
        assertEquals(List.of("add romeo@example.org " + SECRET), done);
        assertEquals(
                List.of("administrator \"juliet@example.org/balcony\": add user \"romeo@example.org\": done"), log);
        refused.put("romeo@example.org", new AdministrationException(Reason.CONFLICT, "there is one"));
        assertEquals("conflict", refusal("add-user", form));
        assertEquals(
                "administrator \"juliet@example.org/balcony\": add user \"romeo@example.org\": not done: there is one",
                log.get(1));
        assertFalse(log.toString().contains(SECRET));
    }

    @Test
    void aUserWithoutAPasswordOrWithTwoIsNotAdded() throws Exception {
        assertEquals("bad-request bad-payload", refusal("add-user", submit("accountjid", "romeo@example.org")));
        assertEquals(
                "bad-request bad-payload",
                refusal(
                        "add-user",
                        submit("accountjid", "romeo@example.org", "password", SECRET, "password-verify", "other")));
        assertEquals("bad-request bad-payload", refusal("add-user", submit("accountjid", "a@b@c", "password", SECRET)));
        assertEquals(List.of(), done);
        assertEquals(List.of(), log);
    }

    @Test
    void whatTheAdministrationRefusesIsAnErrorOfItsKind() throws Exception {
        Map<Reason, String> conditions = Map.of(
                Reason.INVALID, "bad-request bad-payload",
                Reason.NOT_FOUND, "item-not-found",
                Reason.NOT_ALLOWED, "not-allowed",
                Reason.UNAVAILABLE, "resource-constraint");
        for (Map.Entry<Reason, String> one : conditions.entrySet()) {
            refused.put("romeo@example.org", new AdministrationException(one.getKey(), "on purpose"));
            assertEquals(
                    one.getValue(),
                    refusal("change-user-password", submit("accountjid", "romeo@example.org", "password", SECRET)));
        }
        assertFalse(log.toString().contains(SECRET));
    }

    @Test
    void changesAPassword() throws Exception {
        run("change-user-password", submit("accountjid", "romeo@example.org", "password", SECRET));
        assertEquals(List.of("setPassword romeo@example.org " + SECRET), done);
        assertEquals(
                List.of("administrator \"juliet@example.org/balcony\": change password of \"romeo@example.org\": done"),
                log);
    }

    private static Element accountjids(String... values) {
        Element.Builder field = Element.builder(DataForm.NAMESPACE, "field").attribute("var", "accountjids");
        for (String value : values) {
            field.child(Element.of(DataForm.NAMESPACE, "value", value));
        }
        return submit().with(field.build());
    }

    @Test
    void deletesEachOfSeveralAndNamesThoseThatItDidNot() throws Exception {
        refused.put("tybalt@example.org", new AdministrationException(Reason.NOT_FOUND, "there is no account"));
        Element answer = run(
                "delete-user",
                accountjids("romeo@example.org", "tybalt@example.org", "romeo@example.org", "paris@example.org"));
        assertEquals(List.of("remove romeo@example.org", "remove paris@example.org"), done);
        assertEquals(List.of("error tybalt@example.org: not done: there is no account"), notes(answer));
        assertEquals(3, log.size());
        assertEquals("item-not-found", refusal("delete-user", accountjids("tybalt@example.org")));
        String[] many = IntStream.rangeClosed(0, AdminActs.MOST_ACCOUNTS)
                .mapToObj(i -> "u" + i + "@example.org")
                .toArray(String[]::new);
        assertEquals("bad-request bad-payload", refusal("delete-user", accountjids(many)));
    }

    private static final String[] THREE = {"a@example.org", "b@example.org", "c@example.org"};

    @Test
    void whoLosesTheRightMeanwhileDoesNoMore() throws Exception {
        beforeEachAct = () -> isAdministrator = false;
        Element answer = run("delete-user", accountjids(THREE));
        assertEquals(List.of("remove a@example.org"), done);
        assertEquals(List.of("error 2 accounts remain, not done: the right was taken away"), notes(answer));
        assertEquals(3, log.size());
        assertTrue(log.get(2).endsWith("c@example.org\": not done: the right was taken away"), log.get(2));
    }

    @Test
    void whatTakesTooLongIsLeftOutAndNamed() throws Exception {
        beforeEachAct = () -> nanos.addAndGet(AdminActs.TIME.toNanos());
        Element answer = run("delete-user", accountjids(THREE));
        assertEquals(List.of("remove a@example.org"), done);
        assertEquals(List.of("error 2 accounts remain, not done: no time was left"), notes(answer));
        accountsThere = AccountAdministration.MOST_ACCOUNTS + 1;
        assertEquals(
                "resource-constraint",
                error(commands.handle(
                        command(JULIET, AdminForms.NODES + "get-registered-users-num", null, "execute"))));
        assertTrue(log.get(3).endsWith("count registered users: not done: no time was left"), log.get(3));
    }

    @Test
    void aListIsAnsweredInTimeWhatIsUnderWayGoesOnAndTheRestIsLeftOut() throws Exception {
        CompletableFuture<String> slow = new CompletableFuture<>();
        List<Jid> leftOut = new ArrayList<>();
        List<Jid> all = Stream.of(THREE).map(Jid::of).toList();
        CompletionStage<CommandStep> answer = new Round(() -> null, all, new Room(10_000))
                .run(account -> slow, (account, why) -> leftOut.add(account), Duration.ofMillis(20));
        CommandStep.Done early = (CommandStep.Done) answer.toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertEquals(
                List.of(
                        "a@example.org: under way; the log will have what became of it",
                        "2 accounts remain, not done: no time was left"),
                early.notes().stream().map(CommandNote::text).toList());
        slow.complete(null);
        assertEquals(all.subList(1, 3), leftOut);
    }

    @Test
    void anAnnouncementStopsWithTheRight() throws Exception {
        for (int i = 0; i < 2 * AnnounceCommand.AT_A_TIME + 1; i++) {
            online("u" + i + "@example.org/a", "192.0.2.1:1", true);
        }
        beforeEachAct = () -> isAdministrator = false;
        Element answer = run("announce", submit("announcement", "Back in two minutes"));
        assertEquals(AnnounceCommand.AT_A_TIME, sent.size());
        assertEquals(
                List.of(
                        "info Delivered to 64 sessions",
                        "error 65 sessions remain, not done: the right was taken away"),
                notes(answer));
        assertTrue(log.get(1).endsWith("announce to 65 of them: not done: the right was taken away"), log.get(1));
    }

    @Test
    void anActThatThrowsIsAuditedAndDoesNotStopTheOthers() throws Exception {
        beforeEachAct = () -> {
            beforeEachAct = () -> {};
            throw new IllegalStateException("broken on purpose");
        };
        Element answer = run("delete-user", accountjids(THREE));
        assertEquals(List.of("remove b@example.org", "remove c@example.org"), done);
        assertEquals(List.of("error a@example.org: not done: an error in the server; the log has it"), notes(answer));
        assertEquals(3, log.size());
        beforeEachAct = () -> {
            throw new IllegalStateException("broken on purpose");
        };
        assertEquals("internal-server-error", refusal("delete-user", accountjids("d@example.org")));
        assertTrue(log.get(3).endsWith("not done: an error in the server; the log has it"), log.get(3));
    }

    @Test
    void aListThatWouldNotFitIntoAStanzaSaysHowManyMoreThereAre() throws Exception {
        for (int i = 0; i < 30; i++) {
            online("u" + (10 + i) + "@example.org/a", "192.0.2.1:1", true);
        }
        acts.bindServer(fake(ServerInfo.class, (name, args) -> switch (name) {
            case "maxStanzaBytes" -> 2_000;
            default -> throw new UnsupportedOperationException(name);
        }));
        Element some = run("get-online-users-list", submit());
        assertEquals(12, values(some, "onlineuserjids").size());
        assertEquals(List.of("warn 18 more are not in the list"), notes(some));
    }

    @Test
    void anAnswerFillsHalfAStanzaAtMost() {
        Room room = new Room(300);
        assertTrue(room.takes("x".repeat(100)));
        assertFalse(room.takes("&".repeat(30)), "each is written as a reference");
        assertFalse(room.takes(""), "the list ends there");
    }

    @Test
    void whatWouldForgeALineIsEscaped() {
        new AuditLines(log::add).write(JULIET, "delete user", "a\nb\u202ec", "done");
        new AuditLines(log::add).write(JULIET, "end session of", Jid.of("romeo@example.org/x\": done"), "not done");
        assertEquals(
                List.of(
                        "administrator \"juliet@example.org/balcony\": delete user a\\u000Ab\\u202Ec: done",
                        "administrator \"juliet@example.org/balcony\": end session of"
                                + " \"romeo@example.org/x\\\": done\": not done"),
                log);
    }

    @Test
    void endsOneSessionOrAllOfAnAccount() throws Exception {
        run("end-user-session", accountjids("romeo@example.org/orchard"));
        run("end-user-session", accountjids("romeo@example.org"));
        assertEquals(List.of("end romeo@example.org/orchard", "endAll romeo@example.org"), done);
        assertEquals("item-not-found", refusal("end-user-session", accountjids("paris@example.org")));
    }

    @Test
    void tellsFromWhereAUserIsOnline() throws Exception {
        online("romeo@example.org/orchard", "192.0.2.1:40000", true);
        online("romeo@example.org/hall", "[2001:db8::1]:40001", false);
        online("paris@example.org/hall", "192.0.2.9:4", true);
        Element answer = run("user-stats", submit("accountjid", "romeo@example.org"));
        assertEquals(List.of("192.0.2.1", "[2001:db8::1]"), values(answer, "ipaddresses"));
        assertEquals(List.of("orchard", "hall"), values(answer, "onlineresources"));
        assertEquals("item-not-found", refusal("user-stats", submit("accountjid", "nobody@example.org")));
    }

    @Test
    void countsAccountsOverPages() throws Exception {
        accountsThere = 2 * AccountAdministration.MOST_ACCOUNTS + 1;
        assertEquals(List.of("2001"), values(begin("get-registered-users-num"), "registeredusersnum"));
        accountsThere = AccountAdministration.MOST_ACCOUNTS;
        assertEquals(List.of("1000"), values(begin("get-registered-users-num"), "registeredusersnum"));
    }

    @Test
    void countsAndListsWhoIsOnline() throws Exception {
        for (int i = 0; i < 30; i++) {
            online("u" + i + "@example.org/a", "192.0.2.1:1", true);
        }
        online("u1@example.org/b", "192.0.2.1:1", true);
        online("away@example.org/b", "192.0.2.1:1", false);
        assertEquals(List.of("30"), values(begin("get-online-users-num"), "onlineusersnum"));
        Element some = run("get-online-users-list", submit("max_items", "25"));
        assertEquals(25, values(some, "onlineuserjids").size());
        assertEquals(List.of("warn 5 more are not in the list"), notes(some));
        for (Element form : List.of(submit("max_items", "none"), submit())) {
            Element all = run("get-online-users-list", form);
            assertEquals(30, values(all, "onlineuserjids").size());
            assertEquals(List.of(), notes(all));
        }
        assertEquals("bad-request bad-payload", refusal("get-online-users-list", submit("max_items", "26")));
    }

    @Test
    void announcesToEachAvailableSessionAndLogsNoText() throws Exception {
        for (int i = 0; i < 2 * AnnounceCommand.AT_A_TIME + 1; i++) {
            online("u" + i + "@example.org/a", "192.0.2.1:1", true);
        }
        online("away@example.org/b", "192.0.2.1:1", false);
        Element answer = run("announce", submit("announcement", "Back in two minutes"));
        assertEquals(List.of("info Delivered to 129 sessions"), notes(answer));
        assertEquals(129, sent.size());
        assertTrue(sent.stream()
                .allMatch(one -> one.type() == Message.Type.HEADLINE && one.to().isFull()));
        assertFalse(log.toString().contains("minutes"), log.toString());
        assertEquals(
                List.of("administrator \"juliet@example.org/balcony\": announce to online users (19 characters): done"),
                log);
        assertEquals("bad-request bad-payload", refusal("announce", submit("announcement", " ")));
        assertEquals(
                "bad-request bad-payload",
                refusal("announce", submit("announcement", "x".repeat(AnnounceCommand.MOST_CHARACTERS + 1))));
    }
}
