package im.restante.internal.http;

import java.io.IOException;
import java.io.OutputStream;

/** The body of a response on its way to a client that must not be too slow, and no longer than was announced. */
final class ResponseOutput extends OutputStream {
    /** What is written at once: so much must get through before the next wait. */
    private static final int SLICE = 8_192;

    private final OutputStream out;
    private final ClientWait wait;
    private final long announced;
    private long written;
    private boolean clientGone;

    /** @param announced bytes that the client expects; -1: any number */
    ResponseOutput(OutputStream out, ClientWait wait, long announced) {
        this.out = out;
        this.wait = wait;
        this.announced = announced;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (announced >= 0 && length > announced - written) {
            throw new IOException("more bytes than the " + announced + " that were announced");
        }
        for (int at = 0; at < length; at += SLICE) {
            int size = Math.min(SLICE, length - at);
            int from = offset + at;
            waiting(size, () -> out.write(bytes, from, size));
            written += size;
        }
    }

    @Override
    public void flush() throws IOException {
        waiting(0, out::flush);
    }

    /** The response is complete. @throws IOException if it is shorter than was announced, or the client is gone */
    void complete() throws IOException {
        if (announced >= 0 && written < announced) {
            throw new IOException(written + " bytes instead of the " + announced + " that were announced");
        }
        waiting(0, out::close);
    }

    /** The server closes what it began, in {@link #complete}. */
    @Override
    public void close() throws IOException {
        flush();
    }

    /** Whether what failed is the connection and not the resource. */
    boolean isClientGone() {
        return clientGone;
    }

    /** Something that may have to wait for the client. */
    private interface Step {
        void run() throws IOException;
    }

    private void waiting(int size, Step step) throws IOException {
        boolean done = false;
        try {
            wait.begin();
            try {
                step.run();
                done = true;
            } finally {
                wait.end(done ? size : 0);
            }
        } catch (IOException e) {
            clientGone = true;
            throw e;
        }
    }
}
