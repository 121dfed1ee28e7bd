package im.restante.itests.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.restante.itests.harness.Await;
import im.restante.itests.harness.Jdk;
import im.restante.itests.harness.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators watch of the standalone server: {@code /metrics} and {@code /health}. */
class MetricsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path PROMTOOL = Path.of("/usr/bin/promtool");
    private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
    private static final Path OPERATE = Path.of("..", "..", "docs", "operate.md");
    private static final Path MONITORING = OPERATE.resolveSibling("monitoring");
    private static final Pattern ROW = Pattern.compile("\\| `([a-z_]+)` \\| (counter|gauge|histogram) \\|.*");

    private static final Pattern SERVED =
            Pattern.compile("HTTP resources of the audience admin are served at \\S+:([0-9]+)");

    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static ServerProcess server;
    private static int port;

    @BeforeAll
    static void start() throws Exception {
        server = ServerTest.patient(ServerProcess.prepare(Jdk.newest())
                .configure("im.restante.http", "port", "0")
                .configure("im.restante.accounts", "scram-iterations", "4096"));
        server.start().user("juliet").user("romeo");
        Await.until("the log tells the port of operators", PATIENCE, () -> {
            Matcher line = SERVED.matcher(Files.readString(server.home().resolve("log/restante.log")));
            port = line.find() ? Integer.parseInt(line.group(1)) : 0;
            return port != 0;
        });
        Await.until("operators are served", PATIENCE, () -> get("/health/live").startsWith("200 "));
    }

    @AfterAll
    static void stop() throws IOException {
        if (server != null) {
            server.close();
        }
    }

    /** For what cannot choose one itself, or shall find nobody there. */
    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    /** Empty if nobody answers. */
    private static String get(String path) throws InterruptedException {
        return get(port, path);
    }

    private static String get(int port, String path) throws InterruptedException {
        try {
            HttpResponse<String> answer = CLIENT.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .timeout(PATIENCE)
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() + " " + answer.body();
        } catch (IOException e) {
            return "";
        }
    }

    /** Waits until the figures that have to be asked for are known. */
    private static String metrics() throws Exception {
        Await.until("the stores have answered, and there is a certificate", PATIENCE, () -> {
            String now = get("/metrics");
            return now.contains("\nrestante_waiting_messages{") && now.contains("\nrestante_certificate_expiry_");
        });
        String answer = get("/metrics");
        assertTrue(answer.startsWith("200 "), answer);
        return answer.substring("200 ".length());
    }

    private static double value(String text, String series) {
        return text.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(0);
    }

    @Test
    void aMessageThatWaitsAndIsFetchedIsSeenInTheFigures() throws Exception {
        String before = metrics();
        try (SmackClient juliet = SmackClient.login(server, "juliet", "balcony")) {
            juliet.chat("romeo@localhost", "counted");
            juliet.ping();
        }
        String stored = "restante_verdicts_total{reason=\"default: body\",verdict=\"stored\"}";
        String after = metrics();
        assertEquals(1, value(after, stored) - value(before, stored), after);
        String commits = "restante_message_commit_seconds_count";
        assertEquals(1, value(after, commits) - value(before, commits), after);
        assertTrue(value(after, "restante_store_commit_seconds_count{store=\"sqlite\"}") >= 1, after);
        String logins = "restante_logins_total{outcome=\"right\"}";
        assertEquals(1, value(after, logins) - value(before, logins), after);
        try (SmackClient romeo = SmackClient.online(server, "romeo", "orchard")) {
            romeo.ping();
            String proved = "restante_dispositions_total{disposition=\"proved\"}";
            Await.until("it is proved", PATIENCE, () -> value(get("/metrics"), proved) > value(before, proved));
            assertTrue(value(metrics(), "restante_connections") >= 1);
        }
        assertTrue(value(metrics(), "restante_message_proof_seconds_count") >= 1);
        Await.until("nothing is under way any more", PATIENCE, () -> {
            String now = get("/metrics");
            return now.contains("\nrestante_drains 0\n") && now.contains("\nrestante_unproved_messages 0\n");
        });
    }

    @Test
    void everyFigureIsInTheTableOfTheDocumentWithItsKindAndNoOther() throws Exception {
        Set<String> told = metrics()
                .lines()
                .filter(line -> line.startsWith("# TYPE "))
                .map(line -> line.substring("# TYPE ".length()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(documented(), told);
    }

    /** Names with their kinds. */
    private static Set<String> documented() throws IOException {
        return Files.readAllLines(OPERATE).stream()
                .map(ROW::matcher)
                .filter(row -> row.matches())
                .map(row -> row.group(1) + " " + row.group(2))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** What it said; its exit code is 0. */
    private static String promtool(String input, String... arguments) throws Exception {
        assumeTrue(Files.isExecutable(PROMTOOL), "needs promtool: apt-get install prometheus");
        List<String> command = new ArrayList<>(List.of(PROMTOOL.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(UTF_8));
        }
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), said);
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    @Test
    void promtoolFindsNothingToSay() throws Exception {
        assertEquals("", promtool(metrics(), "check", "metrics"));
    }

    @Test
    void theAlertsFireWhenTheirTestSaysSo() throws Exception {
        promtool("", "test", "rules", MONITORING.resolve("alerts-test.yml").toString());
    }

    @Test
    void theAlertsKnowNoFigureThatIsNotDocumented() throws Exception {
        Set<String> used = Pattern.compile("\\b(restante|process|jvm)_[a-z_]+")
                .matcher(Files.readString(MONITORING.resolve("alerts.yml")))
                .results()
                .map(found -> found.group().replaceFirst("_(bucket|sum|count)$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> documented = documented().stream()
                .map(row -> row.substring(0, row.indexOf(' ')))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(used.size() > 5, "looks at the rules");
        used.removeAll(documented);
        assertEquals(Set.of(), used);
    }

    @Test
    void aPrometheusServerScrapesTheFigures(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(PROMETHEUS), "needs prometheus: apt-get install prometheus");
        metrics();
        Path config = Files.writeString(folder.resolve("prometheus.yml"), """
                global:
                  scrape_interval: 1s
                scrape_configs:
                  - job_name: restante
                    static_configs:
                      - targets: ['127.0.0.1:%d']
                """.formatted(port));
        int its = freePort();
        Process prometheus = new ProcessBuilder(
                        PROMETHEUS.toString(),
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + its)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            Await.until(
                    "it has scraped",
                    PATIENCE,
                    () -> get(its, "/api/v1/query?query=restante_store_up").contains("\"store\":\"sqlite\""));
            assertTrue(get(its, "/api/v1/query?query=up").endsWith("\"1\"]}]}}"), get(its, "/api/v1/query?query=up"));
        } finally {
            prometheus.destroyForcibly().waitFor();
        }
    }

    /** A database that nobody can reach, configured and then taken away again. */
    @Test
    void itIsNotReadyWhileAStoreIsDownAndReadyAgainAfterwards() throws Exception {
        Await.until("it is ready", PATIENCE, () -> get("/health/ready").startsWith("200 {\"status\":\"ready\""));
        int closed = freePort();
        server.configure("im.restante.store.mariadb", "user", "restante");
        server.configure("im.restante.store.mariadb", "url", "jdbc:mariadb://127.0.0.1:" + closed + "/restante");
        Await.until("it is not ready", PATIENCE, () -> get("/health/ready").startsWith("503 "));
        String why = get("/health/ready");
        assertTrue(why.contains("\"status\":\"not-ready\""), why);
        assertTrue(why.contains("\"check\":\"store-mariadb\""), why);
        assertFalse(why.contains("sqlite"), why);
        assertTrue(get("/health/live").startsWith("200 "), "it goes on");
        server.configure("im.restante.store.mariadb", "url", "");
        Await.until("it is ready again", PATIENCE, () -> get("/health/ready").startsWith("200 "));
    }
}
