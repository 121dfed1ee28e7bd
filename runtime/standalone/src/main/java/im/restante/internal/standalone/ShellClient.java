package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Speaks to the shell of a running server: a connection a command, its line out, {@code ok} or {@code error} and the output back. */
final class ShellClient {
    private final Path socket;

    private ShellClient(Path socket) {
        this.socket = socket;
    }

    static void run(Arguments arguments) throws Refusal {
        ShellClient client = new ShellClient(arguments.home().resolve("data").resolve("shell.sock"));
        if (!arguments.operands().isEmpty()) {
            if (!client.execute(String.join(" ", arguments.operands()))) {
                throw Refusal.failed("the command failed");
            }
            return;
        }
        client.converse();
    }

    private void converse() throws Refusal {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            boolean prompt = System.console() != null;
            while (true) {
                if (prompt) {
                    System.out.print("restante> ");
                    System.out.flush();
                }
                String line = in.readLine();
                if (line == null || line.equals("exit")) {
                    return;
                }
                if (!line.isBlank()) {
                    execute(line);
                }
            }
        } catch (IOException e) {
            throw Refusal.failed("cannot read standard input: " + Refusals.reason(e));
        }
    }

    /** Prints what the command prints; true if it succeeded. */
    private boolean execute(String line) throws Refusal {
        if (Files.notExists(socket)) {
            throw Refusal.failed("no server is running in this home: there is no " + socket);
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                BufferedReader in = new BufferedReader(Channels.newReader(channel, UTF_8))) {
            Channels.newOutputStream(channel).write((line + '\n').getBytes(UTF_8));
            channel.shutdownOutput();
            boolean done = "ok".equals(in.readLine());
            for (String output = in.readLine(); output != null; output = in.readLine()) {
                (done ? System.out : System.err).println(output);
            }
            return done;
        } catch (IOException e) {
            throw Refusal.failed("cannot speak to the server at " + socket + ": " + Refusals.reason(e));
        }
    }
}
