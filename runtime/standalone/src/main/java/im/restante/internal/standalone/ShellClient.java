package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.Reader;
import java.io.StringWriter;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;

/**
 * Speaks to the shell of a running server: a connection a command, its words out as they are, {@code ok} or {@code error} and the
 * output, escaped, back. Before it the server may say that it waits for what is typed ({@code type}), or for the answer to a question
 * ({@code ask}), which a terminal does not show.
 */
final class ShellClient {
    private final Path socket;

    private ShellClient(Path socket) {
        this.socket = socket;
    }

    static void run(Arguments arguments) throws Refusal {
        ShellClient client =
                new ShellClient(socket(arguments.home().toAbsolutePath().normalize()));
        if (arguments.operands().isEmpty()) {
            client.converse();
        } else {
            Reply reply = client.ask(arguments.operands(), System.in);
            if (!reply.done()) {
                throw Refusal.failed(reply.reason());
            }
            System.out.print(reply.text());
        }
    }

    /** @param text what the command printed; the reason of a failure included */
    private record Reply(boolean done, String text) {
        String reason() {
            return text.isBlank() ? "the command failed" : text.strip();
        }
    }

    /** Where {@code etc/im.restante.shell.cfg} says. */
    private static Path socket(Path home) throws Refusal {
        Path file = home.resolve("etc").resolve("im.restante.shell.cfg");
        Properties configuration = new Properties();
        try (Reader in = Files.newBufferedReader(file, UTF_8)) {
            configuration.load(in);
        } catch (IOException e) {
            throw Refusal.failed("no server is running in " + home + ": cannot read " + Refusals.reason(e));
        }
        return home.resolve(configuration.getProperty("socket", "").replace("${restante.home}", home.toString()));
    }

    private void converse() throws Refusal {
        try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
            Console terminal = PasswordPrompt.terminal();
            while (true) {
                // The terminal's own reader, which a password is read with, too: what is typed ahead is not a command.
                String line = terminal == null ? in.readLine() : terminal.readLine("restante> ");
                if (line == null || line.equals("exit")) {
                    return;
                }
                try {
                    List<String> words = Typed.words(line);
                    if (words.isEmpty()) {
                        continue;
                    }
                    Reply reply = ask(words, null);
                    if (reply.done()) {
                        System.out.print(reply.text());
                    } else {
                        System.err.println(reply.reason());
                    }
                } catch (IllegalArgumentException e) {
                    System.err.println(e.getMessage());
                }
            }
        } catch (IOException e) {
            throw Refusal.failed("cannot read standard input: " + Refusals.reason(e));
        }
    }

    /** @param keyboard what the command may read, until the end of the input; none: null */
    private Reply ask(List<String> words, InputStream keyboard) throws Refusal {
        if (Files.notExists(socket)) {
            throw Refusal.failed("no server is running in this home: there is no " + socket);
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                BufferedReader in = new BufferedReader(Channels.newReader(channel, UTF_8))) {
            OutputStream out = Channels.newOutputStream(channel);
            out.write(vector(words));
            Console terminal = PasswordPrompt.terminal();
            if (terminal == null) { // nobody to ask: what is there is sent, or that there is nothing
                type(keyboard, channel);
            }
            String line = in.readLine();
            while ("ask".equals(line) || "type".equals(line)) {
                String question = line.equals("ask") ? in.readLine() : null;
                if (terminal != null && question != null) {
                    out.write((PasswordPrompt.asked(terminal, question) + '\n').getBytes(UTF_8));
                } else if (terminal != null) {
                    type(keyboard, channel);
                }
                line = in.readLine();
            }
            boolean done = "ok".equals(line);
            StringWriter text = new StringWriter();
            in.transferTo(text);
            return new Reply(done, text.toString());
        } catch (IOException e) {
            throw Refusal.failed("cannot speak to the server at " + socket + ": " + Refusals.reason(e));
        }
    }

    /** Each word as {@code LENGTH:BYTES,}, and so the whole: nothing in a word can be taken for anything but a part of it. */
    private static byte[] vector(List<String> words) {
        ByteArrayOutputStream inside = new ByteArrayOutputStream();
        words.forEach(word -> inside.writeBytes(netstring(word.getBytes(UTF_8))));
        return netstring(inside.toByteArray());
    }

    private static byte[] netstring(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes((content.length + ":").getBytes(UTF_8));
        out.writeBytes(content);
        out.write(',');
        return out.toByteArray();
    }

    /** Passes on what is typed, in a thread of its own; without a keyboard, that nothing will be. */
    private static void type(InputStream keyboard, SocketChannel channel) throws IOException {
        if (keyboard == null) {
            channel.shutdownOutput();
            return;
        }
        Thread typing = new Thread(
                () -> {
                    try {
                        keyboard.transferTo(Channels.newOutputStream(channel));
                        channel.shutdownOutput();
                    } catch (IOException e) {
                        // The command did not wait for all that was typed.
                    }
                },
                "restante-keyboard");
        typing.setDaemon(true);
        typing.start();
    }
}
