package im.restante.internal.c2s;

import java.io.IOException;
import java.io.InputStream;
import javax.net.ssl.SSLException;

/**
 * What a client sends beneath TLS. The permit that limits how many handshakes compute at once is given back while this one waits for
 * the client, so that silent clients cannot keep the others out. After the handshake there is no other one: TLS 1.3 has none, and in
 * TLS 1.2 a client could make the server compute as often as it likes (renegotiation, RFC 5246 §7.4.1.1).
 */
final class GatedInput extends InputStream {
    private static final int HEADER = 5;
    private static final int HANDSHAKE = 22;

    private final InputStream in;
    private Handshakes.Permit permit;
    private boolean ended;
    private boolean established;

    /** Of the present record: bytes of its header that have come. */
    private int headerBytes;
    /** Of the present record: bytes that are still to come, as far as is known. */
    private int left;

    /** @param permit held by the caller until {@link #open} */
    GatedInput(InputStream in, Handshakes.Permit permit) {
        this.in = in;
        this.permit = permit;
    }

    /** The handshake is over: gives the permit back for good. Same thread as the reads. */
    void open() {
        if (permit != null) {
            permit.release();
            permit = null;
        }
    }

    /** The handshake has succeeded: another one ends the connection. Same thread as the reads. */
    void established() {
        established = true;
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
        Handshakes.Permit held = permit;
        if (held == null) {
            return readOn(buffer, offset, length);
        }
        held.release();
        try {
            return readOn(buffer, offset, length);
        } finally {
            held.acquire();
        }
    }

    private int readOn(byte[] buffer, int offset, int length) throws IOException {
        int read = in.read(buffer, offset, length);
        ended |= read < 0;
        for (int i = 0; i < read; i++) {
            if (headerBytes == HEADER) {
                int skipped = Math.min(left, read - i);
                left -= skipped;
                i += skipped - 1;
            } else {
                header(buffer[offset + i] & 0xff);
            }
            if (headerBytes == HEADER && left == 0) {
                headerBytes = 0;
            }
        }
        return read;
    }

    /** One byte of a record's header: type, version, length (RFC 5246 §6.2.1, RFC 8446 §5.1). */
    private void header(int value) throws IOException {
        if (headerBytes == 0) {
            if (established && value == HANDSHAKE) {
                throw new SSLException("the client begins another handshake");
            }
        } else if (headerBytes >= HEADER - 2) {
            left = headerBytes == HEADER - 1 ? left << Byte.SIZE | value : value;
        }
        headerBytes++;
    }

    @Override
    public int available() throws IOException {
        return in.available();
    }
}
