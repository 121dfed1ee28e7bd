package im.restante.internal.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.http.HttpBody;
import im.restante.http.HttpRequest;
import im.restante.http.HttpResource;
import im.restante.http.HttpResponse;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;

/** Resources are asked, answer in each way there is, fail in each way there is, and come and go. */
class ResourcesTest {
    private Serving serving;

    @BeforeEach
    void open() throws Exception {
        serving = new Serving(Serving.LENIENT);
    }

    @AfterEach
    void close() {
        serving.close();
    }

    private static HttpResource says(String text) {
        return request -> HttpResponse.text(200, text + request.path()).completed();
    }

    @ParameterizedTest
    @CsvSource({
        "/, root/",
        "/x, root/x",
        "/a, a",
        "/a/, a/",
        "/a/x, a/x",
        "/ab, root/ab",
        "/a/b, b",
        "/a/b/c%20d, b/c d",
        "/a/bc, a/bc",
        "/A, root/A"
    })
    void theLongestPrefixAnswers(String asked, String answered) throws Exception {
        serving.put("/", says("root"));
        serving.put("/a", says("a"));
        serving.put("/a/b", says("b"));
        assertEquals(answered, serving.get(asked).body());
    }

    @Test
    void nobodyAnswersWhereThereIsNoResource() throws Exception {
        serving.put("/a", says("a"));
        assertEquals(404, serving.get("/b").statusCode());
    }

    @Test
    void theHigherRankingAnswersAndTheOtherWhenItGoes() throws Exception {
        serving.put("/a", says("low"));
        ServiceReference<HttpResource> high = serving.put(
                says("high"),
                Map.of(
                        HttpResource.PATH,
                        "/a",
                        HttpResource.AUDIENCE,
                        HttpResource.ADMIN,
                        Constants.SERVICE_RANKING,
                        1));
        serving.put("/a", says("late"));
        assertEquals("high", serving.get("/a").body());
        serving.servers.resources().remove(high);
        assertEquals("low", serving.get("/a").body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "/a/", "//", "/a//b", "/..", "/a/../b", "/.", "/a b", "/a%20b", "/ä", "/a?b"})
    void aPathThatIsNoneIsNotUsed(String path) throws Exception {
        ServiceReference<HttpResource> reference = serving.put(path, says("x"));
        assertEquals(null, serving.servers.resources().find(HttpResource.ADMIN, path));
        serving.servers.resources().remove(reference);
    }

    @Test
    void anAudienceOrABoundThatIsNoneIsNotUsed() throws Exception {
        serving.put(says("x"), Map.of(HttpResource.PATH, "/a"));
        serving.put(says("x"), Map.of(HttpResource.PATH, "/b", HttpResource.AUDIENCE, "both"));
        serving.put(says("x"), Map.of(HttpResource.PATH, "/c", HttpResource.AUDIENCE, List.of("admin", "public")));
        serving.put(
                says("x"),
                Map.of(
                        HttpResource.PATH,
                        "/d",
                        HttpResource.AUDIENCE,
                        HttpResource.ADMIN,
                        HttpResource.MAX_BODY_BYTES,
                        "many"));
        for (String path : List.of("/a", "/b", "/c", "/d")) {
            assertEquals(404, serving.get(path).statusCode(), path);
        }
    }

    @Test
    void aResourceSeesItsRequest() throws Exception {
        AtomicReference<HttpRequest> seen = new AtomicReference<>();
        serving.put("/a", request -> {
            seen.set(request);
            return HttpResponse.text(200, new String(request.body().readAllBytes(), UTF_8))
                    .completed();
        });
        assertEquals(
                "the body",
                serving.send(java.net.http.HttpRequest.newBuilder(serving.uri("/a/b?c=d+e&c=%26&f"))
                                .header("X-Some", "thing")
                                .PUT(BodyPublishers.ofString("the body")))
                        .body());
        HttpRequest request = seen.get();
        assertEquals("PUT", request.method());
        assertEquals("/b", request.path());
        assertEquals("c=d+e&c=%26&f", request.rawQuery());
        assertEquals(List.of("d e", "&"), request.parameters("c"));
        assertEquals("", request.parameter("f").orElseThrow());
        assertTrue(request.parameter("g").isEmpty());
        assertEquals("thing", request.header("x-some").orElseThrow());
        assertEquals(List.of(), request.headers("x-other"));
        assertEquals(8, request.contentLength());
        assertTrue(request.peer().isLoopbackAddress());
        assertFalse(request.isEncrypted());
        assertEquals(serving.uri("/").getAuthority(), request.host());
    }

