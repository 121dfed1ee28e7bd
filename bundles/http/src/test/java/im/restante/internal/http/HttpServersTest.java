package im.restante.internal.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.config.ConfigException;
import im.restante.http.HttpResource;
import im.restante.http.HttpResponse;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Listeners open, move, close and keep the last good configuration. */
class HttpServersTest {
    private Serving serving;

    @AfterEach
    void close() {
        serving.close();
    }

    private void serve(Map<String, String> configuration) throws Exception {
        serving = new Serving(Serving.LENIENT, configuration);
        serving.put("/who", request -> HttpResponse.text(200, "admin").completed());
        serving.put(
                request -> HttpResponse.text(200, "public").completed(),
                Map.of(HttpResource.PATH, "/everybody", HttpResource.AUDIENCE, HttpResource.PUBLIC));
    }

    private void reconfigure(Map<String, String> configuration) {
        serving.servers.reconfigure(Serving.settings(configuration));
    }

    private int status(String audience, String path) throws Exception {
        return serving.send(java.net.http.HttpRequest.newBuilder(serving.uri(audience, path)))
                .statusCode();
    }

    @Test
    void eachAudienceHasItsOwnAndNothingOfTheOthers() throws Exception {
        serve(Map.of("public-port", "0", "public-tls", "off"));
        assertEquals(200, status("admin", "/who"));
        assertEquals(404, status("admin", "/everybody"));
        assertEquals(200, status("public", "/everybody"));
        assertEquals(404, status("public", "/who"));
    }

    @Test
    void everybodysListenerAnswersToEveryNameAndOrigin() throws Exception {
        serve(Map.of("public-port", "0", "public-tls", "off"));
        assertEquals(
                200,
                serving.send(java.net.http.HttpRequest.newBuilder(serving.uri("public", "/everybody"))
                                .header("Origin", "https://elsewhere.example"))
                        .statusCode());
        assertEquals(
                403,
                serving.send(java.net.http.HttpRequest.newBuilder(serving.uri("admin", "/who"))
                                .header("Origin", "https://elsewhere.example"))
                        .statusCode());
    }

    @Test
    void everybodysListenerIsOffByDefaultAndBothCanBe() throws Exception {
        serve(Map.of());
        assertFalse(serving.open.containsKey("public"));
        reconfigure(Map.of("port", "-1"));
        assertEquals(Map.of(), serving.open);
        reconfigure(Map.of("public-port", "0", "public-tls", "off"));
        assertEquals(200, status("public", "/everybody"));
        assertEquals(200, status("admin", "/who"));
    }

    @Test
    void aChangeThatIsNotAboutAListenerKeepsItsConnections() throws Exception {
        serve(Map.of());
        CompletableFuture<HttpResponse> later = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        serving.put("/later", request -> {
            asked.countDown();
            return later;
        });
        var answer = serving.client.sendAsync(
                java.net.http.HttpRequest.newBuilder(serving.uri("/later")).build(), BodyHandlers.ofString());
        assertTrue(asked.await(60, TimeUnit.SECONDS));
        var before = serving.open.get("admin");
        assertTrue(
                serving.raw("GET /who HTTP/1.1\r\nHost: chat.example\r\n\r\n").startsWith("HTTP/1.1 421 "));
        reconfigure(Map.of("host-names", "chat.example", "public-port", "0", "public-tls", "off"));
        assertSame(before, serving.open.get("admin"));
        assertTrue(serving.raw("GET /who HTTP/1.1\r\nHost: chat.example\r\nConnection: close\r\n\r\n")
                .startsWith("HTTP/1.1 200 "));
        later.complete(HttpResponse.text(200, "later"));
        assertEquals("later", answer.get(60, TimeUnit.SECONDS).body());
    }

