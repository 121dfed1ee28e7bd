package im.restante.itests.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.admin.AccountAdministration;
import im.restante.admin.AdministrationException;
import im.restante.admin.AdministrationException.Reason;
import im.restante.admin.PurgeRequest;
import im.restante.admin.ServerStatistics;
import im.restante.admin.SessionAdministration;
import im.restante.admin.SpoolAdministration;
import im.restante.itests.client.PlainClient;
import im.restante.jid.Jid;
import im.restante.message.HistoryEntry.Kind;
import im.restante.message.HistoryQuery;
import im.restante.message.MessageHistory;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

/** Administration and the history of messages as a third party finds them, while what is behind them comes and goes. */
@ExtendWith(BundleContextExtension.class)
class AdministrationTest {
    private static final Jid HERMIT = Jid.of("hermit@localhost");
    private static final String JANITOR = "org.example.restante.janitor";

    @InjectBundleContext
    BundleContext context;

    private Server server;

    @BeforeEach
    void aServerWithAccounts() throws Exception {
        server = new Server(context);
        server.port();
        server.account("juliet");
        server.account("hermit");
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(120, TimeUnit.SECONDS);
    }

    private static Reason refusal(CompletionStage<?> stage) {
        Throwable said =
                assertThrows(ExecutionException.class, () -> get(stage)).getCause();
        return ((AdministrationException) said).reason();
    }

    private long waiting() throws Exception {
        return get(server.service(SpoolAdministration.class).spool(HERMIT, 1)).messages();
    }

    private void leave(String id) throws Exception {
        try (PlainClient juliet = server.login("juliet")) {
            juliet.send("<message to='" + HERMIT + "' id='" + id + "'><body>it is the east</body></message>");
            juliet.ping(Server.DOMAIN, "stored-" + id);
        }
    }

    private Kind latest(String id) throws Exception {
        return server.service(MessageHistory.class).find(HistoryQuery.ofMessageId(id)).entries().stream()
                .findFirst()
                .map(entry -> entry.kind())
                .orElse(null);
    }

    /** All of a third party's: it comes, works, goes, comes again, and outlives the administration it works by. */
    @Test
    void aJanitorOfAThirdPartyWorksWhileItIsThere() throws Exception {
        Bundle sample = context.installBundle(
                Path.of(context.getProperty("sample")).toUri().toString());
        try {
            sample.start();
            leave("first");
            server.configure(JANITOR, Map.of("accounts", HERMIT.toString(), "days", "0"));
            Server.until("the janitor removes it", () -> waiting() == 0 && latest("first") == Kind.PURGED);
            try (PlainClient hermit = server.login("hermit")) {
                hermit.send("<iq type='get' id='b'><became xmlns='urn:example:became' id='first'/></iq>");
                String told = hermit.await("<iq.*?</iq>");
                assertTrue(told.matches("(?s).*kind='PURGED' why='[^']*by the janitor'.*"), told);
                assertTrue(told.contains("kind='STORED'"), told);
            }
            sample.stop();
            leave("second");
            assertEquals(1, waiting(), "nobody is there to remove it");
            sample.start();
            Server.until("it is back", () -> latest("second") == Kind.PURGED);
            Bundle administration = bundle("im.restante.administration");
            administration.stop();
            leave("third");
            administration.start();
            Server.until("it has found the administration again", () -> latest("third") == Kind.PURGED);
            assertEquals(0, waiting());
        } finally {
            server.service(ConfigurationAdmin.class)
                    .getConfiguration(JANITOR, "?")
                    .delete();
            sample.uninstall();
        }
        leave("fourth");
        assertEquals(Kind.STORED, latest("fourth"));
        get(server.service(SpoolAdministration.class)
                .purge(PurgeRequest.of(HERMIT, "this test"))
                .end());
    }

    @Test
    void whatIsNotThereIsAnAnswerAndItIsUsedWhenItIsBack() throws Exception {
        AccountAdministration accounts = server.service(AccountAdministration.class);
        SpoolAdministration spools = server.service(SpoolAdministration.class);
        Bundle quota = bundle("im.restante.quota");
        quota.stop();
        try {
            assertEquals(Reason.UNAVAILABLE, refusal(accounts.limit(HERMIT)));
            assertTrue(get(accounts.exists(HERMIT)), "the rest works");
        } finally {
            quota.start();
        }
        Server.until("limits are back", () -> !isRefused(accounts.limit(HERMIT)));
        assertEquals(100, get(accounts.limit(HERMIT)).inForce());
        Bundle spool = bundle("im.restante.spool");
        spool.stop();
        try {
            assertEquals(
                    Reason.UNAVAILABLE,
                    refusal(spools.purge(PurgeRequest.of(HERMIT, "this test")).end()));
        } finally {
            spool.start();
        }
        server.port();
        leave("back");
        Server.until(
                "it purges again",
                () -> !isRefused(
                        spools.purge(PurgeRequest.of(HERMIT, "this test")).end()));
        assertEquals(0, waiting());
        assertEquals(
                "localhost",
                get(server.service(ServerStatistics.class).figures()).domain().toString());
    }

    private static boolean isRefused(CompletionStage<?> stage) throws Exception {
        try {
            get(stage);
            return false;
        } catch (ExecutionException e) {
            return true;
        }
    }

    @Test
    void aSessionIsEndedWithAReason() throws Exception {
        SessionAdministration sessions = server.service(SessionAdministration.class);
        try (PlainClient hermit = server.login("hermit")) {
            hermit.send("<presence/>");
            hermit.ping(Server.DOMAIN, "there");
            Jid session = get(sessions.sessions(HERMIT)).get(0).jid();
            get(sessions.end(session, "Back to the cave"));
            String error = hermit.await("<stream:error>.*?</stream:error>");
            assertTrue(error.contains("<policy-violation"), error);
            assertTrue(error.contains("Back to the cave"), error);
            assertTrue(get(sessions.sessions(HERMIT)).isEmpty());
            assertEquals(Reason.NOT_FOUND, refusal(sessions.end(session, null)));
        }
    }

    private Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + name));
    }
}