    @Test
    void everyResponseHasTheFieldsThatKeepBrowsersHarmless() throws Exception {
        serving.put("/a", says("a"));
        serving.put(
                "/page",
                request -> HttpResponse.text(200, "page")
                        .with("content-security-policy", "default-src 'self'")
                        .with("Cache-Control", "max-age=60")
                        .adding("Set-Cookie", "a=1")
                        .adding("Set-Cookie", "b=2")
                        .completed());
        var a = serving.get("/a").headers();
        assertEquals(List.of("nosniff"), a.allValues("X-Content-Type-Options"));
        assertEquals(List.of("default-src 'none'; frame-ancestors 'none'"), a.allValues("Content-Security-Policy"));
        assertEquals(List.of("same-origin"), a.allValues("Referrer-Policy"));
        assertEquals(List.of("no-store"), a.allValues("Cache-Control"));
        assertEquals(List.of("same-origin"), a.allValues("Cross-Origin-Resource-Policy"));
        var page = serving.get("/page").headers();
        assertEquals(List.of("default-src 'self'"), page.allValues("Content-Security-Policy"));
        assertEquals(List.of("max-age=60"), page.allValues("Cache-Control"));
        assertEquals(List.of("a=1", "b=2"), page.allValues("Set-Cookie"));
        assertEquals(List.of("nosniff"), serving.get("/nobody").headers().allValues("X-Content-Type-Options"));
    }

    @Test
    void headHasTheFieldsAndNoBody() throws Exception {
        AtomicBoolean written = new AtomicBoolean();
        serving.put("/a", says("a"));
        serving.put(
                "/b",
                request -> HttpResponse.of(200)
                        .withBody("text/plain", -1, out -> written.set(true))
                        .completed());
        var head = serving.send(
                java.net.http.HttpRequest.newBuilder(serving.uri("/a/xyz")).method("HEAD", BodyPublishers.noBody()));
        assertEquals(200, head.statusCode());
        assertEquals("5", head.headers().firstValue("Content-Length").orElseThrow());
        assertEquals("", head.body());
        serving.send(java.net.http.HttpRequest.newBuilder(serving.uri("/b")).method("HEAD", BodyPublishers.noBody()));
        assertEquals("axyz".length() + 1, serving.get("/a/xyz").body().length(), "and the connection goes on");
        assertFalse(written.get());
    }

    @Test
    void aResponseMayHaveNoBody() throws Exception {
        serving.put("/none", request -> HttpResponse.of(204).completed());
        serving.put(
                "/same", request -> HttpResponse.of(304).with("ETag", "\"1\"").completed());
        serving.put("/empty", request -> HttpResponse.text(200, "").completed());
        for (int i = 0; i < 2; i++) {
            assertEquals(204, serving.get("/none").statusCode());
            assertEquals(304, serving.get("/same").statusCode());
            assertEquals("", serving.get("/empty").body());
        }
    }