    @Test
    void aPortThatIsTakenLeavesTheLastGoodConfigurationInForce() throws Exception {
        serve(Map.of("public-port", "0", "public-tls", "off"));
        int before = serving.open.get("admin").getPort();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            ConfigException refused = assertThrows(
                    ConfigException.class, () -> reconfigure(Map.of("port", Integer.toString(taken.getLocalPort()))));
            assertTrue(refused.getMessage().contains("port=" + taken.getLocalPort()), refused.getMessage());
            assertEquals(before, serving.open.get("admin").getPort());
            assertEquals(200, status("admin", "/who"));
            assertEquals(200, status("public", "/everybody"));
            assertThrows(
                    ConfigException.class,
                    () -> reconfigure(Map.of(
                            "port", "0", "public-tls", "off", "public-port", Integer.toString(taken.getLocalPort()))));
            assertEquals(200, status("admin", "/who"));
            assertEquals(200, status("public", "/everybody"));
        }
        ConfigException refused =
                assertThrows(ConfigException.class, () -> reconfigure(Map.of("host", "nowhere.invalid")));
        assertTrue(refused.getMessage().contains("host=nowhere.invalid"), refused.getMessage());
        reconfigure(Map.of("host-names", "chat.example", "public-port", "0", "public-tls", "off"));
        assertEquals(before, serving.open.get("admin").getPort(), "nothing about it has changed");
        assertEquals(200, status("admin", "/who"));
    }

    @Test
    void aPortThatIsTakenAtTheStartIsTriedAgain() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            serving = new Serving(
                    Serving.LENIENT,
                    Map.of("port", Integer.toString(taken.getLocalPort()), "public-port", "0", "public-tls", "off"),
                    Path.of(""));
            Serving.until("the other audience is served", () -> serving.open.containsKey("public"));
            assertFalse(serving.open.containsKey("admin"));
        }
        Serving.until("the port is free", () -> serving.open.containsKey("admin"));
        assertEquals(404, status("admin", "/who"));
    }

    @Test
    void theListenerMovesAndTheOldPlaceIsClosed() throws Exception {
        serve(Map.of());
        var before = serving.uri("/who");
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            free = socket.getLocalPort();
        }
        reconfigure(Map.of("port", Integer.toString(free)));
        assertEquals(free, serving.open.get("admin").getPort());
        assertEquals(200, status("admin", "/who"));
        assertThrows(
                ConnectException.class,
                () -> serving.client.send(
                        java.net.http.HttpRequest.newBuilder(before).build(), BodyHandlers.ofString()));
    }

    @Test
    void whatIsBeingAnsweredMayEndWhenTheListenerCloses() throws Exception {
        serving = new Serving(new Bounds(
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofMillis(200),
                1_024,
                Duration.ofSeconds(60),
                Duration.ofMillis(200),
                Duration.ofSeconds(60),
                64,
                Bounds.CONNECTIONS));
        CompletableFuture<HttpResponse> later = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(1);
        serving.put("/later", request -> {
            asked.countDown();
            return later;
        });
        serving.put(
                "/events",
                request -> HttpResponse.of(200)
                        .withBody("text/event-stream", -1, out -> {
                            out.write("data: 1\n\n".getBytes(UTF_8));
                            out.flush();
                            try {
                                new CountDownLatch(1).await();
                            } catch (InterruptedException e) {
                                throw new IOException(e);
                            }
                        })
                        .completed());
        var events = serving.client.send(
                java.net.http.HttpRequest.newBuilder(serving.uri("/events")).build(), BodyHandlers.ofInputStream());
        assertEquals("data: 1\n\n", new String(events.body().readNBytes(9), UTF_8));
        var answer = serving.client.sendAsync(
                java.net.http.HttpRequest.newBuilder(serving.uri("/later")).build(), BodyHandlers.ofString());
        assertTrue(asked.await(60, TimeUnit.SECONDS));
        Thread closing = new Thread(() -> reconfigure(Map.of("port", "-1")));
        closing.start();
        assertThrows(IOException.class, () -> events.body().read(), "what has no end breaks off at once");
        later.complete(HttpResponse.text(200, "the last word"));
        assertEquals("the last word", answer.get(60, TimeUnit.SECONDS).body());
        closing.join();
        assertEquals(Map.of(), serving.open);
    }

    @Test
    void whatNeverEndsIsCutWhenTheListenerCloses() throws Exception {
        serve(Map.of());
        CountDownLatch asked = new CountDownLatch(1);
        serving.put("/never", request -> {
            asked.countDown();
            return new CompletableFuture<>();
        });
        var answer = serving.client.sendAsync(
                java.net.http.HttpRequest.newBuilder(serving.uri("/never")).build(), BodyHandlers.ofString());
        assertTrue(asked.await(60, TimeUnit.SECONDS));
        reconfigure(Map.of("port", "-1"));
        // It is told 503, or loses its connection, whichever is first.
        assertTrue(answer.handle((told, lost) -> lost != null || told.statusCode() == 503)
                .get(60, TimeUnit.SECONDS));
    }
}
