package im.restante.itests.osgi;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.account.Accounts;
import im.restante.itests.client.PlainClient;
import im.restante.jid.Jid;
import im.restante.quota.QuotaService;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.runtime.ServiceComponentRuntime;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

@ExtendWith(BundleContextExtension.class)
class WholeServerTest {
    private static final List<String> OURS = List.of(
            "im.restante.api",
            "im.restante.stream",
            "im.restante.store.jdbc",
            "im.restante.store.sqlite",
            "im.restante.store.mariadb",
            "im.restante.store.postgresql",
            "im.restante.amp",
            "im.restante.tigase",
            "im.restante.accounts",
            "im.restante.filter",
            "im.restante.quota",
            "im.restante.delivery",
            "im.restante.migration",
            "im.restante.spi",
            "im.restante.roster",
            "im.restante.spool",
            "im.restante.routing",
            "im.restante.iq",
            "im.restante.administration",
            "im.restante.commands",
            "im.restante.shell",
            "im.restante.tls",
            "im.restante.sasl",
            "im.restante.stream.management",
            "im.restante.http",
            "im.restante.metrics",
            "im.restante.health",
            "im.restante.c2s");

    @InjectBundleContext
    BundleContext context;

    private Server server;

    @BeforeEach
    void aServerWithAccounts() throws Exception {
        server = new Server(context);
        server.port();
        server.account("juliet");
        server.account("romeo");
        server.account("nurse");
    }

    @Test
    void everyBundleIsActiveAndEveryComponentSatisfied() throws Exception {
        for (String name : OURS) {
            assertEquals(Bundle.ACTIVE, bundle(name).getState(), name);
        }
        Server.until("every component is satisfied", () -> unsatisfied().isEmpty());
    }

    @Test
    void aMessageToSomebodyAwayWaitsAndIsHandedOverOnce() throws Exception {
        leaveAndCollect("it is the east");
    }

    @Test
    void aLimitChangedWhileRunningHoldsForTheNextMessage() throws Exception {
        QuotaService before = server.service(QuotaService.class);
        server.configure("im.restante.quota", Map.of("store-limit", "1"));
        Jid romeo = Jid.of("romeo@localhost");
        Jid juliet = Jid.of("juliet@localhost");
        Server.until(
                "the limit is 1",
                () -> before.terms(romeo, juliet)
                                .toCompletableFuture()
                                .join()
                                .admission()
                                .limit()
                        == 1);
        try (PlainClient sender = server.login("juliet")) {
            sender.message("romeo@localhost", "first");
            sender.message("romeo@localhost", "second");
            String refused = sender.await("<message[^>]*type=.error.*?</message>");
            assertTrue(refused.contains("second"), refused);
            assertTrue(refused.contains("service-unavailable"), refused);
        } finally {
            server.configure("im.restante.quota", Map.of());
        }
        try (PlainClient reader = server.login("romeo")) {
            reader.send("<presence/>");
            assertTrue(reader.await("<message.*?</message>").contains("first"));
        }
    }

    @Test
    void aBadValueWhileRunningLeavesTheLastGoodOneInForce() throws Exception {
        QuotaService quota = server.service(QuotaService.class);
        Jid romeo = Jid.of("romeo@localhost");
        server.configure("im.restante.quota", Map.of("store-limit", "7"));
        Server.until(
                "the limit is 7",
                () -> quota.terms(romeo, romeo)
                                .toCompletableFuture()
                                .join()
                                .admission()
                                .limit()
                        == 7);
        server.configure("im.restante.quota", Map.of("store-limit", "many"));
        // Configurations are handed out one after another: when this one has arrived, the bad one has too.
        server.configure("im.restante.accounts", Map.of("registration", "true"));
        Server.until(
                "registration is open", () -> server.service(Accounts.class).registrationOpen());
        assertEquals(
                7,
                server.service(QuotaService.class)
                        .terms(romeo, romeo)
                        .toCompletableFuture()
                        .join()
                        .admission()
                        .limit());
        server.configure("im.restante.quota", Map.of("store-limit", "8"));
        Server.until(
                "the limit is 8",
                () -> quota.terms(romeo, romeo)
                                .toCompletableFuture()
                                .join()
                                .admission()
                                .limit()
                        == 8);
        server.configure("im.restante.quota", Map.of());
        server.configure("im.restante.accounts", Map.of());
    }

