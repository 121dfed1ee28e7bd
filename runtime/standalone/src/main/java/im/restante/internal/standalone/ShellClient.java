package im.restante.internal.standalone;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.FileInputStream;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/**
 * Speaks to the shell of a running server: a connection a command, its words out as they are, {@code ok} or {@code error} and the
 * output, escaped, back. Before it the server may say that it waits for what is typed ({@code type}), or for the answer to a question
 * ({@code ask}), which a terminal does not show; and send lines of long work to be seen at once ({@code say}).
 */
final class ShellClient {
    private final Path socket;

    private ShellClient(Path socket) {
        this.socket = socket;
    }

    static void run(Arguments arguments) throws Refusal {
        Path home = arguments.home().toAbsolutePath().normalize();
        ShellClient client = new ShellClient(socket(home));
        if (arguments.operands().isEmpty()) {
            client.converse(home);
        } else {
            Reply reply = client.ask(arguments.operands(), System.in, new AtConsole());
            if (!reply.done()) {
                throw Refusal.failed(reply.reason());
            }
            System.out.print(reply.text());
        }
    }

    /** Looked for when somebody asks: most commands do not. */
    private static final class AtConsole implements Operator {
        @Override
        public String answer(String question) throws Refusal {
            Console terminal = PasswordPrompt.terminal();
            return terminal == null ? null : PasswordPrompt.asked(terminal, question);
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
        String file = home.resolve("etc").resolve("im.restante.shell.cfg").toString();
        Properties configuration = new Properties();
        try (Reader in = new InputStreamReader(new FileInputStream(file), UTF_8)) {
            configuration.load(in);
        } catch (IOException e) {
            throw Refusal.failed("no server is running in " + home + ": cannot read " + Refusals.reason(e));
        }
        return home.resolve(configuration.getProperty("socket", "").replace("${restante.home}", home.toString()));
    }

    /** Where commands are typed, or stand. */
    @FunctionalInterface
    private interface Lines {
        /** Null at the end. */
        String next() throws IOException;
    }

    private void converse(Path home) throws Refusal {
        Console terminal = PasswordPrompt.terminal();
        try {
            if (terminal == null) {
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
                converse(in::readLine, null);
                return;
            }
            Prompt prompt = prompt(home);
            if (prompt == null) {
                // The terminal's own reader, which a password is read with, too: what is typed ahead is not a command.
                converse(() -> terminal.readLine(Prompt.TEXT), new AtConsole());
                return;
            }
            try (prompt) {
                converse(prompt::line, prompt);
            }
        } catch (IOException e) {
            throw Refusal.failed("cannot read standard input: " + Refusals.reason(e));
        }
    }

    /** Null if this terminal can do no more than read lines. */
    private Prompt prompt(Path home) {
        try {
            return Prompt.atTerminal(home.resolve("data").resolve("shell-history"), this::completions);
        } catch (IOException e) {
            return null;
        }
    }

    /** What the server says; nothing if it says nothing. */
    private List<String> completions(List<String> words) {
        List<String> asked = new ArrayList<>(List.of("restante:complete"));
        asked.addAll(words);
        try {
            Reply reply = ask(asked, null, null);
            return reply.done() ? reply.text().lines().toList() : List.of();
        } catch (Refusal e) {
            return List.of(); // the next command says it
        }
    }

    private void converse(Lines lines, Operator operator) throws IOException, Refusal {
        while (true) {
            String line = lines.next();
            if (line == null || line.strip().equals(Prompt.EXIT)) {
                return;
            }
            try {
                List<String> words = Typed.words(line);
                if (words.isEmpty()) {
                    continue;
                }
                Reply reply = ask(words, null, operator);
                if (reply.done()) {
                    System.out.print(reply.text());
                } else {
                    System.err.println(reply.reason());
                }
            } catch (IllegalArgumentException e) {
                System.err.println(e.getMessage());
            }
        }
    }

    /**
     * @param keyboard what the command may read, until the end of the input; none: null. It is not touched before the command reads
     * @param operator who answers a question; null, as an answer of null: what is in the keyboard is the answer
     */
    private Reply ask(List<String> words, InputStream keyboard, Operator operator) throws Refusal {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
                BufferedReader in = new BufferedReader(Channels.newReader(channel, UTF_8))) {
            OutputStream out = Channels.newOutputStream(channel);
            out.write(vector(words));
            boolean isTyping = false;
            while (true) {
                String line = in.readLine();
                if ("say".equals(line)) {
                    System.out.println(in.readLine());
                } else if ("ask".equals(line) || "type".equals(line)) {
                    String question = line.equals("ask") ? in.readLine() : null;
                    String answer = question == null || operator == null ? null : operator.answer(question);
                    if (answer != null) {
                        out.write((answer + '\n').getBytes(UTF_8));
                    } else if (!isTyping) {
                        isTyping = true;
                        type(keyboard, channel);
                    }
                } else {
                    StringWriter text = new StringWriter();
                    in.transferTo(text);
                    return new Reply("ok".equals(line), text.toString());
                }
            }
        } catch (IOException e) {
            throw Refusal.failed(
                    Files.notExists(socket)
                            ? "no server is running in this home: there is no " + socket
                            : "cannot speak to the server at " + socket + ": " + Refusals.reason(e));
        }
    }

    /** Each word as {@code LENGTH:BYTES,}, and so the whole: nothing in a word can be taken for anything but a part of it. */
    private static byte[] vector(List<String> words) {
        ByteArrayOutputStream inside = new ByteArrayOutputStream();
        for (String word : words) {
            inside.writeBytes(netstring(word.getBytes(UTF_8)));
        }
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
        Thread typing = new Typist(keyboard, channel);
        typing.setDaemon(true);
        typing.start();
    }

    /** A class with a name: a lambda's would be made when it runs. */
    private static final class Typist extends Thread {
        private final InputStream keyboard;
        private final SocketChannel channel;

        Typist(InputStream keyboard, SocketChannel channel) {
            super("restante-keyboard");
            this.keyboard = keyboard;
            this.channel = channel;
        }

        @Override
        public void run() {
            try {
                keyboard.transferTo(Channels.newOutputStream(channel));
                channel.shutdownOutput();
            } catch (IOException e) {
                // The command did not wait for all that was typed.
            }
        }
    }
}