    @Test
    void aBodyIsStreamedInBothDirections() throws Exception {
        int size = 3_000_000;
        serving.put(
                request -> HttpResponse.of(200)
                        .withBody(
                                "application/octet-stream",
                                -1,
                                out -> request.body().transferTo(out))
                        .completed(),
                Map.of(
                        HttpResource.PATH,
                        "/echo",
                        HttpResource.AUDIENCE,
                        HttpResource.ADMIN,
                        HttpResource.MAX_BODY_BYTES,
                        (long) size));
        serving.put(
                "/known",
                request -> HttpResponse.of(200)
                        .withBody("text/plain", size, out -> {
                            for (int i = 0; i < size / 1_000; i++) {
                                out.write("x".repeat(1_000).getBytes(UTF_8));
                            }
                        })
                        .completed());
        assertEquals(size, serving.get("/known").body().length());
        // The body ends with the answer: a resource that wants to send it back reads it first.
        assertThrows(IOException.class, () -> serving.post("/echo", "x".repeat(size)));
    }

    @Test
    void whatIsWrittenIsSentWhenItIsFlushed() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        serving.put(
                "/events",
                request -> HttpResponse.of(200)
                        .withBody("text/event-stream", -1, out -> {
                            out.write("data: 1\n\n".getBytes(UTF_8));
                            out.flush();
                            await(first);
                            out.write("data: 2\n\n".getBytes(UTF_8));
                        })
                        .completed());
        var events = serving.client.send(
                java.net.http.HttpRequest.newBuilder(serving.uri("/events")).build(), BodyHandlers.ofInputStream());
        try (var in = events.body()) {
            assertEquals("data: 1\n\n", new String(in.readNBytes(9), UTF_8));
            first.countDown();
            assertEquals("data: 2\n\n", new String(in.readAllBytes(), UTF_8));
        }
    }

    private static void await(CountDownLatch latch) throws IOException {
        try {
            assertTrue(latch.await(60, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void anAnswerMayComeLater() throws Exception {
        CompletableFuture<HttpResponse> later = new CompletableFuture<>();
        serving.put("/later", request -> later);
        var answer = serving.client.sendAsync(
                java.net.http.HttpRequest.newBuilder(serving.uri("/later")).build(), BodyHandlers.ofString());
        assertEquals(404, serving.get("/other").statusCode());
        assertFalse(answer.isDone());
        later.complete(HttpResponse.text(200, "at last"));
        assertEquals("at last", answer.get(60, TimeUnit.SECONDS).body());
    }

    @Test
    void aResourceThatFailsIsAnswered500AndTheOthersGoOn() throws Exception {
        serving.put("/good", says("good"));
        serving.put("/exception", request -> {
            throw new IllegalStateException("broken");
        });
        serving.put("/error", request -> {
            throw new NoClassDefFoundError("org/example/Gone");
        });
        serving.put("/io", request -> {
            throw new IOException("broken");
        });
        serving.put("/null", request -> null);
        serving.put("/stage", request -> CompletableFuture.failedFuture(new IOException("broken")));
        serving.put("/nothing", request -> CompletableFuture.completedFuture(null));
        serving.put("/odd", request -> oddStage());
        for (String path : List.of("/exception", "/error", "/io", "/null", "/stage", "/nothing", "/odd")) {
            var answer = serving.get(path);
            assertEquals(500, answer.statusCode(), path);
            assertFalse(answer.body().contains("broken"), answer.body());
            assertEquals("good", serving.get("/good").body());
        }
    }

    /** A third party's own stage, which fails. */
    private static CompletionStage<HttpResponse> oddStage() {
        return new CompletableFuture<>() {
            @Override
            public CompletableFuture<HttpResponse> whenComplete(
                    java.util.function.BiConsumer<? super HttpResponse, ? super Throwable> action) {
                throw new StackOverflowError();
            }
        };
    }

    @Test
    void aBodyThatFailsBreaksTheConnectionOffSoThatTheClientKnows() throws Exception {
        HttpBody broken = out -> {
            out.write(new byte[10]);
            out.flush();
            throw new IllegalStateException("broken");
        };
        HttpBody half = out -> out.write(new byte[10]);
        HttpBody tooMuch = out -> out.write(new byte[30]);
        serving.put(
                "/chunks",
                request -> HttpResponse.of(200).withBody("a/b", -1, broken).completed());
        serving.put(
                "/known",
                request -> HttpResponse.of(200).withBody("a/b", 20, broken).completed());
        serving.put(
                "/half",
                request -> HttpResponse.of(200).withBody("a/b", 20, half).completed());
        serving.put(
                "/more",
                request -> HttpResponse.of(200).withBody("a/b", 20, tooMuch).completed());
        serving.put("/good", says("good"));
        for (String path : List.of("/chunks", "/known", "/half", "/more")) {
            assertThrows(IOException.class, () -> serving.get(path), path);
            assertEquals("good", serving.get("/good").body());
        }
    }

    @Test
    void aBodyThatIsTooLargeIs413WhateverTheResourceSays() throws Exception {
        serving.put(
                request -> {
                    try {
                        request.body().readAllBytes();
                    } catch (IOException e) {
                        return HttpResponse.text(200, "never mind").completed();
                    }
                    return HttpResponse.text(200, "all of it").completed();
                },
                Map.of(
                        HttpResource.PATH,
                        "/small",
                        HttpResource.AUDIENCE,
                        HttpResource.ADMIN,
                        HttpResource.MAX_BODY_BYTES,
                        10));
        assertEquals("all of it", serving.post("/small", "x".repeat(10)).body());
        assertEquals(413, serving.post("/small", "x".repeat(11)).statusCode());
        assertEquals(
                413,
                serving.send(java.net.http.HttpRequest.newBuilder(serving.uri("/small"))
                                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofString("x".repeat(11)))))
                        .statusCode());
        assertEquals("all of it", serving.post("/small", "x").body());
    }

    @Test
    void requestsBeyondWhatAResourceMayHaveAtATimeAre503() throws Exception {
        serving.close();
        Bounds two = new Bounds(
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofMillis(200),
                1_024,
                Duration.ofSeconds(60),
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                2,
                Bounds.CONNECTIONS);
        serving = new Serving(two);
        CompletableFuture<HttpResponse> later = new CompletableFuture<>();
        CountDownLatch asked = new CountDownLatch(2);
        serving.put("/later", request -> {
            asked.countDown();
            return later;
        });
        serving.put("/good", says("good"));
        var one = serving.client.sendAsync(
                java.net.http.HttpRequest.newBuilder(serving.uri("/later")).build(), BodyHandlers.ofString());
        var other = serving.client.sendAsync(
                java.net.http.HttpRequest.newBuilder(serving.uri("/later")).build(), BodyHandlers.ofString());
        await(asked);
        assertEquals(503, serving.get("/later").statusCode());
        assertEquals("good", serving.get("/good").body());
        later.complete(HttpResponse.text(200, "at last"));
        assertEquals("at last", one.get(60, TimeUnit.SECONDS).body());
        assertEquals("at last", other.get(60, TimeUnit.SECONDS).body());
        Serving.until("there is room again", () -> serving.get("/later").statusCode() == 200);
    }

    @Test
    void aResourceThatNeverAnswersIs503AndIsInterrupted() throws Exception {
        serving.close();
        serving = new Serving(new Bounds(
                Duration.ofSeconds(60),
                Duration.ofSeconds(60),
                Duration.ofMillis(200),
                1_024,
                Duration.ofMillis(300),
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                64,
                Bounds.CONNECTIONS));
        CountDownLatch interrupted = new CountDownLatch(1);
        serving.put("/stuck", request -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return HttpResponse.text(200, "too late").completed();
        });
        serving.put("/never", request -> new CompletableFuture<>());
        assertEquals(503, serving.get("/stuck").statusCode());
        await(interrupted);
        assertEquals(503, serving.get("/never").statusCode());
    }

    @Test
    void whatAGoneResourceHasBegunMayEndAndThenIsCut() throws Exception {
        CountDownLatch asked = new CountDownLatch(3);
        CompletableFuture<HttpResponse> inTime = new CompletableFuture<>();
        CountDownLatch ended = new CountDownLatch(1);
        ServiceReference<HttpResource> reference = serving.put("/a", request -> {
            asked.countDown();
            return switch (request.path()) {
                case "/in-time" -> inTime;
                case "/events" ->
                    HttpResponse.of(200)
                            .withBody("text/event-stream", -1, out -> {
                                out.write("data: 1\n\n".getBytes(UTF_8));
                                out.flush();
                                try {
                                    new CountDownLatch(1).await();
                                } catch (InterruptedException e) {
                                    ended.countDown(); // an end in good order
                                }
                            })
                            .completed();
                default -> new CompletableFuture<>();
            };
        });
        var finishes = serving.client.sendAsync(
                java.net.http.HttpRequest.newBuilder(serving.uri("/a/in-time")).build(), BodyHandlers.ofString());
        var never = serving.client.sendAsync(
                java.net.http.HttpRequest.newBuilder(serving.uri("/a/never")).build(), BodyHandlers.ofString());
        var events = serving.client.send(
                java.net.http.HttpRequest.newBuilder(serving.uri("/a/events")).build(), BodyHandlers.ofInputStream());
        await(asked);
        inTime.complete(HttpResponse.text(200, "in time"));
        serving.servers.resources().remove(reference);
        assertEquals("in time", finishes.get(60, TimeUnit.SECONDS).body());
        assertEquals(404, serving.get("/a/other").statusCode());
        assertEquals(503, never.get(60, TimeUnit.SECONDS).statusCode());
        try (var in = events.body()) {
            assertEquals("data: 1\n\n", new String(in.readAllBytes(), UTF_8));
        }
        await(ended);
    }

    @Test
    void aResourceIsReplacedUnderRequests() throws Exception {
        ServiceReference<HttpResource> now = serving.put("/a", says("0"));
        for (int i = 1; i <= 50; i++) {
            var asked = serving.client.sendAsync(
                    java.net.http.HttpRequest.newBuilder(serving.uri("/a")).build(), BodyHandlers.ofString());
            ServiceReference<HttpResource> next = serving.put("/a", says(Integer.toString(i)));
            serving.servers.resources().remove(now);
            now = next;
            assertEquals(200, asked.get(60, TimeUnit.SECONDS).statusCode());
            assertEquals(Integer.toString(i), serving.get("/a").body());
        }
    }

    @Test
    void nobodyMissesAnAnswerBecauseTheBetterResourceGoes() throws Exception {
        serving.put("/a", says("low"));
        AtomicBoolean over = new AtomicBoolean();
        List<CompletableFuture<Integer>> askers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            askers.add(CompletableFuture.supplyAsync(() -> {
                int worst = 0;
                while (!over.get() || worst == 0) {
                    try {
                        worst = Math.max(worst, serving.get("/a").statusCode());
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }
                return worst;
            }));
        }
        for (int i = 0; i < 2_000; i++) {
            serving.servers
                    .resources()
                    .remove(serving.put(
                            says("high"),
                            Map.of(
                                    HttpResource.PATH,
                                    "/a",
                                    HttpResource.AUDIENCE,
                                    HttpResource.ADMIN,
                                    Constants.SERVICE_RANKING,
                                    1)));
        }
        over.set(true);
        for (CompletableFuture<Integer> asker : askers) {
            assertEquals(200, asker.get(60, TimeUnit.SECONDS));
        }
    }

    @Test
    void methodsNobodyKnowsAre501() throws Exception {
        serving.put(
                "/a", request -> HttpResponse.methodNotAllowed("GET", "HEAD").completed());
        for (String method : List.of("TRACE", "PROPFIND", "get")) {
            assertTrue(
                    serving.raw(method + " /a HTTP/1.1\r\nHost: localhost\r\n\r\n")
                            .startsWith("HTTP/1.1 501 "),
                    method);
        }
        var answer = serving.send(
                java.net.http.HttpRequest.newBuilder(serving.uri("/a")).DELETE());
        assertEquals(405, answer.statusCode());
        assertEquals("GET, HEAD", answer.headers().firstValue("Allow").orElseThrow());
    }
}
