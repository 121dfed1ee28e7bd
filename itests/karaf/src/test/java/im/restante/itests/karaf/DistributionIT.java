package im.restante.itests.karaf;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;
import static org.ops4j.pax.exam.CoreOptions.bundle;
import static org.ops4j.pax.exam.CoreOptions.options;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.editConfigurationFilePut;
import static org.ops4j.pax.exam.karaf.options.KarafDistributionOption.karafDistributionConfiguration;

import im.restante.http.HttpEndpoint;
import im.restante.itests.client.MariaDb;
import im.restante.itests.client.PlainClient;
import im.restante.itests.client.SettingsUnderTraffic;
import im.restante.itests.client.Swaps;
import im.restante.jid.Jid;
import im.restante.quota.QuotaService;
import im.restante.server.SessionListener;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshException;
import org.junit.Before;
import org.junit.Test;
import org.ops4j.pax.exam.Configuration;
import org.ops4j.pax.exam.Option;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.service.cm.ConfigurationAdmin;

/** Our Karaf distribution, unpacked and started; these methods run inside it. */
public class DistributionIT extends KarafTest {
    private static final String OPERATOR = "operator";
    private static final String JANITOR = "org.example.restante.janitor";

    @Configuration
    public Option[] distribution() throws IOException {
        return options(
                karaf(karafDistributionConfiguration()
                        .frameworkUrl(new File(System.getProperty("distribution"))
                                .toURI()
                                .toString())
                        .karafVersion(System.getProperty("karaf.version"))
                        .unpackDirectory(new File("target/exam"))
                        .name("Restante")
                        .useDeployFolder(false)),
                editConfigurationFilePut("etc/users.properties", OPERATOR, PASSWORD + ",ssh"),
                editConfigurationFilePut("etc/system.properties", "sample", System.getProperty("sample")));
    }

    @Before
    public void accounts() throws Exception {
        makeAccounts();
    }

    @Test
    public void theFeaturesBringCommentedConfigurationFiles() throws Exception {
        File etc = new File(System.getProperty("karaf.etc"));
        for (String pid : List.of("accounts", "c2s", "offline", "quota", "store.sqlite")) {
            assertTrue(pid, new File(etc, "im.restante." + pid + ".cfg").isFile());
        }
    }

    @Test
    public void aMessageToSomebodyAwayIsStoredAndDrained() throws Exception {
        leaveAndCollect("it is the east");
    }

    @Test
    public void aChangeOfConfigurationReachesTheQuota() throws Exception {
        Jid romeo = Jid.of("romeo@" + DOMAIN);
        configure("im.restante.quota", Map.of("store-limit", "3"));
        until(
                "the limit is 3",
                () -> service(QuotaService.class)
                                .terms(romeo, romeo)
                                .toCompletableFuture()
                                .join()
                                .admission()
                                .limit()
                        == 3);
        configure("im.restante.quota", Map.of());
        until(
                "the limit is 100",
                () -> service(QuotaService.class)
                                .terms(romeo, romeo)
                                .toCompletableFuture()
                                .join()
                                .admission()
                                .limit()
                        == 100);
    }

    @Test
    public void everySettingHoldsForTheNextMessageUnderTraffic() throws Exception {
        Bundle sample = installSample();
        SettingsUnderTraffic settings = new SettingsUnderTraffic(this, context);
        try {
            settings.theSwitchOfStoring();
            settings.limitsAndWhatHappensBeyondThem();
            settings.paths();
            settings.retention();
            settings.theChosenStore("memory");
            settings.windowAndProof();
            settings.end();
        } finally {
            settings.undo();
            sample.uninstall();
        }
    }

    @Test
    public void everySeamIsSwappedAndNothingIsLostDoubledLateOrDropped() throws Exception {
        shell("feature:install restante-store-mariadb");
        try (MariaDb database = mariaDb()) {
            new Swaps(this, context, database.configuration()).run();
        }
    }

    @Test
    public void theServerRecoversWhenABundleComesBack() throws Exception {
        for (String name : OURS) {
            Bundle bundle = Stream.of(context.getBundles())
                    .filter(one -> name.equals(one.getSymbolicName()))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no bundle " + name));
            bundle.stop();
            bundle.start();
            assertEquals(name, Bundle.ACTIVE, bundle.getState());
            until(name + " back, connections are accepted", () -> port() != null && tryLogin());
            leaveAndCollect("after " + name + " came back");
        }
    }

    @Test
    public void theCommandsRunInTheShell() throws Exception {
        assertTrue(shell("restante:user-list").contains("juliet@" + DOMAIN));
    }

    @Test
    public void whoIsNamedInUsersPropertiesRunsTheCommandsOverSsh() throws Exception {
        Dictionary<String, Object> ssh = service(ConfigurationAdmin.class)
                .getConfiguration("org.apache.karaf.shell", null)
                .getProperties();
        assertEquals("127.0.0.1", ssh.get("sshHost"));
        int port = Integer.parseInt(ssh.get("sshPort").toString());
        try (SshClient client = SshClient.setUpDefaultClient()) {
            client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
            client.start();
            try (ClientSession session = session(client, port, PASSWORD)) {
                assertTrue(session.auth().verify(PATIENCE).isSuccess());
                String users = session.executeRemoteCommand("restante:user-list");
                assertTrue(users, users.contains("juliet@" + DOMAIN));
            }
            try (ClientSession session = session(client, port, "karaf")) {
                assertThrows(SshException.class, () -> session.auth().verify(PATIENCE));
            }
        }
    }

