package im.restante.internal.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.http.HttpResource;
import im.restante.http.HttpResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that send what they should not, too much, too slowly or not at all, and what others notice. */
class HostileClientsTest {
    private static final String CRLF = "\r\n";
    private static final Duration LONG = Duration.ofSeconds(60);

    /** Short for what is under test, long for the rest. */
    private static Bounds bounds(Duration headers, Duration grace) {
        return new Bounds(
                headers,
                grace,
                Duration.ofMillis(200),
                1_024,
                LONG,
                Duration.ofMillis(200),
                Duration.ofMillis(200),
                64,
                Bounds.CONNECTIONS);
    }

    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private final Semaphore failed = new Semaphore(0);
    private Serving serving;

    private void serve(Bounds bounds) throws Exception {
        serving = new Serving(bounds);
        serving.put("/good", request -> {
            asked.add(request.path());
            return HttpResponse.text(200, "good").completed();
        });
        serving.put(
                request -> {
                    asked.add(request.path());
                    try {
                        return HttpResponse.text(200, request.body().readAllBytes().length + " bytes")
                                .completed();
                    } finally {
                        failed.release();
                    }
                },
                Map.of(
                        HttpResource.PATH,
                        "/upload",
                        HttpResource.AUDIENCE,
                        HttpResource.ADMIN,
                        HttpResource.MAX_BODY_BYTES,
                        100_000_000));
        serving.put("/nothing", request -> HttpResponse.of(204).completed());
        serving.put(
                "/endless",
                request -> HttpResponse.of(200)
                        .withBody("a/b", -1, out -> {
                            try {
                                while (true) {
                                    out.write(new byte[65_536]);
                                }
                            } finally {
                                failed.release();
                            }
                        })
                        .completed());
    }

    @AfterEach
    void othersAreStillServed() throws Exception {
        try {
            Serving.until("others are served", () -> isServed());
        } finally {
            serving.close();
        }
    }

    private boolean isServed() throws InterruptedException {
        try {
            return serving.get("/good").body().equals("good");
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            return false; // too slow for bounds that are meant for another
        }
    }

    private static String request(String method, String path, String... fields) {
        return method + ' ' + path + " HTTP/1.1" + CRLF + "Host: localhost" + CRLF
                + String.join(
                        "", List.of(fields).stream().map(one -> one + CRLF).toList()) + CRLF;
    }

