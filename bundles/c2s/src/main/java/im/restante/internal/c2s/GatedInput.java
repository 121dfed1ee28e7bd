package im.restante.internal.c2s;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;

/**
 * Input of a TLS handshake. The permit that limits how many handshakes compute at once is given back while this one waits for the
 * client, so that silent clients cannot keep the others out.
 */
final class GatedInput extends InputStream {
    private final InputStream in;
    private Semaphore permits;
    private boolean ended;

    /** @param permits one of them is held by the caller until {@link #open} */
    GatedInput(InputStream in, Semaphore permits) {
        this.in = in;
        this.permits = permits;
    }

    /** The handshake is over: gives the permit back for good. Same thread as the reads. */
    void open() {
        if (permits != null) {
            permits.release();
            permits = null;
        }
    }

    /** Whether TCP came to its end, without a reset, beneath TLS. Same thread as the reads. */
    boolean ended() {
        return ended;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        Semaphore held = permits;
        if (held == null) {
            return readOn(buffer, offset, length);
        }
        held.release();
        try {
            return readOn(buffer, offset, length);
        } finally {
            held.acquireUninterruptibly();
        }
    }

    private int readOn(byte[] buffer, int offset, int length) throws IOException {
        int read = in.read(buffer, offset, length);
        ended |= read < 0;
        return read;
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }
}
