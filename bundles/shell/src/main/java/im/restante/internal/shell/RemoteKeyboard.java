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
    /** The line that answers a question has not been read yet. */
    private boolean asked;

    RemoteKeyboard(InputStream fromClient, OutputStream toClient) {
        super(fromClient);
        this.toClient = toClient;
    }

    /** The next line is the answer to it. */
    void ask(String question) throws IOException {
        asked = true;
        tell("ask\n" + question + '\n');
    }

    private void tell(String lines) throws IOException {
        toClient.write(lines.getBytes(UTF_8));
        toClient.flush();
    }

    @Override
    public int read() throws IOException {
        if (!asked && !told) {
            told = true;
            tell("type\n");
        }
        int read = super.read();
        asked &= read >= 0 && read != '\n';
        return read;
    }

    /** One at a time, so that an answer ends where it ends. */
    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = length == 0 ? 0 : read();
        if (read < 0 || length == 0) {
            return read;
        }
        into[offset] = (byte) read;
        return 1;
    }
}
