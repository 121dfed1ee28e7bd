package im.restante.internal.shell;

import im.restante.config.ConfigException;
import im.restante.config.Settings;
import im.restante.config.SettingsDescriptor;
import im.restante.config.SettingsTrial;
import im.restante.internal.support.AcceptLoop;
import im.restante.internal.support.OutOfMemory;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.felix.service.command.CommandProcessor;
import org.apache.felix.service.command.CommandSession;
import org.apache.felix.service.command.Converter;
import org.apache.felix.service.command.Function;
import org.apache.felix.service.threadio.ThreadIO;
import org.osgi.framework.BundleContext;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gogo's commands behind a Unix-domain socket that only the owner of the process can open. One command a connection: the client
 * sends the command's name and its operands ({@link Words}), and behind them whatever the command shall read, of which it is told
 * when the command wants it ({@link RemoteKeyboard}); then the server answers {@code ok} or {@code error} in a line, the output behind
 * it, escaped, and closes. What a command that takes long wants to be seen meanwhile comes before ({@link RemoteScreen}). Gogo's language
 * is not spoken here: a command is looked up by its name and called with the operands, so that nothing in them can be a command.
 */
@Component(
        service = SettingsTrial.class,
        immediate = true,
        configurationPid = ShellSocket.PID,
        property = SettingsTrial.PID + "=" + ShellSocket.PID,
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class ShellSocket implements SettingsTrial {
    static final String PID = "im.restante.shell";

    private static final String SOCKET = "socket";

    private static final SettingsDescriptor DESCRIPTOR = SettingsDescriptor.of(
                    PID,
                    "Restante: shell",
                    "The server's command line for the owner of its directory: java -jar restante.jar --home DIR shell.")
            .text(
                    SOCKET,
                    "",
                    "Unix-domain socket it is reached by; a relative path is meant from the server's home, and its"
                            + " directory must exist. Without a configuration there is none.")
            .build();

    private static final Logger LOG = LoggerFactory.getLogger(ShellSocket.class);
    private static final int THREADS = 4;
    private static final int CONNECTION_SECONDS = 120;

    private final CommandProcessor processor;
    private final ThreadIO threadIo;
    private final String home;
    private final Path path;
    private final ServerSocketChannel server;
    private final ExecutorService pool;
    private final ScheduledExecutorService limits;

    /**
     * @param threadIo brings in what commands print to {@link System#out}, as Gogo's own do; null in Karaf, which keeps it to itself
     * @throws ConfigException if there is no path, or no socket can be there
     * @throws IOException     if the socket cannot be made
     */
    @Activate
    public ShellSocket(
            BundleContext context,
            Map<String, Object> values,
            @Reference CommandProcessor processor,
            @Reference(cardinality = ReferenceCardinality.OPTIONAL, policyOption = ReferencePolicyOption.GREEDY)
                    ThreadIO threadIo)
            throws IOException {
        this.processor = processor;
        this.threadIo = threadIo;
        this.home = Settings.home(context::getProperty);
        this.path = path(values);
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && !isSocket(path)) {
            throw DESCRIPTOR
                    .read(values)
                    .bad(SOCKET, "free, or a socket that an earlier server left; there is something else");
        }
        this.server = listen(path);
        this.pool = Executors.newFixedThreadPool(THREADS + 1, ShellSocket::daemon); // one of them accepts
        this.limits = Executors.newSingleThreadScheduledExecutor(ShellSocket::daemon);
    }

    @Override
    public SettingsDescriptor descriptor() {
        return DESCRIPTOR;
    }

    @Override
    public List<String> judge(Map<String, ?> values) {
        path(values);
        return List.of();
    }

    private Path path(Map<String, ?> values) {
        Settings settings = DESCRIPTOR.read(values);
        if (settings.text(SOCKET).isEmpty()) {
            throw settings.bad(SOCKET, "the path of a Unix-domain socket");
        }
        return settings.path(SOCKET, home);
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
        new AcceptLoop<>(
                        new AcceptLoop.Listener<SocketChannel>() {
                            @Override
                            public SocketChannel accept() throws IOException {
                                return server.accept();
                            }

                            @Override
                            public boolean isOpen() {
                                return server.isOpen();
                            }
                        },
                        this::take,
                        LOG)
                .run();
        LOG.debug("no more commands are taken at {}", path);
    }

    private void take(SocketChannel client) {
        ScheduledFuture<?> limit = limits.schedule(() -> closeQuietly(client), CONNECTION_SECONDS, TimeUnit.SECONDS);
        pool.execute(() -> {
            serve(client);
            limit.cancel(false);
        });
    }

    private void serve(SocketChannel client) {
        try (client) {
            InputStream in = Channels.newInputStream(client);
            OutputStream out = Channels.newOutputStream(client);
            Reply reply = reply(in, out);
            out.write((reply.done() ? "ok\n" : "error\n").getBytes(StandardCharsets.UTF_8));
            out.write(reply.text().getBytes(StandardCharsets.UTF_8));
            client.shutdownOutput();
            in.transferTo(OutputStream.nullOutputStream()); // closing on unread bytes would take the answer back
        } catch (IOException e) {
            LOG.debug("a shell connection ended early: {}", e.toString());
        }
    }

    /** @param text what was printed; if the command failed, the reason is the last of it */
    private record Reply(boolean done, String text) {}

    private Reply reply(InputStream in, OutputStream out) {
        RemoteScreen screen = new RemoteScreen(out);
        boolean done;
        try {
            done = run(meant(Words.read(in)), new RemoteKeyboard(in, out), screen);
        } catch (IOException e) { // not what a client of ours says
            done = false;
            screen.writeBytes(String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8));
        }
        return new Reply(done, screen.rest());
    }

    /** {@code help}: Gogo's own does not know our commands, since they are no annotated methods. */
    private static List<String> meant(List<String> words) {
        if (words.isEmpty() || !words.get(0).equals(CompleteCommand.HELP) || words.size() > 2) {
            return words;
        }
        if (words.size() == 1) {
            return List.of(ShellCommand.SCOPE + ":commands", CommandsCommand.ALL);
        }
        String name = words.get(1);
        return name.contains(":") && !name.startsWith(ShellCommand.SCOPE + ":")
                ? List.of("felix:help", name)
                : List.of(name, "--help");
    }

    private boolean run(List<String> words, InputStream keyboard, RemoteScreen screen) {
        // Flushed by commands alone: that is how they say that somebody waits for a line.
        PrintStream console = new PrintStream(screen, false, StandardCharsets.UTF_8);
        if (threadIo != null) {
            threadIo.setStreams(keyboard, console, console);
        }
        try (CommandSession session = processor.createSession(keyboard, console, console)) {
            Object result = command(session, words).execute(session, List.copyOf(words.subList(1, words.size())));
            if (result != null) {
                console.println(session.format(result, Converter.INSPECT));
            }
            return true;
        } catch (Throwable e) { // whatever a command throws, anybody's
            OutOfMemory.endsProcess(e);
            console.println(e.getMessage() == null ? e.toString() : e.getMessage());
            return false;
        } finally {
            if (threadIo != null) {
                threadIo.close();
            }
        }
    }

    /** Named with its scope or without, as Gogo finds it. */
    private static Function command(CommandSession session, List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("no command");
        }
        String name = words.get(0);
        if (session.get(name.contains(":") ? name : "*:" + name) instanceof Function command) {
            return command;
        }
        throw new IllegalArgumentException("there is no command " + name + "; restante:commands lists them");
    }

    private static void closeQuietly(SocketChannel client) {
        try {
            client.close();
        } catch (IOException e) {
            LOG.debug("a shell connection did not close: {}", e.toString());
        }
    }
}
