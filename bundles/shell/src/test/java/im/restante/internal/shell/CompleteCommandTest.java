package im.restante.internal.shell;

import static org.junit.jupiter.api.Assertions.assertEquals;

import im.restante.internal.administration.Desks;
import im.restante.jid.Jid;
import im.restante.store.StoreException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompleteCommandTest {
    private final FakeAccounts accounts = new FakeAccounts();
    private final Desks administration = new Desks();
    private Gogo gogo = new Gogo(command(accounts));

    private CompleteCommand command(FakeAccounts accountsOrNull) {
        return new CompleteCommand(
                CommandsTest.others(),
                List.of(
                        new SpoolCommand(null),
                        new PurgeCommand(null),
                        new LimitCommand(null),
                        new MigrateCommand(null, null)),
                accountsOrNull == null ? null : administration.accounts(accountsOrNull),
                administration.statistics(
                        null,
                        null,
                        FakeStore.empty().as("sqlite", 0),
                        FakeStore.empty().as("mariadb", -1)));
    }

    @AfterEach
    void close() {
        gogo.close();
        administration.close();
    }

    private List<String> complete(String words) throws Exception {
        return gogo.run("restante:complete " + words).lines().toList();
    }

    @Test
    void commandsByTheirFullNamesOursFirst() throws Exception {
        assertEquals(List.of("restante:purge"), complete("pu"));
        assertEquals(List.of("restante:spool"), complete("restante:s"));
        assertEquals(List.of("restante:limit", "alien:ls"), complete("l"));
        assertEquals(
                List.of(
                        "help",
                        "restante:commands",
                        "restante:limit",
                        "restante:migrate",
                        "restante:other-check",
                        "restante:other-list",
                        "restante:purge",
                        "restante:spool",
                        "alien:cat",
                        "alien:ls"),
                complete("''"));
        assertEquals(List.of(), complete("none"));
        assertEquals(List.of("restante:spool"), complete("help sp"));
    }

    @Test
    void accountsWhereAnAccountIsMeant() throws Exception {
        for (String name : List.of("romeo", "rosaline", "juliet")) {
            accounts.passwords.put(Jid.of(name + "@example.org"), "secret");
        }
        assertEquals(List.of("romeo@example.org", "rosaline@example.org"), complete("restante:spool ro"));
        assertEquals(List.of("romeo@example.org"), complete("spool RoMEO@ex"));
        assertEquals(List.of(), complete("spool romeo@example.net"));
        assertEquals(List.of("juliet@example.org"), complete("restante:other-check j"), "another bundle's");
        assertEquals(List.of("juliet@example.org"), complete("purge --from ju"));
        assertEquals(List.of("--from", "--older-than-days"), complete("purge -"));
        assertEquals(List.of("--older-than-days"), complete("purge --from a@b --"));
        assertEquals(List.of("false", "default"), complete("limit romeo@example.org ''"));
        assertEquals(List.of(), complete("spool romeo@example.org j"), "there is no second place");
        assertEquals(List.of(), complete("alien:ls r"), "it does not say what it takes");
        assertEquals(List.of(), complete("none r"));
    }

    @Test
    void storesWhereAStoreIsMeant() throws Exception {
        assertEquals(List.of("sqlite", "mariadb", "--users", "--stop"), complete("migrate ''"));
        assertEquals(List.of("mariadb"), complete("migrate sqlite m"));
    }

    @Test
    void notMoreThanAHundredAccounts() throws Exception {
        IntStream.range(0, 300)
                .forEach(i -> accounts.passwords.put(Jid.of("user" + (1_000 + i) + "@example.org"), "secret"));
        assertEquals(CompleteCommand.MOST, complete("spool user").size());
        assertEquals(CompleteCommand.MOST, complete("spool user1").size());
    }

    @Test
    void whatCannotBeLookedUpGivesNothing() throws Exception {
        accounts.passwords.put(Jid.of("romeo@example.org"), "secret");
        assertEquals(List.of(), complete("spool 'a b'"), "no name");
        accounts.failure = new StoreException("the database is locked");
        assertEquals(List.of(), complete("spool ro"));
        gogo.close(); // there is one at a time
        gogo = new Gogo(command(null));
        assertEquals(List.of(), complete("spool ro"), "without accounts");
    }
}
