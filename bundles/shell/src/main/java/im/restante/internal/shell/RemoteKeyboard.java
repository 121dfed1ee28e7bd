package im.restante.internal.shell;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * The keyboard at the other end of the shell's socket. Before a command reads, the client is told what for, in a line: {@code ask} and
 * the question in the next line, for something that must not be seen when it is typed; {@code type} for anything else.
 */
final class RemoteKeyboard extends FilterInputStream {
    private final OutputStream toClient;
    private boolean told;

    RemoteKeyboard(InputStream fromClient, OutputStream toClient) {
        super(fromClient);
        this.toClient = toClient;
    }

    /** The next line is the answer to it. */
    void ask(String question) throws IOException {
        tell("ask\n" + question + '\n');
    }

    private void tell(String lines) throws IOException {
        told = true;
        toClient.write(lines.getBytes(UTF_8));
        toClient.flush();
    }

    private void typed() throws IOException {
        if (!told) {
            tell("type\n");
        }
    }

    @Override
    public int read() throws IOException {
        typed();
        return super.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        typed();
        return super.read(into, offset, length);
    }
}
