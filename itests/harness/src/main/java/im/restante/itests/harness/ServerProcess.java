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
import java.util.stream.Stream;

/**
 * The standalone jar as a user starts it: {@code java -jar restante.jar --home DIR}, in a temporary home, on a free port of the
 * loopback interface. It can be stopped, killed and started again on the same home. Not for several threads, except
 * {@link #shell}.
 */
public final class ServerProcess implements AutoCloseable {
    /** What the server prints when it is ready. */
    private static final String READY = "restante ready: ";

    private final Jdk jdk;
    private final Path home;
    private final List<String> jvmOptions;
    private final Map<String, Map<String, String>> configuration = new TreeMap<>();
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
            return server.configure("im.restante.c2s", "port", "0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs that jar from the next start on, instead of {@link #jar()}: another build, to compare with. */
    public ServerProcess of(Path restante) {
        jar = restante;
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

    /** Starts it and waits, for a minute at most, until it says that it is ready. */
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
            String line = ready.get(60, TimeUnit.SECONDS);
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
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", (jar == null ? jar() : jar).toString(), "--home", home.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
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

    /** Runs one command of the server's shell and gives its output. */
    public String shell(String command) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(home.resolve("data/shell.sock")));
            channel.write(ByteBuffer.wrap((command + "\n").getBytes(UTF_8)));
            channel.shutdownOutput();
            String reply = new String(Channels.newInputStream(channel).readAllBytes(), UTF_8);
            int end = reply.indexOf('\n');
            String status = end < 0 ? reply : reply.substring(0, end);
            String output = end < 0 ? "" : reply.substring(end + 1);
            if (!status.equals("ok")) {
                throw new IOException(command.split(" ")[0] + ": " + reply);
            }
            return output;
        }
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
            if (!process.waitFor(Duration.ofSeconds(30).toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the server did not end within 30 s");
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