    private static void send(Socket socket, String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing behind the first byte
                "ET /good HTTP/1.1\r\n",
                "ET /good HTTP/1.1\r\nHost: localhost\r\nX-A: "
            })
    void whoDoesNotEndTheHeaderFieldsIsCut(String more) throws Exception {
        serve(bounds(Duration.ofMillis(500), LONG));
        try (Socket socket = serving.connect()) {
            send(socket, "G" + more);
            assertEquals("", Serving.rest(socket));
        }
    }

    @Test
    void whoDripsHeaderFieldsIsCut() throws Exception {
        serve(bounds(Duration.ofMillis(500), LONG));
        try (Socket socket = serving.connect()) {
            send(socket, "GET /good HTTP/1.1\r\nHost: localhost\r\n");
            Serving.until("the connection ends", () -> {
                try {
                    send(socket, "a");
                    return false;
                } catch (IOException e) {
                    return true;
                }
            });
        }
    }

    @Test
    void whoSendsBlankLinesOnlyIsCut() throws Exception {
        serve(bounds(Duration.ofMillis(500), LONG));
        try (Socket socket = serving.connect()) {
            Serving.until("the connection ends", () -> {
                try {
                    send(socket, CRLF);
                    return false;
                } catch (IOException e) {
                    return true;
                }
            });
        }
    }

    @Test
    void whoSendsABodyTooSlowlyIsCut() throws Exception {
        serve(bounds(LONG, Duration.ofMillis(500)));
        try (Socket socket = serving.connect()) {
            send(socket, request("POST", "/upload", "Content-Length: 1000000") + "some");
            assertEquals("", Serving.rest(socket));
        }
        assertTrue(failed.tryAcquire(60, TimeUnit.SECONDS), "the resource was told");
        try (Socket socket = serving.connect()) {
            send(socket, request("POST", "/upload", "Transfer-Encoding: chunked") + "4\r\nsome\r\n");
            assertEquals("", Serving.rest(socket));
        }
    }

    @Test
    void whoReadsTooSlowlyIsCut() throws Exception {
        serve(bounds(LONG, Duration.ofMillis(500)));
        try (Socket socket = serving.connect()) {
            send(socket, request("GET", "/endless"));
            assertTrue(failed.tryAcquire(60, TimeUnit.SECONDS), "the resource was told");
        }
    }

    @Test
    void whoIsSlowWithABodyNobodyReadsIsCut() throws Exception {
        serve(bounds(LONG, Duration.ofMillis(500)));
        try (Socket socket = serving.connect()) {
            send(socket, request("POST", "/good", "Content-Length: 1000") + "some");
            assertTrue(Serving.rest(socket).startsWith("HTTP/1.1 200 "));
        }
    }

    @Test
    void fiveHundredConnectionsThatSayNothingKeepNobodyOut() throws Exception {
        serve(Serving.LENIENT);
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                silent.add(serving.connect());
            }
            assertEquals("good", serving.get("/good").body());
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    @Test
    void fiveHundredConnectionsWithHalfARequestKeepNobodyOut() throws Exception {
        serve(Serving.LENIENT);
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 500; i++) {
                Socket socket = serving.connect();
                slow.add(socket);
                send(socket, "GET /good HT");
            }
            assertEquals("good", serving.get("/good").body());
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void connectionsBeyondTheBoundAreClosedAndThereIsRoomAgainAfterwards() throws Exception {
        serve(Serving.LENIENT);
        List<Socket> silent = new ArrayList<>();
        try {
            for (int i = 0; i < Bounds.CONNECTIONS; i++) {
                silent.add(serving.connect());
            }
            Serving.until("one more is closed", () -> {
                try (Socket more = serving.connect()) {
                    send(more, request("GET", "/good", "Connection: close"));
                    return Serving.rest(more).isEmpty();
                } catch (IOException e) {
                    return true;
                }
            });
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    /** The JDK's server forgets a connection only if it closes it itself. */
    @ParameterizedTest
    @ValueSource(strings = {"POST /upload", "GET /endless", "HEAD /good", "HEAD /nobody", "POST /nothing"})
    void clientsThatGoInTheMiddleLeaveNothingBehind(String what) throws Exception {
        serve(Serving.LENIENT);
        for (int i = 0; i < 2 * Bounds.CONNECTIONS + 100; i++) {
            try (Socket socket = serving.connect()) {
                String[] words = what.split(" ");
                send(
                        socket,
                        request(words[0], words[1], "Content-Length: " + (words[0].equals("GET") ? 0 : 1000)) + "x");
                if (i % 2 == 0 || words[0].equals("GET")) {
                    socket.setSoLinger(true, 0); // a reset
                } else {
                    socket.shutdownOutput();
                    Serving.rest(socket);
                }
            }
            if (i % 50 == 0) {
                String answer = serving.raw(request("GET", "/good", "Connection: close")); // on a new connection
                assertTrue(answer.endsWith("good"), () -> what + ": " + answer);
            }
        }
    }

    @Test
    void whoClosesItsHalfIsAnswered() throws Exception {
        serve(Serving.LENIENT);
        try (Socket socket = serving.connect()) {
            send(socket, request("POST", "/upload", "Content-Length: 4") + "some");
            socket.shutdownOutput();
            String answer = Serving.rest(socket);
            assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("4 bytes"), answer);
        }
        try (Socket socket = serving.connect()) {
            send(socket, request("POST", "/upload", "Content-Length: 5") + "some");
            socket.shutdownOutput();
            assertFalse(Serving.rest(socket).contains("bytes"));
        }
    }

    @Test
    void aBodyThatIsAnnouncedTooLargeIsRefusedUnread() throws Exception {
        serve(Serving.LENIENT);
        String answer = serving.raw(request("POST", "/good", "Content-Length: 999999999999"));
        assertTrue(answer.startsWith("HTTP/1.1 413 "), answer);
        assertEquals(Set.of(), asked);
    }

    @Test
    void aBodyWithoutAnAnnouncementIsReadUpToItsBound() throws Exception {
        serve(Serving.LENIENT);
        try (Socket socket = serving.connect()) {
            OutputStream out = socket.getOutputStream();
            send(socket, request("POST", "/upload", "Transfer-Encoding: chunked"));
            byte[] chunk = ("10000\r\n" + "x".repeat(65_536) + CRLF).getBytes(ISO_8859_1);
            boolean ended = false;
            for (int i = 0; i < 4_000 && !ended; i++) { // 260 MB, and the bound is 100
                try {
                    out.write(chunk);
                } catch (IOException e) {
                    ended = true;
                }
            }
            assertTrue(ended);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {40_000, 10_000_000})
    void headerFieldsAreBounded(int size) throws Exception {
        serve(Serving.LENIENT);
        for (String begin : List.of("GET /", "GET /good HTTP/1.1\r\nHost: localhost\r\nX-A: ")) {
            try (Socket socket = serving.connect()) {
                try {
                    send(socket, begin + "x".repeat(size));
                } catch (IOException e) {
                    continue; // ended before it could send it all
                }
                String answer = Serving.rest(socket);
                assertFalse(answer.startsWith("HTTP/1.1 200 "), answer);
            }
        }
        StringBuilder many = new StringBuilder("GET /good HTTP/1.1\r\nHost: localhost\r\n");
        for (int i = 0; i < 200; i++) {
            many.append("X-").append(i).append(": y\r\n");
        }
        assertFalse(serving.raw(many.append(CRLF).toString()).startsWith("HTTP/1.1 200 "));
    }

    /** What two servers could understand in two ways: the second request must not be one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 6\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 6",
                "Content-Length: 0\r\nContent-Length: 60",
                "Content-Length: 0, 60",
                "Content-Length: +0",
                "Content-Length: -0",
                "Content-Length: 0x0",
                "Content-Length: ",
                "Content-Length : 60",
                "Transfer-Encoding : chunked",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "X-A\rX-B: c",
                " X-A: b",
                ": b",
                "X A: b",
                "X-A"
            })
    void nothingIsSmuggledBehindABodyOfUnclearLength(String fields) throws Exception {
        serve(Serving.LENIENT);
        String answer = serving.raw("POST /good HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n\r\n0\r\n\r\n"
                + request("GET", "/good/smuggled", "Connection: close"));
        assertFalse(answer.startsWith("HTTP/1.1 200 "), answer);
        assertEquals(Set.of(), asked, answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /good HTTP/2.0",
                "GET /good HTTP/1.2",
                "GET /good HTTP/0.9",
                "GET /good",
                "GET  /good HTTP/1.1",
                "GET /good HTTP/1.1 ",
                "GET good HTTP/1.1",
                "GET * HTTP/1.1",
                "GET mailto:a HTTP/1.1",
                "GET http://evil.example/good HTTP/1.1",
                "CONNECT localhost:80 HTTP/1.1",
                "TRACE /good HTTP/1.1",
                "G\u0000T /good HTTP/1.1",
                "GET /good/%2e%2e/good HTTP/1.1",
                "GET /good/..%2fgood HTTP/1.1",
                "GET /good/../good HTTP/1.1",
                "GET /x/../good HTTP/1.1",
                "GET //good HTTP/1.1",
                "GET //localhost/good HTTP/1.1",
                "GET ftp://localhost/good HTTP/1.1",
                "GET http://a@localhost/good HTTP/1.1",
                "GET /good#part HTTP/1.1",
                "GET /good/%00 HTTP/1.1",
                "GET /good/\u00e4 HTTP/1.1",
                "GET /good?a=%zz HTTP/1.1"
            })
    void aFirstLineThatIsNoneReachesNoResource(String line) throws Exception {
        serve(Serving.LENIENT);
        String answer = serving.raw(line + "\r\nHost: localhost\r\n\r\n");
        assertFalse(answer.startsWith("HTTP/1.1 200 "), answer);
        assertEquals(Set.of(), asked, answer);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // none
                "Host: localhost\r\nHost: localhost\r\n",
                "Host: evil.example\r\n",
                "Host: \r\n",
                "Host: localhost/\r\n",
                "Host: localhost@evil.example\r\n",
                "Host: localhost, evil.example\r\n"
            })
    void aHostThatIsNotOursReachesNoResource(String field) throws Exception {
        serve(Serving.LENIENT);
        String answer = serving.raw("GET /good HTTP/1.1\r\n" + field + "\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 4"), answer);
        assertEquals(Set.of(), asked, answer);
        assertTrue(serving.raw("GET /good HTTP/1.0\r\n" + field + "\r\n").startsWith("HTTP/1.1 4"));
        assertEquals(Set.of(), asked, answer);
    }

    @Test
    void theTargetMayNameTheHostAgain() throws Exception {
        serve(Serving.LENIENT);
        String answer =
                serving.raw("GET http://localhost/good/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
        assertEquals(Set.of("/x"), asked);
    }

    @Test
    void manyRequestsAtOnceOnOneConnectionAreAnsweredInOrder() throws Exception {
        serve(Serving.LENIENT);
        String all = request("GET", "/good/1").repeat(50) + request("GET", "/good/2", "Connection: close");
        String answers = serving.raw(all);
        assertEquals(51, answers.split("HTTP/1.1 200 ", -1).length - 1);
        assertEquals(Set.of("/1", "/2"), asked);
    }
}
