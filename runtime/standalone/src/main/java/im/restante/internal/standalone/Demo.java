package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The main job, played: Juliet writes to Romeo who is away, the server is killed and started again, Romeo logs in. Uses a server
 * process of its own, with a temporary home and a free port, and leaves nothing behind.
 */
final class Demo implements AutoCloseable {
    private static final String DOMAIN = "localhost";
    private static final List<String> LINES = List.of(
            "Art thou not there, Romeo?",
            "Then I will write, and trust the post office.",
            "My bounty is as boundless as the sea, my love as deep;",
            "the more I give to thee, the more I have, for both are infinite.",
            "A thousand times good night!");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT);
    private static final Pattern READY = Pattern.compile("restante ready: .*:(\\d+) store=.*");

    private final Path home;
    private final String julietsPassword = password();
    private final String romeosPassword = password();
    private boolean closed; // guarded by this
    private Process server;
    private int port;

    private Demo(Path home) {
        this.home = home;
    }

    /** Returns if every message arrived once and in order. */
    static void run() throws Refusal {
        try (Demo demo = new Demo(Files.createTempDirectory("restante-demo"))) {
            Thread cleaner = new Thread(demo::close, "restante-demo-close");
            Runtime.getRuntime().addShutdownHook(cleaner);
            demo.play();
            Runtime.getRuntime().removeShutdownHook(cleaner);
        } catch (IOException | GeneralSecurityException e) {
            throw Refusal.failed("the demonstration broke off: " + Refusals.reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Refusal.failed("interrupted");
        }
    }

    private void play() throws IOException, GeneralSecurityException, InterruptedException, Refusal {
        Path etc = Files.createDirectories(home.resolve("etc"));
        Files.writeString(etc.resolve("im.restante.c2s.cfg"), "domain = " + DOMAIN + "\nhost = 127.0.0.1\nport = 0\n");
        Files.writeString(etc.resolve("im.restante.http.cfg"), "port = -1\n");
        Program.addUser(home, "juliet@" + DOMAIN, julietsPassword);
        Program.addUser(home, "romeo@" + DOMAIN, romeosPassword);

        startServer();
        say("the server runs on port " + port + "; Romeo is away");
        try (DemoClient juliet = login("juliet", julietsPassword)) {
            for (int i = 0; i < LINES.size(); i++) {
                say("Juliet: " + LINES.get(i));
                juliet.send("<message type='chat' to='romeo@" + DOMAIN + "' id='line-" + i + "'><body>" + LINES.get(i)
                        + "</body></message>");
            }
            List<DemoClient.Received> bounced = juliet.messagesUntilPinged("sent");
            if (!bounced.isEmpty()) {
                throw Refusal.failed("the server refused: " + bounced.get(0).texts());
            }
            say("the server answered Juliet's ping: it has her messages");
            killServer();
            say("kill -9");
        } catch (IOException e) {
            if (server.isAlive()) {
                throw e;
            }
            // The stream of a killed server cannot be closed in good order.
        }

        startServer();
        say("the server runs again, on port " + port);
        List<DemoClient.Received> messages;
        try (DemoClient romeo = login("romeo", romeosPassword)) {
            say("Romeo logs in");
            romeo.send("<presence/>");
            messages = romeo.messages(LINES.size());
            messages.addAll(romeo.messagesUntilPinged("too-many"));
        }
        check(messages);
    }

    private void check(List<DemoClient.Received> messages) throws Refusal {
        for (DemoClient.Received message : messages) {
            Instant stamp = message.stamp();
            String sent =
                    stamp == null ? "without a time" : "sent " + TIME.format(stamp.atZone(ZoneId.systemDefault()));
            say("Romeo reads, " + sent + ": " + message.texts().get("body"));
        }
        List<String> bodies = messages.stream()
                .map(message -> message.texts().getOrDefault("body", ""))
                .toList();
        if (!bodies.equals(LINES)) {
            throw Refusal.failed(
                    "of " + LINES.size() + " messages " + messages.size() + " arrived, or not each once and in order");
        }
        if (messages.stream().anyMatch(message -> message.stamp() == null)) {
            throw Refusal.failed("a message came without the time it was sent");
        }
        say("all " + LINES.size() + " messages arrived, each once, in order");
    }

    private DemoClient login(String user, String password)
            throws IOException, GeneralSecurityException, InterruptedException {
        Path certificate = home.resolve("data").resolve("certificate.pem");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (Files.notExists(certificate) && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20); // at the first start it is made after the ready line
        }
        return DemoClient.login(port, DOMAIN, certificate, user, password);
    }

    private void startServer() throws IOException, Refusal {
        server = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-jar",
                        Contents.jar().toString(),
                        "--home",
                        home.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = new BufferedReader(new InputStreamReader(server.getInputStream(), UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            Matcher ready = READY.matcher(line);
            if (ready.matches()) {
                port = Integer.parseInt(ready.group(1));
                return;
            }
        }
        throw Refusal.failed("the server of the demonstration did not start");
    }

    private void killServer() throws InterruptedException {
        server.destroyForcibly().waitFor();
    }

    private static void say(String line) {
        System.out.println(TIME.format(LocalTime.now()) + "  " + line);
    }

    private static String password() {
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    }

    /** Once, whether the end or a signal comes first; the second waits for the first. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (server != null) {
            server.destroyForcibly();
            server.onExit()
                    .orTimeout(10, TimeUnit.SECONDS)
                    .exceptionally(late -> server)
                    .join();
        }
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            System.err.println("restante: cannot remove " + home + ": " + Refusals.reason(e));
        }
    }
}
