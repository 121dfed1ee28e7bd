package im.restante.internal.c2s;

import java.io.IOException;
import java.io.InputStream;

/** The network's side of a connection, beneath TLS, read as fast as its {@link Pacer} lets it, and in its turn. */
final class PacedInput extends InputStream {
    private final InputStream in;
    private final Pacer pacer;
    private final ReaderTurns.Turn turn;

    PacedInput(InputStream in, Pacer pacer, ReaderTurns.Turn turn) {
        this.in = in;
        this.pacer = pacer;
        this.turn = turn;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        turn.pause();
        try {
            int read = in.read(buffer, offset, length);
            if (read > 0) {
                pacer.bytes(read);
            }
            return read;
        } finally {
            turn.resume();
        }
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }
}
