package im.restante.internal.c2s;

import java.io.IOException;
import java.io.InputStream;

/** Counts what the client has sent, so that a timer can see whether it is alive without the reader looking at a clock. */
final class CountingInput extends InputStream {
    private final InputStream in;
    private volatile long count;

    /** @param start bytes that earlier streams of the same connection have counted */
    CountingInput(InputStream in, long start) {
        this.in = in;
        this.count = start;
    }

    /** Bytes read so far; readable from every thread. */
    long count() {
        return count;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // only the reader's thread writes
    public int read(byte[] buffer, int offset, int length) throws IOException {
        int read = in.read(buffer, offset, length);
        if (read > 0) {
            long sum = count + read;
            count = sum;
        }
        return read;
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }
}
