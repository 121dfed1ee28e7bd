package im.restante.itests.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.SettingsTrial;
import im.restante.http.HttpEndpoint;
import im.restante.http.HttpResource;
import im.restante.itests.client.PlainClient;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.test.common.annotation.InjectBundleContext;
import org.osgi.test.junit5.context.BundleContextExtension;

/** HTTP resources come, go, and are replaced while requests run; and so does the bundle that serves them. */
@ExtendWith(BundleContextExtension.class)
class HttpTest {
    private static final String PID = "im.restante.http";

    @InjectBundleContext
    BundleContext context;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Server server;

    @BeforeEach
    void aServer() throws Exception {
        server = new Server(context);
        server.port();
        Server.until("operators are served", () -> endpoint(HttpResource.ADMIN) != null);
    }

    @AfterEach
    void asItWas() throws Exception {
        server.configure(PID, Map.of("port", "0"));
        Server.until("everybody is not", () -> endpoint(HttpResource.PUBLIC) == null);
        Server.until("operators are served", () -> endpoint(HttpResource.ADMIN) != null);
    }

    private HttpEndpoint endpoint(String audience) throws Exception {
        for (ServiceReference<HttpEndpoint> one :
                context.getServiceReferences(HttpEndpoint.class, "(" + HttpResource.AUDIENCE + "=" + audience + ")")) {
            return context.getService(one);
        }
        return null;
    }

