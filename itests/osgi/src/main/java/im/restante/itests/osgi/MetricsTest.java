package im.restante.itests.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.http.HttpEndpoint;
import im.restante.http.HttpResource;
import im.restante.itests.client.PlainClient;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

/** Figures and health while those who tell them come and go. */
@ExtendWith(BundleContextExtension.class)
class MetricsTest {
    private static final String MAINTENANCE = "org.example.restante.maintenance";

    @InjectBundleContext
    BundleContext context;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Server server;

    @BeforeEach
    void aServer() throws Exception {
        server = new Server(context);
        server.port();
        server.account("juliet");
        Server.until("it is ready", () -> get("/health/ready").startsWith("200 "));
    }

    private Bundle bundle(String name) {
        return Stream.of(context.getBundles())
                .filter(bundle -> name.equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
    }

    private String get(String path) throws Exception {
        for (ServiceReference<HttpEndpoint> one : context.getServiceReferences(
                HttpEndpoint.class, "(" + HttpResource.AUDIENCE + "=" + HttpResource.ADMIN + ")")) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                    + context.getService(one).port() + path))
                            .timeout(Duration.ofSeconds(60))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        }
        return "";
    }

    @Test
    void theFiguresAndTheCheckOfAThirdPartyAreThereWhileItsBundleIs() throws Exception {
        assertFalse(get("/metrics").contains("example_sessions"));
        Bundle sample = context.installBundle(
                Path.of(context.getProperty("sample")).toUri().toString());
        try {
            sample.start();
            Server.until("its figure is there", () -> get("/metrics").contains("\nexample_sessions_opened_total 0\n"));
            server.login("juliet").close();
            assertTrue(get("/metrics").contains("\nexample_sessions_opened_total 1\n"));
            server.configure(MAINTENANCE, Map.of("reason", "back at noon"));
            Server.until("it is taken out", () -> get("/health/ready").contains("\"text\":\"back at noon\""));
            assertTrue(get("/health/ready").startsWith("503 "));
            assertTrue(get("/health/live").startsWith("200 "));
            sample.stop();
            assertTrue(get("/health/ready").startsWith("200 "));
            assertFalse(get("/metrics").contains("example_sessions"));
        } finally {
            server.service(ConfigurationAdmin.class)
                    .getConfiguration(MAINTENANCE, "?")
                    .delete();
            sample.uninstall();
        }
    }

    @Test
    void itIsNotReadyWithoutAStoreOrWithoutItsDoorAndReadyWhenTheyAreBack() throws Exception {
        for (String name : new String[] {"im.restante.store.sqlite", "im.restante.c2s"}) {
            bundle(name).stop();
            try {
                Server.until(
                        "it is not ready without " + name,
                        () -> get("/health/ready").startsWith("503 "));
            } finally {
                bundle(name).start();
            }
            server.port();
            Server.until(
                    "it is ready again with " + name, () -> get("/health/ready").startsWith("200 "));
        }
        try (PlainClient juliet = server.login("juliet")) {
            juliet.ping(Server.DOMAIN, "here");
        }
    }

    @Test
    void whoTellsFiguresMayGoAndComeAndSoMayWhoAsks() throws Exception {
        Server.until("the spool tells", () -> get("/metrics").contains("\nrestante_drains "));
        bundle("im.restante.spool").stop();
        try {
            assertTrue(get("/metrics").startsWith("200 "));
            assertFalse(get("/metrics").contains("restante_drains"));
        } finally {
            bundle("im.restante.spool").start();
        }
        server.port();
        Server.until("it tells again", () -> get("/metrics").contains("\nrestante_drains "));
        bundle("im.restante.metrics").stop();
        assertEquals("404", get("/metrics").substring(0, 3));
        bundle("im.restante.metrics").start();
        Server.until("it is asked again", () -> get("/metrics").contains("\nrestante_drains "));
    }
}
