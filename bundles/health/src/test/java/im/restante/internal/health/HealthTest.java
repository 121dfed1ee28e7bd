package im.restante.internal.health;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import im.restante.health.HealthCheck;
import im.restante.health.HealthFinding;
import im.restante.http.HttpRequest;
import im.restante.http.HttpResource;
import im.restante.http.HttpResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HealthTest {
    private final HealthChecks checks = new HealthChecks(Duration.ofSeconds(30));
    private final ReadyPage ready = new ReadyPage(checks);
    private final LivePage live = new LivePage(() -> false);

    @AfterEach
    void close() {
        checks.close();
    }

    private static Map<String, Object> named(String name, long id) {
        return Map.of(HealthCheck.NAME, name, "service.id", id);
    }

    private static String get(HttpResource page, String method, String path) throws Exception {
        HttpRequest request = (HttpRequest) Proxy.newProxyInstance(
                HealthTest.class.getClassLoader(),
                new Class<?>[] {HttpRequest.class},
                (proxy, called, arguments) -> called.getName().equals("method") ? method : path);
        HttpResponse answer = page.handle(request).toCompletableFuture().get();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        answer.body().writeTo(body);
        return answer.status() + " " + body.toString(StandardCharsets.UTF_8);
    }

    @Test
    void withoutAFindingItIsReady() throws Exception {
        checks.bindCheck(List::of, named("stores", 1));
        assertEquals("200 {\"status\":\"ready\",\"findings\":[]}\n", get(ready, "GET", ""));
        assertEquals("200 {\"status\":\"live\"}\n", get(live, "GET", ""));
    }

    @Test
    void aWarningIsToldAndKeepsItReady() throws Exception {
        checks.bindCheck(() -> List.of(HealthFinding.warning("expires \"soon\"\n")), named("certificate", 1));
        assertEquals(
                "200 {\"status\":\"ready\",\"findings\":[{\"check\":\"certificate\",\"level\":\"warning\",\"text\":"
                        + "\"expires \\\"soon\\\"\\u000a\"}]}\n",
                get(ready, "GET", ""));
    }

    @Test
    void itIsNotReadyWhileACheckSaysSoAndTheWorstStandsFirst() throws Exception {
        HealthCheck down = () -> List.of(HealthFinding.notReady("the store is down"));
        checks.bindCheck(() -> List.of(HealthFinding.warning("soon")), named("a", 1));
        checks.bindCheck(down, named("stores", 2));
        assertEquals(
                "503 {\"status\":\"not-ready\",\"findings\":[{\"check\":\"stores\",\"level\":\"not-ready\",\"text\":"
                        + "\"the store is down\"},{\"check\":\"a\",\"level\":\"warning\",\"text\":\"soon\"}]}\n",
                get(ready, "GET", ""));
        checks.unbindCheck(down, named("stores", 2));
        assertTrue(get(ready, "GET", "").startsWith("200 "));
    }

    @Test
    void whatCannotBeCheckedIsNotReady() throws Exception {
        checks.bindCheck(
                () -> {
                    throw new IllegalStateException("broken");
                },
                named("broken", 1));
        String told = get(ready, "GET", "");
        assertTrue(told.startsWith("503 "), told);
        assertTrue(told.contains("\"check\":\"broken\",\"level\":\"not-ready\",\"text\":\"the check failed: "), told);
    }

    @Test
    void whatHasNoAnswerInTimeIsNotReady() throws Exception {
        CountDownLatch end = new CountDownLatch(1);
        HealthChecks impatient = new HealthChecks(Duration.ofMillis(500));
        impatient.bindCheck(
                () -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return List.of();
                },
                named("slow", 2));
        String told = get(new ReadyPage(impatient), "GET", "");
        end.countDown();
        impatient.close();
        assertTrue(told.startsWith("503 "), told);
        assertTrue(
                told.contains("\"check\":\"slow\",\"level\":\"not-ready\",\"text\":\"the check has no answer"), told);
    }

    @Test
    void aDeadlockEndsItsLife() throws Exception {
        assertEquals("503 {\"status\":\"deadlocked\"}\n", get(new LivePage(() -> true), "GET", ""));
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        assertTrue(get(ready, "GET", "/more").startsWith("404 "));
        assertTrue(get(live, "GET", "/more").startsWith("404 "));
        assertTrue(get(ready, "POST", "").startsWith("405 "));
        assertTrue(get(live, "POST", "").startsWith("405 "));
    }

    @Test
    void clientsCannotConnectWhileNobodyLetsThemIn() {
        DoorCheck check = new DoorCheck();
        assertEquals(HealthFinding.Level.NOT_READY, check.findings().get(0).level());
        check.door = () -> InetSocketAddress.createUnresolved("localhost", 5222);
        assertEquals(List.of(), check.findings());
    }

    @Test
    void everyCharacterOfATextIsWrittenAsJson() {
        assertEquals("\"a\\\\\\\"\\u0000\\u00e9\\ud83d\"", HealthJson.quoted("a\\\"\0é\ud83d"));
    }
}
