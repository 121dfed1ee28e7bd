package im.restante.internal.http;

import java.io.IOException;
import java.io.InputStream;

/** The body of a request: bounded, and read from a client that must not be too slow. */
final class RequestBody extends InputStream {
    private final InputStream in;
    private final ClientWait wait;
    private final long most;
    private long read;
    private volatile long lastRead = System.nanoTime();
    private volatile boolean tooLarge;
    private volatile boolean broken;
    private volatile boolean over;

    /** @param most bytes that it may have */
    RequestBody(InputStream in, ClientWait wait, long most) {
        this.in = in;
        this.wait = wait;
        this.most = most;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        int count = read(one, 0, 1);
        return count < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (over) {
            throw new IOException("the request has been answered");
        }
        if (tooLarge) {
            throw new IOException("the body is larger than " + most + " bytes");
        }
        if (length == 0) {
            return 0;
        }
        int count = 0;
        try {
            wait.begin();
            try {
                count = in.read(buffer, offset, length);
            } finally {
                wait.end(Math.max(0, count));
            }
        } catch (IOException e) {
            broken = true;
            throw e;
        }
        lastRead = System.nanoTime();
        read += Math.max(0, count);
        if (read > most) {
            tooLarge = true;
            throw new IOException("the body is larger than " + most + " bytes");
        }
        return count;
    }

    /** Nothing of it is read any more. */
    void end() {
        over = true;
    }

    /** When bytes came the last time, as {@link System#nanoTime()} tells; when it was made, before any came. */
    long lastRead() {
        return lastRead;
    }

    boolean isTooLarge() {
        return tooLarge;
    }

    /** Whether the client is gone, or was too slow. */
    boolean isBroken() {
        return broken;
    }
}