    @Test
    void theDoorMovesToAnotherPortAndKeepsWhoIsInside() throws Exception {
        int other = freePort();
        try (PlainClient inside = server.login("nurse")) {
            server.configure("im.restante.c2s", Map.of("port", Integer.toString(other), "tls", "off"));
            Server.until("the port is another one", () -> server.port() == other);
            inside.ping(Server.DOMAIN, "still-here");
            leaveAndCollect("through the new door");
        } finally {
            server.configure("im.restante.c2s", Map.of("port", "0", "tls", "off"));
            Server.until("the door has moved again", () -> server.port() != other);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "im.restante.stream",
                "im.restante.store.jdbc",
                "im.restante.store.sqlite",
                "im.restante.accounts",
                "im.restante.filter",
                "im.restante.quota",
                "im.restante.delivery",
                "im.restante.migration",
                "im.restante.roster",
                "im.restante.spool",
                "im.restante.routing",
                "im.restante.iq",
                "im.restante.administration",
                "im.restante.commands",
                "im.restante.shell",
                "im.restante.tls",
                "im.restante.sasl",
                "im.restante.http",
                "im.restante.metrics",
                "im.restante.health",
                "im.restante.c2s"
            })
    void theServerRecoversWhenABundleComesBack(String name) throws Exception {
        bundle(name).stop();
        assertFalse(bundle(name).getState() == Bundle.ACTIVE);
        bundle(name).start();
        Server.until("every component is satisfied again", () -> unsatisfied().isEmpty());
        leaveAndCollect("after " + name + " came back");
    }

    @Test
    void whoeverIsInsideStaysWhileTheMechanismsAreExchangedAndWhoLogsInWaits() throws Exception {
        try (PlainClient inside = server.login("nurse")) {
            bundle("im.restante.sasl").stop();
            CompletableFuture<Void> outside = CompletableFuture.runAsync(() -> {
                try {
                    server.login("juliet").close();
                } catch (Exception e) {
                    throw new CompletionException(e);
                }
            });
            inside.ping(Server.DOMAIN, "no-mechanism");
            bundle("im.restante.sasl").start();
            outside.get(60, TimeUnit.SECONDS);
            inside.ping(Server.DOMAIN, "mechanisms-again");
        }
    }

    @Test
    void aThirdPartysMechanismLogsInWhileItIsThere() throws Exception {
        Bundle sample = context.installBundle(
                Path.of(context.getProperty("sample")).toUri().toString());
        try {
            sample.start();
            server.configure("org.example.restante.voucher", Map.of("vouchers", "romeo:sesame,nurse:other"));
            Server.until("it is offered", () -> {
                try (PlainClient romeo =
                        PlainClient.loginBy(server.port(), Server.DOMAIN, "X-VOUCHER", "romeo\0sesame")) {
                    romeo.ping(Server.DOMAIN, "inside");
                    return true;
                } catch (AssertionError e) { // not yet: the mechanism is not known
                    return false;
                }
            });
            assertThrows(
                    AssertionError.class,
                    () -> PlainClient.loginBy(server.port(), Server.DOMAIN, "X-VOUCHER", "nurse\0sesame"));
        } finally {
            server.service(ConfigurationAdmin.class)
                    .getConfiguration("org.example.restante.voucher", "?")
                    .delete();
            sample.uninstall();
        }
        assertThrows(
                AssertionError.class,
                () -> PlainClient.loginBy(server.port(), Server.DOMAIN, "X-VOUCHER", "romeo\0sesame"));
    }

    @Test
    void aMessageStoredBeforeTheStoreWentIsThereWhenItIsBack() throws Exception {
        try (PlainClient juliet = server.login("juliet")) {
            juliet.message("romeo@localhost", "kept on the disk");
            juliet.ping(Server.DOMAIN, "kept");
        }
        bundle("im.restante.store.sqlite").stop();
        bundle("im.restante.store.sqlite").start();
        collect("kept on the disk");
    }

    private void leaveAndCollect(String body) throws Exception {
        try (PlainClient juliet = server.login("juliet")) {
            juliet.message("romeo@localhost", body);
            juliet.ping(Server.DOMAIN, "stored");
        }
        collect(body);
    }

    private void collect(String body) throws Exception {
        try (PlainClient romeo = server.login("romeo")) {
            romeo.send("<presence/>");
            String message = romeo.await("<message.*?</message>");
            assertTrue(message.contains(body), message);
            assertTrue(message.contains("urn:xmpp:delay"), message);
            romeo.ping(Server.DOMAIN, "collected");
        }
        // The page is removed behind it; the next test must not see it again.
        try (PlainClient romeo = server.login("romeo")) {
            romeo.send("<presence/>");
            romeo.send("<iq type='get' id='nothing' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>");
            String rest = romeo.await(".*<iq[^>]*id=.nothing.*?>");
            assertFalse(rest.contains("<message"), rest);
        }
    }

    private Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no bundle " + name));
    }

    /** Components of ours that wait for something or failed, and what for. */
    private String unsatisfied() throws Exception {
        ServiceComponentRuntime components = server.service(ServiceComponentRuntime.class);
        Bundle[] ours = OURS.stream().map(this::bundle).toArray(Bundle[]::new);
        return components.getComponentDescriptionDTOs(ours).stream()
                .flatMap(description -> components.getComponentConfigurationDTOs(description).stream())
                .filter(one -> one.state == ComponentConfigurationDTO.FAILED_ACTIVATION
                        || one.state == ComponentConfigurationDTO.UNSATISFIED_REFERENCE)
                .map(one -> one.description.name + " "
                        + Arrays.stream(one.unsatisfiedReferences)
                                .map(reference -> reference.name)
                                .toList())
                .collect(joining("; "));
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
