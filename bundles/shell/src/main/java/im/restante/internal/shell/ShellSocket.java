package im.restante.internal.shell;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gogo behind a Unix-domain socket that only the owner of the process can open. One command a connection: the client sends a
 * line, and behind it whatever the command shall read; the server answers {@code ok} or {@code error} in the first line, the
 * output behind it, and closes.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = ShellSocket.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = ShellSocket.Config.class)
public final class ShellSocket {
    static final String PID = "im.restante.shell";

    private static final Logger LOG = LoggerFactory.getLogger(ShellSocket.class);
    private static final int THREADS = 4;
    private static final int MAX_LINE_BYTES = 64 << 10;
    private static final int CONNECTION_SECONDS = 120;

    @ObjectClassDefinition(name = "Restante shell", description = "Commands through a Unix-domain socket")
    @interface Config {
        @AttributeDefinition(
                description = "Path of the socket; a relative one starts from the server's home; its folder must exist")
        String socket();
    }

    private final CommandProcessor processor;
    private final Path path;
    private final ServerSocketChannel server;
    private final ExecutorService pool;
    private final ScheduledExecutorService limits;

    /**
     * @throws ConfigException if there is no path, or no socket can be there
     * @throws IOException     if the socket cannot be made
     */
    @Activate
    public ShellSocket(BundleContext context, Map<String, Object> values, @Reference CommandProcessor processor)
            throws IOException {
        Settings settings = Settings.of(PID, values);
        if (settings.text("socket", "").isEmpty()) {
            throw settings.bad("socket", "the path of a Unix-domain socket");
        }
        this.processor = processor;
        this.path = settings.path("socket", "", context.getProperty(Settings.HOME));
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isSocket(path)) {
            throw settings.bad("socket", "free, or a socket that an earlier server left; there is something else");
        }
        this.server = listen(path);
        this.pool = Executors.newFixedThreadPool(THREADS + 1, ShellSocket::daemon); // one of them accepts
        this.limits = Executors.newSingleThreadScheduledExecutor(ShellSocket::daemon);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "restante-shell");
        thread.setDaemon(true);
        return thread;
    }

    @Activate
    void open() {
        pool.execute(this::acceptAll);
        LOG.info("commands are taken at {}", path);
    }

    /** Ends running commands' connections too. */
    @Deactivate
    void close() {
        pool.shutdownNow(); // an interrupt closes the channel a thread is blocked on
        limits.shutdownNow();
        try {
            server.close();
            Files.deleteIfExists(path);
        } catch (IOException e) {
            LOG.warn("cannot remove the socket {}: {}", path, e.toString());
        }
    }

    /** Made in a folder nobody else can enter, and moved when its permissions are right: there is no moment for others. */
    private static ServerSocketChannel listen(Path path) throws IOException {
        Path folder = path.resolveSibling(".sh");
        Path unready = folder.resolve("s");
        Files.deleteIfExists(unready); // of a server that was killed here
        Files.deleteIfExists(folder);
        Files.createDirectory(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.bind(UnixDomainSocketAddress.of(unready));
            Files.setPosixFilePermissions(unready, PosixFilePermissions.fromString("rw-------"));
            Files.move(unready, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            return channel;
        } catch (IOException e) {
            channel.close();
            Files.deleteIfExists(unready);
            throw e;
        } finally {
            Files.deleteIfExists(folder);
        }
    }

    private static boolean isSocket(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther();
    }

    private void acceptAll() {
        try {
            while (true) {
                SocketChannel client = server.accept();
                ScheduledFuture<?> limit =
                        limits.schedule(() -> closeQuietly(client), CONNECTION_SECONDS, TimeUnit.SECONDS);
                pool.execute(() -> {
                    serve(client);
                    limit.cancel(false);
                });
            }
        } catch (ClosedChannelException | RejectedExecutionException e) {
            LOG.debug("no more commands are taken at {}", path);
        } catch (IOException e) {
            LOG.error("no more commands are taken at {}: {}", path, e.toString());
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            InputStream in = Channels.newInputStream(client);
            OutputStream out = Channels.newOutputStream(client);
            String line = firstLine(in);
            ByteArrayOutputStream output = new ByteArrayOutputStream();
            boolean done = line != null && run(line, in, output);
            out.write((done ? "ok\n" : "error\n").getBytes(StandardCharsets.UTF_8));
            output.writeTo(out);
            client.shutdownOutput();
            in.transferTo(OutputStream.nullOutputStream()); // closing on unread bytes would take the answer back
        } catch (IOException e) {
            LOG.debug("a shell connection ended early: {}", e.toString());
        }
    }

    /** Whether the command succeeded; if not, the reason is part of the output. */
    private boolean run(String line, InputStream keyboard, ByteArrayOutputStream output) {
        PrintStream console = new PrintStream(output, true, StandardCharsets.UTF_8);
        try (CommandSession session = processor.createSession(keyboard, console, console)) {
            Object result = session.execute(line);
            if (result != null) {
                console.println(session.format(result, Converter.INSPECT));
            }
            return true;
        } catch (Exception | LinkageError e) { // whatever a command throws, anybody's
            console.println(e.getMessage() == null ? e.toString() : e.getMessage());
            return false;
        } finally {
            console.flush();
        }
    }

    private static String firstLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || line.size() == MAX_LINE_BYTES) {
                return line.size() == MAX_LINE_BYTES || line.size() == 0 ? null : line.toString(StandardCharsets.UTF_8);
            }
            line.write(b);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static void closeQuietly(SocketChannel client) {
        try {
            client.close();
        } catch (IOException e) {
            LOG.debug("a shell connection did not close: {}", e.toString());
        }
    }
}
