package im.restante.itests.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The standalone jar as a user starts it: {@code java -jar restante.jar --home DIR}, in a temporary home, on a free port of the
 * loopback interface, and without HTTP unless a test sets a port. It can be stopped, killed and started again on the same home. Not for several threads, except
 * {@link #shell}.
 *
 * <p>The system property {@code restante.jvm} names options for the virtual machine of every server, parted at blanks: tests whose
 * servers live for seconds have them compiled quickly, not well.
 */
public final class ServerProcess implements AutoCloseable {
    /** What the server prints when it is ready. */
    private static final String READY = "restante ready: ";

    private static final String SAY = "say\n";

    private static final Pattern OBJECTS_ALIVE = Pattern.compile("(?m)^Total +\\d+ +(\\d+)$");
    private static final Duration START = Duration.ofSeconds(180);
    private static final Duration END = Duration.ofSeconds(120);

    private final Jdk jdk;
    private final Path home;
    private final List<String> jvmOptions;
    private final Map<String, Map<String, String>> configuration = new TreeMap<>();
    private UnaryOperator<Duration> patience = UnaryOperator.identity();
    private boolean plain;
    private Path jar;
    private Process process;
    private int port;

    private ServerProcess(Jdk jdk, Path home, List<String> jvmOptions) {
        this.jdk = jdk;
        this.home = home;
        this.jvmOptions = List.copyOf(jvmOptions);
    }

    /** A server that has not been started, in a new temporary home. */
    public static ServerProcess prepare(Jdk jdk, String... jvmOptions) {
        try {
            ServerProcess server =
                    new ServerProcess(jdk, Files.createTempDirectory("restante-it"), List.of(jvmOptions));
            return server.configure("im.restante.c2s", "port", "0").configure("im.restante.http", "port", "-1");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs that jar from the next start on, instead of {@link #jar()}: another build, to compare with. */
    public ServerProcess of(Path restante) {
        jar = restante;
        return this;
    }

    /** Without the options that {@code restante.jvm} names: on the virtual machine that a user gets. */
    public ServerProcess plain() {
        plain = true;
        return this;
    }

    /** How long to wait for a start or an end, asked each time; given what is right for a machine with nothing else to do. */
    public ServerProcess patient(UnaryOperator<Duration> waits) {
        patience = waits;
        return this;
    }

    /** Sets a value in {@code etc/PID.cfg}; a running server reads it again. */
    public ServerProcess configure(String pid, String key, String value) {
        Map<String, String> values = configuration.computeIfAbsent(pid, p -> new TreeMap<>());
        values.put(key, value);
        StringBuilder text = new StringBuilder();
        values.forEach((k, v) -> text.append(k).append(" = ").append(v).append('\n'));
        try {
            Path etc = Files.createDirectories(home.resolve("etc"));
            Files.writeString(etc.resolve(pid + ".cfg"), text, UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return this;
    }

    /** Starts it and waits, for three minutes at most (or as {@link #patient} says), until it says that it is ready. */
    public ServerProcess start() throws IOException {
        Process started = launch();
        CompletableFuture<String> ready = new CompletableFuture<>();
        List<String> said = new ArrayList<>();
        Thread reader = new Thread(
                () -> {
                    try (BufferedReader out =
                            new BufferedReader(new InputStreamReader(started.getInputStream(), UTF_8))) {
                        for (String line = out.readLine(); line != null; line = out.readLine()) {
                            if (line.startsWith(READY)) {
                                ready.complete(line);
                            } else if (!ready.isDone()) {
                                said.add(line);
                            }
                        }
                    } catch (IOException e) {
                        ready.completeExceptionally(e);
                    }
                    ready.completeExceptionally(new IOException("ended before it was ready; it said: " + said));
                },
                "server-output");
        reader.setDaemon(true);
        reader.start();
        process = started;
        try {
            String line = ready.get(patience.apply(START).toSeconds(), TimeUnit.SECONDS);
            String address = line.substring(READY.length()).split(" ")[0];
            port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            started.destroyForcibly();
            throw new IOException("the server did not become ready: " + e.getMessage(), e);
        }
        return this;
    }

    /** Starts it with more arguments and does not wait: for what ends by itself. */
    public Process launch(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(jdk.java().toString());
        command.addAll(plain ? List.of() : optionsOfAll());
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", (jar == null ? jar() : jar).toString(), "--home", home.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static List<String> optionsOfAll() {
        String named = System.getProperty("restante.jvm", "").strip();
        return named.isEmpty() ? List.of() : List.of(named.split(" +"));
    }

    /** Where it accepts connections on the loopback interface. */
    public int port() {
        return port;
    }

    public Path home() {
        return home;
    }

    public Jdk jdk() {
        return jdk;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isRunning() {
        return process != null && process.isAlive();
    }

    /** {@code kill -9}. */
    public void kill() {
        process.destroyForcibly();
        awaitEnd();
    }

    /** SIGTERM, and waits for the end. */
    public void stop() {
        process.destroy();
        awaitEnd();
    }

    /** Runs one command of the server's shell and gives its output. @param line parted at blanks, but for those between {@code '} */
    public String shell(String line) throws IOException {
        List<String> words = new ArrayList<>();
        Matcher word = Pattern.compile("'([^']*)'|(\\S+)").matcher(line);
        while (word.find()) {
            words.add(word.group(1) == null ? word.group(2) : word.group(1));
        }
        return shell(words);
    }

    /** Runs one command of the server's shell and gives its output. @param words the command and its operands */
    public String shell(List<String> words) throws IOException {
        StringBuilder vector = new StringBuilder();
        words.forEach(word -> vector.append(netstring(word)));
        try {
            return ask(words.get(0), netstring(vector.toString()));
        } catch (IOException e) {
            if (jar == null) {
                throw e;
            }
            try { // another build may be of before there were vectors
                return ask(words.get(0), String.join(" ", words) + '\n');
            } catch (IOException inItsForm) {
                e.addSuppressed(inItsForm);
                throw e;
            }
        }
    }

    private String ask(String command, String request) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(home.resolve("data/shell.sock")));
            channel.write(ByteBuffer.wrap(request.getBytes(UTF_8)));
            channel.shutdownOutput();
            String reply = new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
            StringBuilder output = new StringBuilder();
            int at = 0;
            while (reply.startsWith(SAY, at)) { // a line that was shown while the command worked
                int end = reply.indexOf('\n', at + SAY.length()) + 1;
                output.append(reply, at + SAY.length(), end);
                at = end;
            }
            int end = reply.indexOf('\n', at);
            String status = end < 0 ? reply.substring(at) : reply.substring(at, end);
            if (!status.equals("ok")) {
                throw new IOException(command + ": " + reply);
            }
            return output.append(reply, end + 1, reply.length()).toString();
        }
    }

    private static String netstring(String text) {
        return text.getBytes(UTF_8).length + ":" + text + ",";
    }

    /** Makes an account whose password is {@code secret-} and the local part. */
    public ServerProcess user(String local) throws IOException {
        shell("restante:user-add " + local + "@localhost " + password(local));
        return this;
    }

    /** The password that {@link #user} gives. */
    public static String password(String local) {
        return "secret-" + local;
    }

    /** What its threads have worked so far, to about 10 ms. */
    public Duration processorTime() {
        return process.info()
                .totalCpuDuration()
                .orElseThrow(() -> new IllegalStateException("this system does not tell a process's processor time"));
    }

    /** Resident memory in KiB. */
    public long residentKib() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid() + "/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** What its heap keeps, in KiB: the objects that a full collection finds alive. */
    public long liveHeapKib() throws IOException {
        jcmd("GC.run"); // so that the next collection finds what reference queues and cleaners have let go
        Matcher alive = OBJECTS_ALIVE.matcher(jcmd("GC.class_histogram"));
        if (!alive.find()) {
            throw new IOException("jcmd GC.class_histogram does not say what is alive");
        }
        return Long.parseLong(alive.group(1)) / 1024;
    }

    private String jcmd(String command) throws IOException {
        Process jcmd = new ProcessBuilder(jdk.home().resolve("bin/jcmd").toString(), Long.toString(pid()), command)
                .redirectErrorStream(true)
                .start();
        String said = new String(jcmd.getInputStream().readAllBytes(), UTF_8);
        try {
            if (jcmd.waitFor() != 0) {
                throw new IOException("jcmd " + command + ": " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        return said;
    }

    /** Kills it if it still runs and removes its home. */
    @Override
    public void close() {
        if (isRunning()) {
            kill();
        }
        try (Stream<Path> files = Files.walk(home)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitEnd() {
        try {
            Duration limit = patience.apply(END);
            if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the server did not end within " + limit.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The jar that {@code restante.jar} names, or the one this reactor built. */
    public static Path jar() {
        String named = System.getProperty("restante.jar", "");
        if (!named.isEmpty()) {
            return Path.of(named);
        }
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            Path built = folder.resolve("runtime/standalone/target/restante.jar");
            if (Files.exists(built)) {
                return built;
            }
        }
        throw new IllegalStateException("no runtime/standalone/target/restante.jar above this folder: build it first");
    }
}