    private HttpRequest request(String audience, String path) throws Exception {
        HttpEndpoint endpoint = endpoint(audience);
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + endpoint.port() + path))
                .timeout(Duration.ofSeconds(60))
                .build();
    }

    private HttpResponse<String> get(String audience, String path) throws Exception {
        return client.send(request(audience, path), HttpResponse.BodyHandlers.ofString());
    }

    private int status(String path) throws Exception {
        return get(HttpResource.ADMIN, path).statusCode();
    }

    private ServiceRegistration<HttpResource> register(
            String path, String audience, int ranking, HttpResource resource) {
        return context.registerService(
                HttpResource.class,
                resource,
                new Hashtable<>(Map.of(
                        HttpResource.PATH, path, HttpResource.AUDIENCE, audience, Constants.SERVICE_RANKING, ranking)));
    }

    private static HttpResource says(String text) {
        return request -> im.restante.http.HttpResponse.text(200, text).completed();
    }

    @Test
    void thePageOfAThirdPartyIsServedWhileItsBundleIsThere() throws Exception {
        assertEquals(404, status("/example/messages"));
        Bundle sample = context.installBundle(
                Path.of(context.getProperty("sample")).toUri().toString());
        try {
            sample.start();
            Server.until("the page is there", () -> status("/example/messages") == 200);
            server.account("caspar");
            server.account("pamina");
            try (PlainClient caspar = server.login("caspar")) {
                caspar.message("pamina@" + Server.DOMAIN, "counted");
                caspar.ping(Server.DOMAIN, "counted");
            }
            assertTrue(get(HttpResource.ADMIN, "/example/messages").body().matches("[1-9]\\d* messages\n"));
            assertEquals(404, status("/example/messages/more"));
            sample.stop();
            assertEquals(404, status("/example/messages"));
            sample.start();
            Server.until("the page is there again", () -> status("/example/messages") == 200);
        } finally {
            sample.uninstall();
        }
        assertEquals(404, status("/example/messages"));
        try (PlainClient pamina = server.login("pamina")) {
            pamina.send("<presence/>");
            pamina.await("<message.*?</message>");
            pamina.ping(Server.DOMAIN, "collected");
        }
    }

    @Test
    void aResourceIsReplacedUnderRequestsAndNoneIsLost() throws Exception {
        ServiceRegistration<HttpResource> first = register("/swap", HttpResource.ADMIN, 0, says("first"));
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Integer>> askers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            askers.add(CompletableFuture.supplyAsync(() -> ask(over)));
        }
        try {
            for (int i = 0; i < 30; i++) {
                String text = "other " + i;
                ServiceRegistration<HttpResource> other = register("/swap", HttpResource.ADMIN, 1 + i % 2, says(text));
                Server.until(
                        "the other is asked",
                        () -> get(HttpResource.ADMIN, "/swap").body().equals(text));
                other.unregister();
                assertEquals("first", get(HttpResource.ADMIN, "/swap").body());
            }
        } finally {
            over.set(true);
        }
        for (CompletableFuture<Integer> asker : askers) {
            assertTrue(asker.get(60, TimeUnit.SECONDS) > 0);
        }
        first.unregister();
        assertEquals(404, status("/swap"));
    }

    /** How many were answered; throws if one was not. */
    private int ask(AtomicBoolean over) {
        int answered = 0;
        try {
            while (!over.get() || answered == 0) {
                HttpResponse<String> answer = get(HttpResource.ADMIN, "/swap");
                assertEquals(200, answer.statusCode(), answer.body());
                answered++;
            }
            return answered;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aRankingThatChangesIsFollowed() throws Exception {
        ServiceRegistration<HttpResource> one = register("/rank", HttpResource.ADMIN, 1, says("one"));
        ServiceRegistration<HttpResource> two = register("/rank", HttpResource.ADMIN, 2, says("two"));
        Server.until(
                "the higher is asked",
                () -> get(HttpResource.ADMIN, "/rank").body().equals("two"));
        one.setProperties(new Hashtable<>(Map.of(
                HttpResource.PATH, "/rank", HttpResource.AUDIENCE, HttpResource.ADMIN, Constants.SERVICE_RANKING, 3)));
        Server.until(
                "the other is higher now",
                () -> get(HttpResource.ADMIN, "/rank").body().equals("one"));
        one.unregister();
        two.unregister();
    }

    @Test
    void aRequestOfAResourceThatGoesIsAnswered() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        ServiceRegistration<HttpResource> registration = register("/going", HttpResource.ADMIN, 0, request -> {
            asked.countDown();
            return new CompletableFuture<>();
        });
        Server.until("it is there", () -> endpoint(HttpResource.ADMIN) != null);
        CompletableFuture<HttpResponse<String>> answer =
                client.sendAsync(request(HttpResource.ADMIN, "/going"), HttpResponse.BodyHandlers.ofString());
        assertTrue(asked.await(60, TimeUnit.SECONDS));
        registration.unregister();
        assertEquals(404, status("/going"));
        assertEquals(503, answer.get(60, TimeUnit.SECONDS).statusCode());
    }

    @Test
    void nothingOfOperatorsIsServedToEverybody() throws Exception {
        ServiceRegistration<HttpResource> admin = register("/a", HttpResource.ADMIN, 0, says("admin"));
        ServiceRegistration<HttpResource> everybody = register("/p", HttpResource.PUBLIC, 0, says("public"));
        server.configure(PID, Map.of("port", "0", "public-port", "0", "public-tls", "off"));
        Server.until("everybody is served", () -> endpoint(HttpResource.PUBLIC) != null);
        assertEquals("admin", get(HttpResource.ADMIN, "/a").body());
        assertEquals(404, get(HttpResource.ADMIN, "/p").statusCode());
        assertEquals("public", get(HttpResource.PUBLIC, "/p").body());
        assertEquals(404, get(HttpResource.PUBLIC, "/a").statusCode());
        admin.unregister();
        everybody.unregister();
    }

    @Test
    void aBadValueLeavesTheListenersOpenAndAGoodOneMovesThem() throws Exception {
        ServiceRegistration<HttpResource> registration = register("/stay", HttpResource.ADMIN, 0, says("here"));
        int before = endpoint(HttpResource.ADMIN).port();
        server.configure(PID, Map.of("port", "door"));
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
            server.configure(PID, Map.of("port", Integer.toString(free), "host", "127.0.0.1"));
            // Configurations are handed out one after another: when this one has arrived, the others have too.
            server.configure(PID, Map.of("port", "0", "public-port", "0", "public-tls", "off"));
            Server.until("everybody is served", () -> endpoint(HttpResource.PUBLIC) != null);
            assertEquals(before, endpoint(HttpResource.ADMIN).port());
            assertEquals("here", get(HttpResource.ADMIN, "/stay").body());
        }
        server.configure(PID, Map.of("port", Integer.toString(free)));
        Server.until(
                "it has moved",
                () -> endpoint(HttpResource.ADMIN) != null
                        && endpoint(HttpResource.ADMIN).port() == free);
        assertEquals("here", get(HttpResource.ADMIN, "/stay").body());
        server.configure(PID, Map.of("port", "-1"));
        Server.until("it is closed", () -> endpoint(HttpResource.ADMIN) == null);
        registration.unregister();
    }

    @Test
    void theBundleComesBackWithWhatThereIs() throws Exception {
        ServiceRegistration<HttpResource> registration = register("/stay", HttpResource.ADMIN, 0, says("here"));
        Bundle http = Stream.of(context.getBundles())
                .filter(bundle -> "im.restante.http".equals(bundle.getSymbolicName()))
                .findFirst()
                .orElseThrow();
        http.stop();
        assertFalse(endpoint(HttpResource.ADMIN) != null);
        http.start();
        Server.until("operators are served", () -> endpoint(HttpResource.ADMIN) != null);
        assertEquals("here", get(HttpResource.ADMIN, "/stay").body());
        assertEquals(
                1,
                context.getServiceReferences(SettingsTrial.class, "(" + SettingsTrial.PID + "=" + PID + ")")
                        .size());
        registration.unregister();
    }
}