    private static ClientSession session(SshClient client, int port, String password) throws IOException {
        ClientSession session =
                client.connect(OPERATOR, "127.0.0.1", port).verify(PATIENCE).getSession();
        session.addPasswordIdentity(password);
        return session;
    }

    @Test
    public void theBundleOfAThirdPartyIsUsedWhileItIsThere() throws Exception {
        Bundle sample = installSample();
        configure("im.restante.offline", Map.of("store", "memory"));
        configure("im.restante.quota", Map.of("store-limit", "1", "quota-exceeded", "patient"));
        Jid owner = Jid.of("romeo@" + DOMAIN);
        // configurations are handed out one after another: from here on nothing goes to the other store
        until(
                "the limit is 1",
                () -> service(QuotaService.class)
                                .terms(owner, owner)
                                .toCompletableFuture()
                                .join()
                                .admission()
                                .limit()
                        == 1);
        URI page = page("/example/messages");
        try (PlainClient juliet = login("juliet");
                PlainClient romeo = login("romeo")) {
            until("the page is there", () -> get(page).statusCode() == 200);
            until("the strategy and the store are used", () -> isAskedToBePatient(juliet));
            romeo.send("<iq type='get' id='w'><waiting xmlns='urn:example:waiting'/></iq>");
            String waiting = romeo.await("<iq.*?</iq>");
            assertTrue(waiting, waiting.contains("type='result'"));
            romeo.send("<nap xmlns='urn:example:nap'/>");
            romeo.await("<rest-well .*?>");
            romeo.send("<presence/>");
            romeo.await("<message.*?</message>");
            romeo.ping(DOMAIN, "read");
            romeo.leave(); // that he leaves in order proves what he was given
            theJanitorRemovesWhatWaits(juliet);
            Path log = Path.of(System.getProperty("karaf.log"), "karaf.log");
            until(
                    "the audit log has a line for what was stored",
                    () -> Files.readString(log)
                            .matches("(?s).*AuditLog.*juliet@localhost -> romeo@localhost \\S+: Stored.*"));
            assertTrue(get(page).body(), get(page).body().matches("[1-9]\\d* messages\n"));
        } finally {
            configure("im.restante.offline", Map.of());
            configure("im.restante.quota", Map.of());
            service(ConfigurationAdmin.class).getConfiguration(JANITOR, "?").delete();
            sample.uninstall();
        }
        until("the page goes with it", () -> get(page).statusCode() == 404);
        leaveAndCollect("without the sample");
    }

    @Test
    public void aThirdPartysNoticeIsSentToWhoeverLogsIn() throws Exception {
        Bundle sample = installSample();
        org.osgi.service.cm.Configuration notice =
                service(ConfigurationAdmin.class).getConfiguration("org.example.restante.notice", "?");
        try {
            notice.update(new Hashtable<>(Map.of("text", "welcome back")));
            until("it listens", () -> context.getServiceReference(SessionListener.class) != null);
            try (PlainClient romeo = login("romeo")) {
                romeo.send("<presence/>");
                String greeting = romeo.await("<message.*?</message>");
                assertTrue(greeting, greeting.contains("<body>welcome back</body>"));
                romeo.ping(DOMAIN, "read");
            }
        } finally {
            notice.delete();
            sample.uninstall();
        }
        leaveAndCollect("without the sample");
    }

    /** To somebody who is away; and the administrator's own commands see the same. */
    private void theJanitorRemovesWhatWaits(PlainClient juliet) throws Exception {
        until("nothing waits", () -> shell("restante:spool romeo@localhost").contains("memory: nothing waits"));
        juliet.send("<message to='romeo@localhost' id='swept'><body>it is the east</body></message>");
        juliet.ping(DOMAIN, "stored");
        assertTrue(shell("restante:spool romeo@localhost").contains("1 message, "));
        configure(JANITOR, Map.of("accounts", "romeo@localhost", "days", "0"));
        until(
                "the janitor removes it",
                () -> shell("restante:why swept").contains("removed from the spool by an administrator (")
                        && shell("restante:spool romeo@localhost").contains("memory: nothing waits"));
        try (PlainClient romeo = login("romeo")) {
            romeo.send("<iq type='get' id='b'><became xmlns='urn:example:became' id='swept'/></iq>");
            String became = romeo.await("<iq.*?</iq>");
            assertTrue(became, became.contains("kind='PURGED'"));
        }
    }

    /** Where operators are served. */
    private URI page(String path) throws Exception {
        return URI.create("http://127.0.0.1:" + service(HttpEndpoint.class).port() + path);
    }

    private static HttpResponse<String> get(URI page) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(page).timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    }

    private Bundle installSample() throws BundleException {
        Bundle sample = context.installBundle(
                new File(System.getProperty("sample")).toURI().toString());
        sample.start();
        return sample;
    }

    private static boolean isAskedToBePatient(PlainClient juliet) throws IOException {
        for (int i = 0; i < 2; i++) {
            juliet.send("<message to='romeo@localhost'><urgent xmlns='urn:example:urgent'/></message>");
        }
        juliet.send("<iq type='get' id='judged' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
        return juliet.await(".*<iq[^>]*id=.judged.*?>").contains("of your messages wait already");
    }
}
